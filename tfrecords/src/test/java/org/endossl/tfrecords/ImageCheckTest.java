package org.endossl.tfrecords;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageCheckTest {

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpg"})
  void wholeImages_pass_andNoPrefixDoes(String format) {
    byte[] image = TestFrames.image(format, 20, 10, 1);
    assertNull(ImageCheck.problem(image, 0, image.length));
    byte[] within = new byte[image.length + 20];
    System.arraycopy(image, 0, within, 7, image.length);
    assertNull(ImageCheck.problem(within, 7, image.length));
    for (int length = 0; length < image.length; length++) {
      assertNotNull(ImageCheck.problem(image, 0, length), length + " bytes");
    }
    assertNotNull(ImageCheck.problem(Arrays.copyOf(image, image.length + 1), 0, image.length + 1));
  }

  @Test
  void anyChangedBit_ofAPng_isSeen() {
    byte[] image = TestFrames.image("png", 5, 5, 1);
    for (int bit = 0; bit < image.length * 8; bit++) {
      image[bit / 8] ^= (byte) (1 << bit % 8);
      assertNotNull(ImageCheck.problem(image, 0, image.length), "bit " + bit);
      image[bit / 8] ^= (byte) (1 << bit % 8);
    }
  }

  @Test
  void hugeJpeg_isRefused() {
    byte[] image = TestFrames.image("jpg", 8, 8, 1);
    for (int at = 2; at < image.length; at++) {
      if ((image[at] & 0xff) == 0xff && (image[at + 1] & 0xff) == 0xc0) {
        image[at + 7] = (byte) 0xff;
        break;
      }
    }
    assertEquals(
        "an image of 65288x8, wanted sides of 1 to 16384",
        ImageCheck.problem(image, 0, image.length));
  }
}
