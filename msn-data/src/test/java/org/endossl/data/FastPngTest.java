package org.endossl.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import org.endossl.model.Compute;
import org.endossl.tfrecords.FrameCodec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/** The native PNG op against TensorFlow's. */
class FastPngTest {
  private static final int HEADER = 8 + 12 + 13;

  private static final Graph GRAPH = new Graph();
  private static Placeholder<TString> file;
  private static InputOps.Png fast;
  private static Operand<TUint8> slow;
  private static Session session;

  @BeforeAll
  static void build() {
    assumeTrue(InputOps.status().loaded(), "skipped: " + InputOps.status().reason());
    Ops tf = Ops.create(GRAPH);
    file = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    fast = InputOps.png(tf, file);
    slow = Frames.decode(tf, file);
    session = new Session(GRAPH);
  }

  @AfterAll
  static void close() {
    if (session != null) {
      session.close();
    }
    GRAPH.close();
  }

  /** Pixels and shape by the native op; null where it leaves the file to TensorFlow. */
  private static byte @Nullable [] fast(byte[] png) {
    try (TString value = TString.tensorOfBytes(NdArrays.scalarOfObject(png));
        Result r =
            session.runner().feed(file, value).fetch(fast.image()).fetch(fast.read()).run()) {
      return ((TBool) r.get(1)).getBoolean() ? bytes((TUint8) r.get(0)) : null;
    }
  }

  /** By TensorFlow; null where it refuses. */
  private static byte @Nullable [] slow(byte[] png) {
    try (TString value = TString.tensorOfBytes(NdArrays.scalarOfObject(png));
        Result r = session.runner().feed(file, value).fetch(slow).run()) {
      return bytes((TUint8) r.get(0));
    } catch (TFInvalidArgumentException refused) {
      return null;
    }
  }

  private static byte[] bytes(TUint8 image) {
    byte[] all = new byte[8 + Math.toIntExact(image.size())];
    ByteBuffer.wrap(all).putInt((int) image.shape().get(0)).putInt((int) image.shape().get(1));
    byte[] pixels = new byte[all.length - 8];
    image.copyTo(DataBuffers.of(pixels));
    System.arraycopy(pixels, 0, all, 8, pixels.length);
    return all;
  }

  private static void chunk(ByteArrayOutputStream out, String type, byte[] data) {
    CRC32 crc = new CRC32();
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    crc.update(name);
    crc.update(data);
    out.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
    out.writeBytes(name);
    out.writeBytes(data);
    out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }

  /** Any bytes as the rows of a PNG, each with a filter, the pixels in chunks of some bytes. */
  private static byte[] png(Random random, int width, int height, int filter, int part, int form)
      throws IOException {
    ByteArrayOutputStream rows = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflate = new DeflaterOutputStream(rows)) {
      byte[] row = new byte[3 * width + 1];
      for (int y = 0; y < height; y++) {
        for (int i = 0; i < row.length; i++) {
          row[i] = (byte) (random.nextInt(5) == 0 ? random.nextInt(256) : random.nextInt(4));
        }
        row[0] = (byte) (filter < 5 ? filter : random.nextInt(5));
        deflate.write(row);
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {(byte) 137, 'P', 'N', 'G', 13, 10, 26, 10});
    byte[] header =
        ByteBuffer.allocate(13)
            .putInt(width)
            .putInt(height)
            .put(new byte[] {8, (byte) form, 0, 0, 0})
            .array();
    chunk(out, "IHDR", header);
    chunk(out, "tEXt", "Comment\0made up".getBytes(StandardCharsets.US_ASCII));
    byte[] all = rows.toByteArray();
    for (int at = 0; at < all.length; at += part) {
      chunk(out, "IDAT", Arrays.copyOfRange(all, at, Math.min(all.length, at + part)));
    }
    chunk(out, "IEND", new byte[0]);
    return out.toByteArray();
  }

  @Test
  void everyFilterAndSize_givesTensorFlowsPixels() throws IOException {
    Random random = new Random(1);
    int[][] sizes = {{1, 1}, {1, 9}, {2, 3}, {5, 1}, {17, 4}, {64, 33}, {100, 7}};
    for (int filter = 0; filter <= 5; filter++) {
      for (int[] size : sizes) {
        byte[] png = png(random, size[0], size[1], filter, 1 + random.nextInt(300), 2);
        byte[] pixels = fast(png);
        assertNotNull(pixels, "filter " + filter);
        assertArrayEquals(slow(png), pixels, "filter " + filter);
      }
    }
  }

  @Test
  void otherForms_areLeftToTensorFlow() throws IOException {
    BufferedImage picture = Fixtures.picture(1, 1, 20, 10);
    for (int type :
        new int[] {
          BufferedImage.TYPE_INT_ARGB,
          BufferedImage.TYPE_BYTE_GRAY,
          BufferedImage.TYPE_BYTE_INDEXED,
          BufferedImage.TYPE_USHORT_GRAY
        }) {
      BufferedImage other = new BufferedImage(20, 10, type);
      other.getGraphics().drawImage(picture, 0, 0, null);
      assertEquals(null, fast(Fixtures.encode(other, "png")));
    }
    assertEquals(null, fast(Fixtures.encode(picture, "jpg")));
    assertEquals(null, fast(new byte[0]));
    assertNotNull(fast(Fixtures.encode(picture, "png")));
  }

  @Test
  void imageOfARecord_isTheSameInBothForms_whateverItsFormat() throws IOException {
    for (String format : new String[] {"png", "jpg"}) {
      byte[] record = FrameCodec.encode(Fixtures.frame(1, 3, 5, format));
      byte[][] pixels = new byte[2][];
      Compute.Kernels[] kernels = {Compute.Kernels.NATIVE, Compute.Kernels.COMPOSITE};
      for (int i = 0; i < 2; i++) {
        try (Graph graph = new Graph();
            TString value = TString.tensorOfBytes(NdArrays.scalarOfObject(record))) {
          Ops tf = Ops.create(graph);
          Placeholder<TString> example =
              tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
          Operand<TUint8> image = Frames.image(tf, example, kernels[i]);
          try (Session own = new Session(graph);
              Result r = own.runner().feed(example, value).fetch(image).run()) {
            pixels[i] = bytes((TUint8) r.get(0));
          }
        }
      }
      assertArrayEquals(pixels[1], pixels[0]);
    }
  }

  /** Whatever the native op takes, TensorFlow takes too, with the same pixels. */
  @Test
  void damagedFiles_areReadAlikeOrLeftToTensorFlow() throws IOException {
    Random random = new Random(7);
    int taken = 0;
    int rounds = 4000;
    for (int round = 0; round < rounds; round++) {
      byte[] png = png(random, 1 + random.nextInt(12), 1 + random.nextInt(8), 5, 40, 2);
      int changes = random.nextInt(3);
      for (int i = 0; i < changes; i++) {
        png[random.nextInt(png.length)] ^= (byte) (1 << random.nextInt(8));
      }
      if (random.nextInt(4) == 0) {
        png = Arrays.copyOf(png, random.nextInt(png.length + 1));
      }
      if (random.nextBoolean()) {
        mendChecksums(png);
      }
      byte[] pixels = fast(png);
      if (pixels != null) {
        taken++;
        assertArrayEquals(slow(png), pixels, "round " + round);
      }
    }
    assertTrue(taken > rounds / 10 && taken < rounds, "taken: " + taken);
  }

  /** Makes the chunks' checksums right again, as far as there are chunks. */
  private static void mendChecksums(byte[] png) {
    ByteBuffer bytes = ByteBuffer.wrap(png);
    int at = 8;
    while (at + 12 <= png.length) {
      int length = bytes.getInt(at);
      if (length < 0 || length > png.length - at - 12) {
        return;
      }
      CRC32 crc = new CRC32();
      crc.update(png, at + 4, length + 4);
      bytes.putInt(at + 8 + length, (int) crc.getValue());
      at += 12 + length;
    }
  }

  @Test
  void pixelsThatDoNotMatchTheirChecksum_areNotTaken() throws IOException {
    byte[] png = png(new Random(3), 9, 9, 1, 10_000, 2);
    assertNotNull(fast(png));
    ByteBuffer bytes = ByteBuffer.wrap(png);
    int text = HEADER + 12 + bytes.getInt(HEADER); // of the chunk of pixels
    int length = bytes.getInt(text);
    png[text + 8 + length - 1] ^= 1; // Adler-32
    mendChecksums(png);
    assertEquals(null, fast(png));
  }
}
