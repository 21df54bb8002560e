package org.endossl.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.hash.Hashing;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.endossl.model.Compute;
import org.endossl.model.ops.NativeLibrary;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/** The native views against those of TensorFlow's own ops. */
class InputOpsTest {
  private static final int VIEWS = 6;

  @BeforeAll
  static void libraryLoads() {
    assumeTrue(
        InputOps.class.getResource("/native/" + NativeLibrary.platform() + "/libendossl_views.so")
            != null,
        "skipped: no native views for this platform");
    assertTrue(InputOps.status().loaded(), InputOps.status().reason());
  }

  /** A frame and what is drawn for it. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Case(int height, int width, byte[] image, int[] whole, float[] real) {
    static Case random(Random random, int height, int width) {
      byte[] image = new byte[height * width * 3];
      random.nextBytes(image);
      if (random.nextBoolean()) { // smooth, with much that is grey
        for (int i = 3; i < image.length; i++) {
          image[i] = (byte) (image[i - 3] + random.nextInt(3) - 1);
        }
      }
      int[] whole = new int[VIEWS * ViewDraws.WHOLE];
      float[] real = new float[VIEWS * ViewDraws.REAL];
      for (int v = 0; v < VIEWS; v++) {
        int w = v * ViewDraws.WHOLE;
        whole[w + 2] = 1 + random.nextInt(height);
        whole[w + 3] = 1 + random.nextInt(width);
        whole[w] = random.nextInt(height - whole[w + 2] + 1);
        whole[w + 1] = random.nextInt(width - whole[w + 3] + 1);
        for (int i = 0; i < ViewDraws.COLOR_OPS; i++) {
          whole[w + ViewDraws.OPS + i] = random.nextInt(ViewDraws.COLOR_OPS + 1);
        }
        whole[w + ViewDraws.GRAY] = random.nextInt(4) / 3;
        whole[w + ViewDraws.BLUR] = random.nextInt(2);
        whole[w + ViewDraws.FLIP] = random.nextInt(2);
        int r = v * ViewDraws.REAL;
        for (int i = 0; i < 3; i++) {
          real[r + i] = 2 * random.nextFloat();
        }
        real[r + 3] = random.nextFloat() - 0.5f;
        real[r + ViewDraws.RADIUS] = 2 - 1.9f * random.nextFloat();
      }
      return new Case(height, width, image, whole, real);
    }
  }

  /** Both forms in one graph. */
  private static final class Lab implements AutoCloseable {
    private final Graph graph = new Graph();
    private final Session session;
    private final Placeholder<TUint8> image;
    private final Placeholder<TInt32> whole;
    private final Placeholder<TFloat32> real;
    private final List<Operand<TUint8>> forms;

    Lab(int size, boolean color) {
      Ops tf = Ops.create(graph);
      image = tf.placeholder(TUint8.class, Placeholder.shape(Shape.of(-1, -1, 3)));
      whole = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1, ViewDraws.WHOLE)));
      real = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, ViewDraws.REAL)));
      ViewDraws draws = new ViewDraws(whole, real);
      List<Double> all = List.of(0.1, 1.0);
      ViewsConfig config =
          new ViewsConfig(
              size, VIEWS - 1, 1, 0, all, all, color ? 0.5 : 0, 0.5, true, Normalization.NONE);
      try (ViewLoops loops = new ViewLoops(config)) {
        forms =
            List.of(
                loops.of(tf, 0, image, draws),
                InputOps.views(tf, image, draws, VIEWS, size, color, true));
      }
      session = new Session(graph);
    }

    byte[] run(int form, Case c) {
      try (TUint8 i = TUint8.tensorOf(Shape.of(c.height, c.width, 3), DataBuffers.of(c.image));
          TInt32 w =
              TInt32.tensorOf(
                  Shape.of(c.whole.length / ViewDraws.WHOLE, ViewDraws.WHOLE),
                  DataBuffers.of(c.whole));
          TFloat32 r =
              TFloat32.tensorOf(
                  Shape.of(c.real.length / ViewDraws.REAL, ViewDraws.REAL),
                  DataBuffers.of(c.real));
          Result result =
              session
                  .runner()
                  .feed(image, i)
                  .feed(whole, w)
                  .feed(real, r)
                  .fetch(forms.get(form))
                  .run()) {
        TUint8 views = (TUint8) result.get(0);
        byte[] bytes = new byte[Math.toIntExact(views.size())];
        views.copyTo(DataBuffers.of(bytes));
        return bytes;
      }
    }

    @Override
    public void close() {
      session.close();
      graph.close();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 17, 32, 96, 224})
  void views_areThoseOfTheGraphForm(int size) {
    Random random = new Random(size);
    int[][] frames = {{1, 1}, {1, 40}, {33, 1}, {5, 7}, {36, 64}, {100, 33}, {480, 854}};
    try (Lab lab = new Lab(size, true)) {
      for (int round = 0; round < 4; round++) {
        for (int[] frame : frames) {
          Case c = Case.random(random, frame[0], frame[1]);
          assertArrayEquals(
              lab.run(0, c), lab.run(1, c), "frame of " + frame[0] + " x " + frame[1]);
        }
      }
    }
  }

  @Test
  void viewsWithoutColorOps_areThoseOfTheGraphForm() {
    try (Lab lab = new Lab(24, false)) {
      Case c = Case.random(new Random(5), 40, 30);
      assertArrayEquals(lab.run(0, c), lab.run(1, c));
    }
  }

  /** Every green and blue with every seventh red, each red with a turn of its own; no resizing. */
  @Test
  void hueOfManyColors_isThatOfTheGraphForm() {
    int side = 256;
    try (Lab lab = new Lab(side, true)) {
      for (int red = 0; red < 256; red += VIEWS * 7) {
        byte[] image = new byte[VIEWS * side * side * 3];
        int[] whole = new int[VIEWS * ViewDraws.WHOLE];
        float[] real = new float[VIEWS * ViewDraws.REAL];
        for (int i = 0; i < VIEWS * side * side; i++) {
          image[3 * i] = (byte) (red + i / (side * side) * 7);
          image[3 * i + 1] = (byte) (i / side);
          image[3 * i + 2] = (byte) i;
        }
        for (int v = 0; v < VIEWS; v++) {
          int[] drawn = {v * side, 0, side, side, 3, 4, 4, 4, 0, 0, 0};
          System.arraycopy(drawn, 0, whole, v * ViewDraws.WHOLE, drawn.length);
          real[v * ViewDraws.REAL + 3] = (red + v) / 600f - 0.25f;
        }
        Case c = new Case(VIEWS * side, side, image, whole, real);
        assertArrayEquals(lab.run(0, c), lab.run(1, c), "red from " + red);
      }
    }
  }

  private static String refused(int column, int value, float radius) {
    Case c = Case.random(new Random(1), 20, 30);
    c.whole[ViewDraws.WHOLE + ViewDraws.BLUR] = 1;
    c.real[ViewDraws.REAL + ViewDraws.RADIUS] = radius;
    if (column >= 0) {
      c.whole[ViewDraws.WHOLE + column] = value;
    }
    try (Lab lab = new Lab(8, true)) {
      return String.valueOf(assertThrows(RuntimeException.class, () -> lab.run(1, c)).getMessage());
    }
  }

  private static void assertSays(String wanted, String message) {
    assertTrue(message.contains("EndosslMsnViews: view 1: got " + wanted), message);
  }

  @Test
  void drawsThatMakeNoView_areRefused() {
    assertSays("a box of ", refused(0, -1, 1));
    assertSays("a box of ", refused(1, 30, 1));
    assertSays("a box of 2147483647 x ", refused(2, Integer.MAX_VALUE, 1));
    assertSays("a box of ", refused(3, 0, 1));
    assertSays("colour op 5, wanted 0 to 4", refused(ViewDraws.OPS + 3, 5, 1));
    assertSays("2 for grey, blurred or mirrored, wanted 0 or 1", refused(ViewDraws.FLIP, 2, 1));
    assertSays("a radius of 2.5, wanted above 0, at most 2", refused(-1, 0, 2.5f));
    assertSays("a radius of ", refused(-1, 0, Float.NaN));
  }

  @Test
  void rowsOfDraws_mustBeAsMany() {
    Case good = Case.random(new Random(1), 20, 30);
    Case bad = new Case(20, 30, good.image, good.whole, new float[ViewDraws.REAL]);
    try (Lab lab = new Lab(8, true)) {
      String message =
          String.valueOf(assertThrows(RuntimeException.class, () -> lab.run(1, bad)).getMessage());
      assertTrue(
          message.contains("got 6 rows of whole numbers and 1 of real ones, wanted as many"),
          message);
    }
  }

  /** Two lists of views, normalised, as text; or the error. */
  private static String normalized(int side, int secondSide, boolean fused) {
    byte[] first = new byte[2 * side * side * 3];
    byte[] second = new byte[2 * secondSide * secondSide * 3];
    new Random(side).nextBytes(first);
    for (int i = 0; i < second.length; i++) {
      second[i] = (byte) i;
    }
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      List<Operand<TUint8>> views =
          List.of(
              tf.constant(TUint8.class, Shape.of(2, side, side, 3), DataBuffers.of(first)),
              tf.constant(
                  TUint8.class, Shape.of(2, secondSide, secondSide, 3), DataBuffers.of(second)));
      Operand<TFloat32> all =
          fused
              ? InputOps.normalize(tf, views, Normalization.IMAGENET)
              : Normalization.IMAGENET.apply(
                  tf, tf.dtypes.cast(tf.concat(views, tf.constant(0)), TFloat32.class));
      try (Session session = new Session(graph);
          Result result = session.runner().fetch(all).run()) {
        return Arrays.toString(Graphs.floats((TFloat32) result.get(0)));
      } catch (RuntimeException e) {
        return String.valueOf(e.getMessage());
      }
    }
  }

  @Test
  void normalized_isThatOfTheGraphForm() {
    for (int side : new int[] {1, 3, 4, 5, 16, 33}) {
      assertEquals(normalized(side, side, false), normalized(side, side, true), "side " + side);
    }
    String message = normalized(3, 4, true);
    assertTrue(message.contains("EndosslNormalize: view 1: got another size than view 0"), message);
  }

  @Test
  void everyShippedLibrary_hasTheSumThatIsListed() throws IOException {
    List<String> names = new ArrayList<>();
    for (String line :
        new String(resource("ENDOSSL_VIEWS.SHA256SUMS"), StandardCharsets.UTF_8).lines().toList()) {
      String name = line.substring(64).strip();
      assertEquals(
          Hashing.sha256().hashBytes(resource(name)).toString(), line.substring(0, 64), name);
      names.add(name);
    }
    assertEquals(
        List.of("linux-aarch64/libendossl_views.so", "linux-x86_64/libendossl_views.so"), names);
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = InputOpsTest.class.getResourceAsStream("/native/" + name)) {
      assertNotNull(in, name);
      return in.readAllBytes();
    }
  }

  @Test
  void kernels_areChosenByName() {
    assertTrue(InputOps.used(Compute.Kernels.AUTO));
    assertTrue(InputOps.used(Compute.Kernels.NATIVE));
    assertFalse(InputOps.used(Compute.Kernels.COMPOSITE));
    assertEquals("native ops for " + NativeLibrary.platform(), InputOps.status().reason());
  }
}
