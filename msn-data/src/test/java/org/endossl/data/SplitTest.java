package org.endossl.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class SplitTest {
  @Test
  void endosslsSplit_isFortyEightThirtyTwo() {
    Split split = Split.of("1-40", "41-48", "49-80");
    assertEquals(40, split.train().size());
    assertEquals(8, split.validation().size());
    assertEquals(32, split.test().size());
    assertEquals("video01", split.videos("train").get(0));
    assertEquals("video80", split.videos("test").get(31));
  }

  @Test
  void names_stayAndNumbersGetTwoDigits() {
    Split split = Split.of("3, video07", "", "100,polyp-a");
    assertEquals(List.of("video03", "video07"), split.train());
    assertEquals(List.of(), split.videos("validation"));
    assertEquals(List.of("video100", "polyp-a"), split.test());
  }

  @Test
  void sameVideoTwice_isRefused() {
    assertRefused(
        "1-5", "5", "split: video05 is in train and in validation; wanted each video once");
    assertRefused("3,video03", "", "split: video03 is in train twice; wanted each video once");
  }

  @Test
  void whatCannotBeRead_isRefused() {
    assertRefused("5-1", "", "train: got \"5-1\", wanted an ascending range of at most 100000");
    assertRefused(
        "1,,2", "", "train: got \"1,,2\", wanted videos such as \"1-40\" or \"3, video07\"");
    assertThrows(IllegalArgumentException.class, () -> Split.of("1", "", "").videos("all"));
  }

  private static void assertRefused(String train, String validation, String message) {
    assertEquals(
        message,
        assertThrows(IllegalArgumentException.class, () -> Split.of(train, validation, ""))
            .getMessage());
  }
}
