package org.endossl.tfrecords;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShareTest {

  @Test
  void shares_areDisjoint_andTogetherAll() {
    for (int videos = 1; videos < 12; videos++) {
      List<String> all = IntStream.range(0, videos).mapToObj(i -> "v" + (10 + i)).toList();
      for (int count = 1; count <= videos; count++) {
        List<String> together = new ArrayList<>();
        for (int k = 1; k <= count; k++) {
          together.addAll(Share.parse(k + "/" + count).of(all));
        }
        assertEquals(all, together.stream().sorted().toList());
      }
    }
    assertEquals(List.of("a"), Share.ALL.of(List.of("a")));
  }

  @Test
  void whatIsNoShare_isRefused() {
    for (String wrong : List.of("0/4", "5/4", "1", "1/0", "-1/4", "a/b", "")) {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> Share.parse(wrong));
      assertTrue(String.valueOf(e.getMessage()).contains("wanted K/N"), e.getMessage());
    }
    assertThrows(IllegalArgumentException.class, () -> Share.parse("3/3").of(List.of("a", "b")));
  }
}
