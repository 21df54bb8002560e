package org.endossl.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

class FramesTest {
  private static float[] decode(byte[] encoded) {
    return Graphs.run(tf -> decode(tf, encoded));
  }

  private static Operand<TUint8> decode(Ops tf, byte[] encoded) {
    return Frames.decode(
        tf, tf.constantOf(TString.tensorOfBytes(NdArrays.scalarOfObject(encoded))));
  }

  private static float[] pixels(BufferedImage image) {
    float[] pixels = new float[image.getWidth() * image.getHeight() * 3];
    for (int i = 0; i < pixels.length; i++) {
      int at = i / 3;
      int rgb = image.getRGB(at % image.getWidth(), at / image.getWidth());
      pixels[i] = rgb >> (16 - 8 * (i % 3)) & 0xff;
    }
    return pixels;
  }

  @Test
  void png_isDecodedExactly() throws IOException {
    BufferedImage image = Fixtures.picture(3, 4, 31, 17);
    assertArrayEquals(pixels(image), decode(Fixtures.encode(image, "png")));
  }

  @Test
  void jpeg_isDecodedByTheSameOp() throws IOException {
    byte[] jpeg = Fixtures.encode(Fixtures.picture(3, 4, 32, 16), "jpg");
    float[] want = pixels(ImageIO.read(new ByteArrayInputStream(jpeg)));
    float[] got = decode(jpeg);
    assertEquals(want.length, got.length);
    double sum = 0;
    for (int i = 0; i < want.length; i++) {
      sum += Math.abs(want[i] - got[i]);
    }
    assertEquals(0, sum / want.length, 4); // decoders differ in chroma upsampling
  }

  @Test
  void grayPng_becomesThreeChannels() throws IOException {
    BufferedImage gray = new BufferedImage(5, 3, BufferedImage.TYPE_BYTE_GRAY);
    gray.getRaster().setSample(2, 1, 0, 200);
    float[] got = decode(Fixtures.encode(gray, "png"));
    assertEquals(5 * 3 * 3, got.length);
    assertArrayEquals(new float[] {200, 200, 200}, java.util.Arrays.copyOfRange(got, 7 * 3, 8 * 3));
  }
}
