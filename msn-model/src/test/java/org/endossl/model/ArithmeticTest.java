package org.endossl.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.primitives.ImmutableIntArray;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import org.endossl.model.ops.FusedOps;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** The native ops against the composite form, values and gradients. */
@EnabledIf("shipped")
class ArithmeticTest {
  private static final double EPS = 1e-6;

  static boolean shipped() {
    return ArithmeticTest.class.getResource(
            "/native/" + org.endossl.model.ops.NativeLibrary.platform() + "/libendossl_ops.so")
        != null;
  }

  @BeforeAll
  static void loaded() {
    assertTrue(FusedOps.status().loaded(), FusedOps.status().reason());
  }

  /** An op: inputs to outputs in float32. */
  private interface Part {
    List<Operand<TFloat32>> apply(Ops tf, Arithmetic arithmetic, List<Operand<TFloat32>> inputs);
  }

  @ParameterizedTest
  @CsvSource({"1,1", "3,7", "64,384", "33,20", "70,768", "37,77"})
  void addLayerNorm(int rows, int width) {
    check(
        (tf, a, x) -> {
          Arithmetic.Added added =
              a.addLayerNorm(
                  tf,
                  new LayerNorm.Weights(x.get(3), x.get(4)),
                  x.get(0),
                  a.narrow(tf, x.get(1)),
                  x.get(2),
                  EPS);
          return List.of(added.sum(), a.widen(tf, added.y()));
        },
        width == 1 ? 2e-3 : 1e-5, // the one value's deviation is 0: 1 / sqrt(eps) is large
        new long[][] {{rows, width}, {rows, width}, {width}, {width}, {width}});
  }

  @ParameterizedTest
  @CsvSource({"3,7", "64,384", "33,20", "37,77"})
  void layerNorm(int rows, int width) {
    check(
        (tf, a, x) ->
            List.of(
                a.widen(
                    tf, a.layerNorm(tf, new LayerNorm.Weights(x.get(1), x.get(2)), x.get(0), EPS))),
        1e-5,
        new long[][] {{rows, width}, {width}, {width}});
  }

  @ParameterizedTest
  @CsvSource({"1,1", "3,7", "64,1536", "33,20", "70,93"})
  void biasGelu(int rows, int width) {
    check(
        (tf, a, x) -> List.of(a.widen(tf, a.biasGelu(tf, a.narrow(tf, x.get(0)), x.get(1)))),
        1e-5,
        new long[][] {{rows, width}, {width}});
  }

  /** Rows, width of the input and of the output; small ones, edges of tiles, several panels. */
  @ParameterizedTest
  @CsvSource({"64,1,1", "65,17,33", "84,384,96", "70,2100,40", "129,100,1100", "1600,64,31"})
  void matMul(int rows, int in, int out) {
    checkProduct(rows, in, out);
  }

  /** Those that read the kernel in the order of memory, and the first ones that do not. */
  @ParameterizedTest
  @CsvSource({
    "1,1,1",
    "1,384,2048",
    "2,33,17",
    "3,100,1100",
    "8,2048,256",
    "8,97,1029",
    "15,300,70",
    "16,384,96",
    "23,65,31",
    "24,65,31",
    "47,130,1033",
    "48,384,64",
    "63,17,33"
  })
  void matMul_ofFewRows(int rows, int in, int out) {
    checkProduct(rows, in, out);
  }

  /** Of kernels' gradients, among other values, and of NaN in each of them. */
  @ParameterizedTest
  @CsvSource({"1,1,1", "8,97,1029", "23,65,31", "24,65,31", "65,17,33", "129,300,70", "70,64,96"})
  void globalNorm_isThatOfTheValues(int rows, int in, int out) {
    for (boolean bf16 : new boolean[] {false, true}) {
      for (float poison : new float[] {0, Float.NaN, Float.POSITIVE_INFINITY}) {
        checkNorm(new FusedArithmetic(bf16), poison, rows, in, out);
      }
    }
  }

  private static void checkNorm(Arithmetic a, float poison, int rows, int in, int out) {
    try (Lab lab = new Lab()) {
      Ops tf = lab.tf;
      float[] added = new float[rows * in];
      added[rows * in - 1] = poison;
      Operand<TFloat32> x =
          tf.math.add(lab.noise(1, 1, rows, in), lab.constant(Shape.of(rows, in), added));
      List<Operand<TFloat32>> by = List.of(lab.noise(2, 1, in, out), lab.noise(3, 1, out, 40), x);
      Operand<TFloat32> y = a.widen(tf, a.matMul(tf, a.narrow(tf, x), by.get(0)));
      Operand<TFloat32> z = a.widen(tf, a.matMul(tf, a.narrow(tf, y), by.get(1)));
      Operand<TFloat32> mix = lab.noise(4, 1, rows, 40);
      Operand<TFloat32> loss = tf.sum(tf.math.mul(z, mix), tf.constant(new int[] {0, 1}));
      List<Operand<TFloat32>> gradients = lab.gradients(loss, by);
      List<Operand<TFloat32>> fetched = new ArrayList<>();
      gradients.forEach(g -> fetched.add(tf.identity(g)));
      fetched.add(FusedOps.globalNorm(tf, gradients.subList(0, 2))); // nothing but kernels'
      fetched.add(FusedOps.globalNorm(tf, gradients));
      fetched.add(FusedOps.globalNorm(tf, List.of(gradients.get(2), x)));
      List<float[]> got = Lab.floats(lab.session(List.of()), fetched);
      double kernels = Math.hypot(Lab.norm(got.get(0)), Lab.norm(got.get(1)));
      double inputs = Lab.norm(got.get(2));
      double[] wanted = {kernels, Math.hypot(kernels, inputs)};
      for (int i = 0; i < wanted.length; i++) {
        double bar = Double.isFinite(wanted[i]) ? 2e-6 * wanted[i] : 1; // of no account
        assertEquals(wanted[i], got.get(3 + i)[0], bar, a.type() + ", norm " + i);
      }
      assertEquals(poison == 0, Float.isFinite(got.get(5)[0]), "of inputs alone");
    }
  }

  private static void checkProduct(int rows, int in, int out) {
    check(
        (tf, a, x) -> List.of(a.widen(tf, a.matMul(tf, a.narrow(tf, x.get(0)), x.get(1)))),
        1e-5,
        new long[][] {{rows, in}, {in, out}});
  }

  /** Rows, width, hidden values and outputs: few rows, edges of tiles, several panels. */
  @ParameterizedTest
  @CsvSource({"8,12,20,7", "24,5,3,2", "33,17,65,40", "100,96,384,96", "197,70,93,33"})
  void mlp(int rows, int width, int hidden, int out) {
    check(
        (tf, a, x) -> List.of(a.widen(tf, mlp(tf, a, x))),
        2e-5,
        new long[][] {{rows, width}, {width, hidden}, {hidden}, {hidden, out}});
  }

  private static Operand<?> mlp(Ops tf, Arithmetic a, List<Operand<TFloat32>> x) {
    Operand<TFloat32> unused = x.get(2); // the second layer's bias is not the MLP's affair
    return a.mlp(
        tf,
        new Mlp.Weights(
            new Linear.Weights(x.get(1), x.get(2)), new Linear.Weights(x.get(3), unused)),
        VitConfig.Activation.GELU,
        a.narrow(tf, x.get(0)));
  }

  /** As one op it gives the bits of its parts; the bias' gradient is summed up otherwise. */
  @ParameterizedTest
  @ValueSource(strings = {"70,96,130,40", "33,17,65,40"})
  void mlp_ofBfloat16_isThatOfItsParts(String sizes) {
    int[] size = Arrays.stream(sizes.split(",")).mapToInt(Integer::parseInt).toArray();
    try (Lab lab = new Lab()) {
      List<Operand<TFloat32>> inputs =
          List.of(
              lab.noise(1, 1, size[0], size[1]),
              lab.noise(2, 0.2, size[1], size[2]),
              lab.noise(3, 1, size[2]),
              lab.noise(4, 0.2, size[2], size[3]));
      List<float[]> whole =
          run(
              lab,
              (tf, a, x) -> List.of(a.widen(tf, mlp(tf, a, x))),
              new FusedArithmetic(true),
              inputs);
      List<float[]> parts =
          run(
              lab,
              (tf, a, x) ->
                  List.of(
                      a.widen(
                          tf,
                          a.matMul(
                              tf,
                              a.biasGelu(
                                  tf, a.matMul(tf, a.narrow(tf, x.get(0)), x.get(1)), x.get(2)),
                              x.get(3)))),
              new FusedArithmetic(true),
              inputs);
      for (int i = 0; i < whole.size(); i++) {
        assertArrayEquals(parts.get(i), whole.get(i), i == 3 ? 1e-4f : 0, "value " + i);
      }
    }
  }

  /** What gradients need is not kept, and to ask for one says so. */
  @Test
  void mlp_forwardOnly_givesTheSame_andHasNoGradient() {
    assumeTrue(FusedOps.multiplies(DataType.DT_BFLOAT16), "no bfloat16 products here");
    try (Lab lab = new Lab()) {
      Ops tf = lab.tf;
      List<Operand<TFloat32>> inputs =
          List.of(
              lab.noise(1, 1, 40, 12),
              lab.noise(2, 0.2, 12, 33),
              lab.noise(3, 1, 33),
              lab.noise(4, 0.2, 33, 9));
      Arithmetic forward = new FusedArithmetic(true, false);
      Operand<TFloat32> y = forward.widen(tf, mlp(tf, forward, inputs));
      Arithmetic both = new FusedArithmetic(true);
      Operand<TFloat32> wanted = both.widen(tf, mlp(tf, both, inputs));
      List<float[]> got = Lab.floats(lab.session(List.of()), List.of(y, wanted));
      assertArrayEquals(got.get(1), got.get(0));
      Operand<TFloat32> loss = tf.sum(y, tf.constant(new int[] {0, 1}));
      assertThrows(RuntimeException.class, () -> lab.gradients(loss, inputs));
    }
  }

  /**
   * Against float64. Where float32 is multiplied as three bfloat16, a part left out would show as a
   * hundred times the error; orders of summation differ by less than two.
   */
  @ParameterizedTest
  @CsvSource({"65,17,33", "129,300,70", "70,2100,40", "8,300,2048", "40,2048,300"})
  void matMul_errsLikeTensorFlows(int rows, int in, int out) {
    try (Lab lab = new Lab()) {
      Ops tf = lab.tf;
      Operand<TFloat32> x = wide(lab, 1, rows, in);
      Operand<TFloat32> kernel = wide(lab, 2, in, out);
      Operand<TFloat32> dy = wide(lab, 3, rows, out);
      List<Operand<TFloat32>> fetched = new ArrayList<>(List.of(x, kernel, dy));
      for (Arithmetic a : List.of(new FusedArithmetic(false), new CompositeArithmetic(false))) {
        Operand<TFloat32> y = a.widen(tf, a.matMul(tf, x, kernel));
        Operand<TFloat32> loss =
            tf.sum(tf.math.mul(y, tf.stopGradient(dy)), tf.constant(new int[] {0, 1}));
        fetched.add(tf.identity(y));
        lab.gradients(loss, List.of(x, kernel)).forEach(g -> fetched.add(tf.identity(g)));
      }
      List<float[]> got = Lab.floats(lab.session(List.of()), fetched);
      float[] left = got.get(0);
      float[] right = got.get(1);
      float[] given = got.get(2);
      List<double[]> wanted =
          List.of(
              exact(left, in, 1, right, out, 1, rows, in, out),
              exact(given, out, 1, right, 1, out, rows, out, in),
              exact(left, 1, in, given, out, 1, in, rows, out));
      for (int i = 0; i < wanted.size(); i++) {
        double ours = error(wanted.get(i), got.get(3 + i));
        double theirs = error(wanted.get(i), got.get(6 + i));
        assertTrue(ours <= 2 * theirs, "value " + i + ": " + ours + ", TensorFlow's " + theirs);
      }
    }
  }

  /** Noise of many magnitudes, all bits in use. */
  private static Operand<TFloat32> wide(Lab lab, long seed, long rows, long columns) {
    return lab.tf.math.mul(
        lab.noise(seed, 1, rows, columns), lab.tf.math.exp(lab.noise(seed + 10, 2, rows, columns)));
  }

  /** Products of float32 matrices in float64; the steps of a and b along each of their axes. */
  private static double[] exact(
      float[] a, int aRow, int aK, float[] b, int bK, int bColumn, int rows, int k, int columns) {
    double[] c = new double[rows * columns];
    for (int i = 0; i < rows; i++) {
      for (int l = 0; l < k; l++) {
        for (int j = 0; j < columns; j++) {
          c[i * columns + j] += (double) a[i * aRow + l * aK] * b[l * bK + j * bColumn];
        }
      }
    }
    return c;
  }

  private static double error(double[] wanted, float[] got) {
    double sum = 0;
    for (int i = 0; i < wanted.length; i++) {
      sum += (got[i] - wanted[i]) * (got[i] - wanted[i]);
    }
    return Math.sqrt(sum / wanted.length);
  }

  @ParameterizedTest
  @CsvSource({"1,1,1", "3,7,20", "8,98,384"})
  void tokens(int batch, int kept, int width) {
    check(
        (tf, a, x) -> List.of(a.tokens(tf, a.narrow(tf, x.get(0)), x.get(1), batch, kept, width)),
        1e-6,
        new long[][] {{(long) batch * kept, width}, {1L + kept, width}});
  }

  /** Rows of two groups, the second perhaps missing; width. */
  @ParameterizedTest
  @CsvSource({"2,0,1", "8,0,2048", "4,40,130", "3,2,64"})
  void batchNormGelu(int first, int second, int width) {
    ImmutableIntArray groups =
        second == 0 ? ImmutableIntArray.of(first) : ImmutableIntArray.of(first, second);
    check(
        (tf, a, x) -> {
          ModelVariable average = // of which only the shape counts
              new VariableStore(tf, "average" + System.identityHashCode(a), 0)
                  .variable("x", Shape.of(width), Initializer.zeros(), false);
          return List.of(
              a.batchNormGelu(
                      tf,
                      new BatchNorm.Weights(x.get(1), x.get(2), average, average),
                      x.get(0),
                      groups)
                  .y());
        },
        width == 1 ? 1e-4 : 2e-5, // two rows of nearly the same value
        new long[][] {{first + second, width}, {width}, {width}});
  }

  /** Width, heads, then sequences and tokens of two groups. */
  @ParameterizedTest
  @CsvSource({
    "384,6,2,99,6,37",
    "64,1,1,197,0,1",
    "48,3,3,5,2,1",
    "20,2,2,50,1,17",
    "33,3,1,48,1,49",
    "160,2,1,21,2,16",
    "128,2,1,197,3,64",
    "16,2,1,257,1,300",
    "192,1,1,33,2,32",
    "20,1,2,15,1,97"
  })
  void attention(int width, int heads, int count, int tokens, int more, int few) {
    int rows = count * tokens + more * few;
    check(
        (tf, a, x) ->
            List.of(
                a.widen(
                    tf,
                    a.attention(
                            tf,
                            a.narrow(tf, x.get(0)),
                            x.get(1),
                            sequences(tf, count, tokens, more, few),
                            heads,
                            width / heads)
                        .y())),
        1e-5,
        new long[][] {{rows, 3L * width}, {3L * width}});
  }

  private static Sequences sequences(Ops tf, int count, int tokens, int more, int few) {
    List<Sequences.Group> groups = new ArrayList<>();
    groups.add(new Sequences.Group(count, tf.constant(count), tokens));
    if (more > 0) {
      groups.add(new Sequences.Group(more, tf.constant(more), few));
    }
    return new Sequences(groups);
  }

  /** As {@link #attention}. */
  @ParameterizedTest
  @CsvSource({
    "384,6,2,99,17,37",
    "64,1,1,197,0,1",
    "48,3,3,5,2,1",
    "20,2,20,6,1,17",
    "33,3,1,48,1,49",
    "160,2,15,3,2,16"
  })
  void classAttention(int width, int heads, int count, int tokens, int more, int few) {
    VitConfig config = new VitConfig(16, 16, width, 1, heads, 4, EPS, 0, VitConfig.Activation.GELU);
    check(
        (tf, a, x) ->
            List.of(
                a.widen(
                    tf,
                    a.classAttention(
                        tf,
                        new Linear.Weights(
                            tf.math.div(x.get(1), tf.constant((float) Math.sqrt(width))), x.get(2)),
                        config,
                        a.narrow(tf, x.get(0)),
                        sequences(tf, count, tokens, more, few)))),
        1e-5,
        new long[][] {{count * tokens + more * few, width}, {width, 3L * width}, {3L * width}});
  }

  /**
   * Values and gradients of both forms on one draw. In bfloat16 both are held against the float32
   * composite on the same rounded inputs: the native form may not be further from it.
   */
  private static void check(Part part, double bar, long[][] shapes) {
    try (Lab lab = new Lab()) {
      List<Operand<TFloat32>> inputs = new ArrayList<>();
      for (int i = 0; i < shapes.length; i++) {
        Operand<TFloat32> x = lab.noise(17L + i, 1, shapes[i]);
        inputs.add(lab.tf.dtypes.cast(lab.tf.dtypes.cast(x, TBfloat16.class), TFloat32.class));
      }
      List<float[]> wanted = run(lab, part, new CompositeArithmetic(false), inputs);
      List<float[]> fused = run(lab, part, new FusedArithmetic(false), inputs);
      List<float[]> composite16 = run(lab, part, new CompositeArithmetic(true), inputs);
      List<float[]> fused16 = run(lab, part, new FusedArithmetic(true), inputs);
      for (int i = 0; i < wanted.size(); i++) {
        double floor = Math.sqrt(wanted.get(i).length) * 1e-3; // where the true value is about 0
        double scale = Math.max(Lab.norm(wanted.get(i)), floor);
        assertTrue(
            distance(wanted.get(i), fused.get(i)) <= bar * scale,
            "float32, value " + i + ": " + distance(wanted.get(i), fused.get(i)) / scale);
        double most = Math.max(1.1 * distance(wanted.get(i), composite16.get(i)), 4e-3 * scale);
        assertTrue(
            distance(wanted.get(i), fused16.get(i)) <= most,
            "bfloat16, value "
                + i
                + ": "
                + distance(wanted.get(i), fused16.get(i)) / scale
                + ", composite "
                + distance(wanted.get(i), composite16.get(i)) / scale);
      }
    }
  }

  private static double distance(float[] a, float[] b) {
    float[] difference = new float[a.length];
    for (int i = 0; i < a.length; i++) {
      difference[i] = a[i] - b[i];
    }
    return Lab.norm(difference);
  }

  private static List<float[]> run(
      Lab lab, Part part, Arithmetic arithmetic, List<Operand<TFloat32>> inputs) {
    Ops tf = lab.tf;
    List<Operand<TFloat32>> outputs = part.apply(tf, arithmetic, inputs);
    List<Operand<TFloat32>> fetched = new ArrayList<>(outputs);
    Operand<TFloat32> loss = tf.constant(0f);
    for (int i = 0; i < outputs.size(); i++) {
      Operand<TFloat32> y = outputs.get(i);
      Operand<TFloat32> mix = lab.noise(5L + i, 1, y.shape().asArray());
      loss = tf.math.add(loss, tf.sum(tf.math.mul(y, mix), tf.constant(new int[] {0, 1})));
    }
    lab.gradients(loss, inputs).forEach(g -> fetched.add(tf.identity(g)));
    return Lab.floats(lab.session(List.of()), fetched);
  }

  @ParameterizedTest
  @ValueSource(ints = {7, 13})
  void patches_areTheComposites_ofKeptAndAll(int patch) {
    try (Lab lab = new Lab()) {
      Ops tf = lab.tf;
      Operand<TFloat32> images = lab.noise(1, 1, 3, 3L * patch, 3L * patch, 3);
      for (Operand<TInt32> keep : new ArrayList<>(List.of(tf.constant(new int[] {8, 0, 5})))) {
        BiFunction<Arithmetic, Boolean, Operand<TFloat32>> cut =
            (a, all) -> a.widen(tf, a.patches(tf, images, all ? null : keep, 3, patch));
        for (boolean bf16 : new boolean[] {false, true}) {
          for (boolean all : new boolean[] {false, true}) {
            Session session = lab.session(List.of());
            assertArrayEquals(
                Lab.floats(session, cut.apply(new CompositeArithmetic(bf16), all)),
                Lab.floats(session, cut.apply(new FusedArithmetic(bf16), all)));
          }
        }
      }
    }
  }

  /** The native ops write over an input that nobody else reads: here all are read again. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void inputsThatOthersRead_areLeftAsTheyAre(boolean others) {
    try (Lab lab = new Lab()) {
      Ops tf = lab.tf;
      Operand<TFloat32> vector = lab.noise(3, 1, 40);
      List<float[]> got = new ArrayList<>();
      for (Arithmetic a : List.of(new FusedArithmetic(true), new CompositeArithmetic(true))) {
        Operand<TFloat32> h = tf.math.exp(lab.noise(1, 1, 9, 40));
        Operand<?> u = a.narrow(tf, tf.math.exp(lab.noise(2, 1, 9, 40)));
        Operand<?> gelu = a.biasGelu(tf, u, vector);
        Operand<?> branch = others ? u : gelu;
        LayerNorm.Weights weights = new LayerNorm.Weights(vector, vector);
        Arithmetic.Added added = a.addLayerNorm(tf, weights, h, branch, vector, EPS);
        List<Operand<TFloat32>> fetched =
            new ArrayList<>(List.of(added.sum(), a.widen(tf, added.y())));
        if (others) {
          fetched.addAll(List.of(h, a.widen(tf, u), a.widen(tf, gelu)));
        }
        got.addAll(Lab.floats(lab.session(List.of()), fetched));
      }
      for (int i = 0; i < got.size() / 2; i++) {
        Lab.assertClose(got.get(got.size() / 2 + i), got.get(i), 0.04, "value " + i);
      }
    }
  }

  @Test
  void nan_reachesTheResult_ofItsRowOnly() {
    try (Lab lab = new Lab()) {
      Ops tf = lab.tf;
      float[] u = new float[2 * 40];
      u[45] = Float.NaN;
      Operand<TFloat32> x = lab.constant(Shape.of(2, 40), u);
      Operand<TFloat32> zero = tf.zeros(tf.array(40), TFloat32.class);
      Arithmetic a = new FusedArithmetic(true);
      float[] gelu =
          Lab.floats(lab.session(List.of()), a.widen(tf, a.biasGelu(tf, a.narrow(tf, x), zero)));
      float[] norm =
          Lab.floats(
              lab.session(List.of()),
              a.widen(tf, a.layerNorm(tf, new LayerNorm.Weights(zero, zero), x, EPS)));
      Operand<TFloat32> kernel = lab.noise(1, 1, 40, 40);
      float[] product =
          Lab.floats(lab.session(List.of()), a.widen(tf, a.matMul(tf, a.narrow(tf, x), kernel)));
      float[] byKernel =
          Lab.floats(
              lab.session(List.of()),
              a.widen(
                  tf,
                  a.matMul(
                      tf,
                      a.narrow(tf, kernel),
                      tf.linalg.transpose(x, tf.constant(new int[] {1, 0})))));
      for (int i = 0; i < 80; i++) {
        assertEquals(i == 45, Float.isNaN(gelu[i]), "gelu " + i);
        assertEquals(i >= 40, Float.isNaN(norm[i]), "layer norm " + i);
        assertEquals(i >= 40, Float.isNaN(product[i]), "product " + i);
        assertEquals(i % 2 == 1, Float.isNaN(byKernel[i]), "product by the kernel " + i);
      }
    }
  }

  /** A query's NaN is its row's, a key's or value's that of its head and sequence; as composite. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void nan_reachesWhatAttentionMixesItInto(int which) {
    int width = 40;
    int heads = 2;
    int tokens = 35;
    try (Lab lab = new Lab()) {
      Ops tf = lab.tf;
      float[] poison = new float[2 * tokens * 3 * width];
      poison[(tokens + 33) * 3 * width + which * width + 7] = Float.NaN;
      Operand<TFloat32> qkv =
          tf.math.add(
              lab.noise(1, 1, 2L * tokens, 3L * width),
              lab.constant(Shape.of(2L * tokens, 3L * width), poison));
      Part part =
          (t, a, x) ->
              List.of(
                  a.widen(
                      t,
                      a.attention(
                              t,
                              a.narrow(t, x.get(0)),
                              x.get(1),
                              new Sequences(List.of(new Sequences.Group(2, t.constant(2), tokens))),
                              heads,
                              width / heads)
                          .y()));
      List<Operand<TFloat32>> inputs = List.of(qkv, lab.noise(2, 1, 3L * width));
      List<float[]> wanted = run(lab, part, new CompositeArithmetic(false), inputs);
      for (boolean bf16 : new boolean[] {false, true}) {
        List<float[]> got = run(lab, part, new FusedArithmetic(bf16), inputs);
        for (int i = 0; i < wanted.size(); i++) {
          for (int j = 0; j < wanted.get(i).length; j++) {
            assertEquals(
                Float.isNaN(wanted.get(i)[j]),
                Float.isNaN(got.get(i)[j]),
                "bfloat16 " + bf16 + ", value " + i + ", element " + j);
          }
        }
      }
    }
  }

  @Test
  void shapes_areKnownWhenTheGraphIsBuilt() {
    try (Lab lab = new Lab()) {
      Ops tf = lab.tf;
      Operand<TFloat32> rows = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, 12)));
      Operand<TFloat32> vector = lab.noise(1, 1, 12);
      Arithmetic a = new FusedArithmetic(false);
      Arithmetic.Added added =
          a.addLayerNorm(tf, new LayerNorm.Weights(vector, vector), rows, rows, vector, EPS);
      assertArrayEquals(new long[] {-1, 12}, added.sum().shape().asArray());
      assertArrayEquals(new long[] {-1, 12}, added.y().shape().asArray());
      assertArrayEquals(new long[] {-1, 12}, a.biasGelu(tf, rows, vector).shape().asArray());
      assertArrayEquals(
          new long[] {-1, 7}, a.matMul(tf, rows, lab.noise(1, 1, 12, 7)).shape().asArray());
      Operand<TInt32> groups = tf.constant(new int[][] {{2, 3}});
      assertArrayEquals(
          new long[] {-1, 4}, FusedOps.attention(tf, rows, vector, groups, 2).shape().asArray());
      assertThrows(
          TFInvalidArgumentException.class, () -> a.biasGelu(tf, vector, vector), "rank 1");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bias", "heads", "groups", "keep", "kernel"})
  void wrongInput_isNamed(String what) {
    try (Lab lab = new Lab()) {
      Ops tf = lab.tf;
      Operand<TFloat32> rows = lab.noise(1, 1, 6, 12);
      Operand<TInt32> groups = tf.constant(new int[][] {{2, 3}});
      Operand<?> y =
          switch (what) {
            case "bias" -> FusedOps.biasGelu(tf, rows, lab.noise(1, 1, 11));
            case "heads" -> FusedOps.attention(tf, rows, lab.noise(1, 1, 12), groups, 3);
            case "kernel" -> FusedOps.matMul(tf, rows, lab.noise(1, 1, 11, 3));
            case "groups" ->
                FusedOps.attention(
                    tf, rows, lab.noise(1, 1, 12), tf.constant(new int[][] {{2, 4}}), 2);
            default ->
                FusedOps.patches(
                    tf,
                    lab.noise(1, 1, 1, 8, 8, 3),
                    tf.constant(new int[] {4}),
                    4,
                    org.tensorflow.proto.DataType.DT_FLOAT);
          };
      @SuppressWarnings("unchecked")
      Operand<TFloat32> fetched = (Operand<TFloat32>) y;
      TFInvalidArgumentException e =
          assertThrows(
              TFInvalidArgumentException.class, () -> Lab.floats(lab.session(List.of()), fetched));
      String wanted =
          switch (what) {
            case "bias" -> "EndosslBiasGelu: bias: got shape [11], wanted [12]";
            case "heads" ->
                "EndosslAttention: qkv: got 12 columns, wanted a multiple of 3 times the 3 heads";
            case "kernel" -> "EndosslMatMul: kernel: got shape [11, 3], wanted [12, -1] (-1: any)";
            case "groups" ->
                "EndosslAttention: groups: got 8 tokens in all, wanted the 6 rows of qkv";
            default -> "EndosslPatches: keep: value 0: got 4, wanted 0 to 3";
          };
      assertTrue(String.valueOf(e.getMessage()).contains(wanted), e.getMessage());
    }
  }

  /** The other instruction sets, each in a process of its own: the library chooses when loaded. */
  @ParameterizedTest
  @ValueSource(strings = {"avx512", "avx2", "sse"})
  void otherInstructionSets_giveTheSame(String kernels) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
            "-cp",
            System.getProperty("java.class.path"),
            InstructionSets.class.getName());
    builder.environment().put("ENDOSSL_KERNELS", kernels);
    builder.redirectErrorStream(true);
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
  }

  /** Runs the comparisons above; a failure is the process's. */
  static final class InstructionSets {
    private InstructionSets() {}

    public static void main(String[] args) {
      loaded();
      ArithmeticTest test = new ArithmeticTest();
      test.addLayerNorm(33, 20);
      test.biasGelu(33, 20);
      new GeluTest().valueAndSlope_areWithinAUnitInTheLastPlace_ofEveryInput();
      test.matMul(65, 17, 33);
      test.matMul(70, 2100, 40);
      test.matMul_ofFewRows(8, 97, 1029);
      test.matMul_ofFewRows(15, 300, 70);
      test.matMul_ofFewRows(47, 130, 1033);
      test.matMul_errsLikeTensorFlows(70, 2100, 40);
      test.globalNorm_isThatOfTheValues(65, 17, 33);
      test.attention(20, 2, 2, 50, 1, 17);
      test.attention(160, 2, 1, 21, 2, 16);
      test.nan_reachesWhatAttentionMixesItInto(1);
      test.batchNormGelu(4, 40, 130);
      test.tokens(3, 7, 20);
      test.classAttention(20, 2, 20, 6, 1, 17);
      test.classAttention(160, 2, 15, 3, 2, 16);
    }
  }
}
