package org.endossl.tfrecords.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.ImageSize;
import org.junit.jupiter.api.Test;

class ImageResizeTest {

  private static byte[] png(BufferedImage image) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }

  @Test
  void oneGrey_staysItself_inAnySize() {
    for (int level : new int[] {0, 1, 127, 254, 255}) {
      BufferedImage image = SmallCholec80.grey(37, 23, level);
      for (int side : new int[] {1, 7, 23, 80}) {
        BufferedImage small = ImageResize.resize(image, new ImageSize(side, side));
        for (int i = 0; i < side; i++) {
          assertEquals(level * 0x10101, small.getRGB(i, side - 1 - i) & 0xffffff);
        }
      }
    }
  }

  @Test
  void aRamp_keepsItsSlope() {
    BufferedImage ramp = new BufferedImage(64, 2, BufferedImage.TYPE_INT_RGB);
    for (int x = 0; x < 64; x++) {
      ramp.setRGB(x, 0, 4 * x);
      ramp.setRGB(x, 1, 4 * x);
    }
    BufferedImage half = ImageResize.resize(ramp, new ImageSize(32, 2));
    for (int x = 1; x < 31; x++) {
      assertEquals(8 * x + 2, half.getRGB(x, 1) & 0xff);
    }
  }

  @Test
  void theSameSize_isTheSameFile() throws IOException {
    byte[] image = png(SmallCholec80.grey(5, 4, 9));
    assertSame(image, ImageResize.resize(image, new ImageSize(5, 4), "x"));
  }

  @Test
  void brokenImages_areDataExceptions() throws IOException {
    byte[] image = png(SmallCholec80.grey(50, 40, 9));
    assertThrows(
        DataException.class,
        () -> ImageResize.resize(Arrays.copyOf(image, 60), new ImageSize(5, 4), "x"));
  }
}
