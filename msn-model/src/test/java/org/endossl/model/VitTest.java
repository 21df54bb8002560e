package org.endossl.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

class VitTest {
  private static final VitConfig CONFIG = new VitConfig(32, 8, 24, 3, 3, 4, 1e-6, 0);

  @Test
  void gelu_byTanh_isJaxs() {
    try (Lab lab = new Lab()) {
      Operand<TFloat32> x = lab.constant(Shape.of(4), -2, -0.5f, 1, 3);
      Operand<TFloat32> y = Gelu.apply(lab.tf, VitConfig.Activation.GELU_TANH, x);
      // jax.nn.gelu(x, approximate=True)
      float[] wanted = {-0.04540229f, -0.15428600f, 0.841192f, 2.9963627f};
      Lab.assertClose(wanted, Lab.floats(lab.session(List.of()), y), 1e-6, "gelu");
    }
  }

  /** Two view sizes in one matrix against each by itself; each form against the portable one. */
  @ParameterizedTest
  @EnumSource(Compute.Kernels.class)
  void packedViews_equalSeparateOnes_inValueAndGradients(Compute.Kernels kernels) {
    Compute compute = new Compute(Compute.Precision.FLOAT32, kernels);
    try (Lab lab = new Lab()) {
      Assumptions.assumeTrue(
          kernels != Compute.Kernels.NATIVE || Compute.FLOAT32.fused(),
          "no native ops on this machine");
      VariableStore store = new VariableStore(lab.tf, "", 3);
      Vit.Weights weights = Vit.create(store, CONFIG);
      Vit.View large =
          new Vit.View(lab.noise(1, 1, 2, 32, 32, 3), lab.tf.constant(new int[] {3, 15, 0, 7, 8}));
      Vit.View small = new Vit.View(lab.noise(2, 1, 3, 16, 16, 3), null);
      List<Operand<TFloat32>> packed =
          Vit.classTokens(lab.tf, weights, CONFIG, compute, List.of(large, small), null);
      List<Operand<TFloat32>> separate =
          List.of(
              Vit.classToken(lab.tf, weights, CONFIG, large.images(), large.keep()),
              Vit.classToken(lab.tf, weights, CONFIG, small.images(), small.keep()));
      List<Operand<TFloat32>> by = store.variables().stream().map(ModelVariable::value).toList();
      List<Operand<TFloat32>> fetched = new ArrayList<>();
      for (List<Operand<TFloat32>> tokens : List.of(separate, packed)) {
        Operand<TFloat32> loss =
            lab.tf.math.add(
                dot(lab, tokens.get(0), lab.noise(4, 1, 2, CONFIG.width())),
                dot(lab, tokens.get(1), lab.noise(5, 1, 3, CONFIG.width())));
        fetched.addAll(tokens);
        fetched.addAll(lab.gradients(loss, by));
      }
      List<float[]> got = Lab.floats(noisy(lab, store), fetched);
      int half = got.size() / 2;
      for (int i = 0; i < half; i++) {
        float[] wanted = got.get(i);
        double bar = 2e-5 * Math.max(1, Lab.norm(wanted));
        Lab.assertClose(wanted, got.get(half + i), bar, "value " + i);
      }
    }
  }

  /** Feature extraction ends with a batch of another size. */
  @ParameterizedTest
  @EnumSource(
      value = Compute.Kernels.class,
      names = {"AUTO", "COMPOSITE"})
  void batchOfUnknownSize_runsInAnySize(Compute.Kernels kernels) {
    try (Lab lab = new Lab()) {
      VariableStore store = new VariableStore(lab.tf, "", 3);
      Vit.Weights weights = Vit.create(store, CONFIG);
      Operand<TFloat32> three = lab.noise(1, 1, 3, 32, 32, 3);
      Operand<TFloat32> any = lab.tf.placeholderWithDefault(three, Shape.of(-1, 32, 32, 3));
      Compute compute = new Compute(Compute.Precision.FLOAT32, kernels);
      List<Operand<TFloat32>> fetched =
          List.of(
              Vit.classToken(lab.tf, weights, CONFIG, three, null),
              Vit.classTokens(
                      lab.tf, weights, CONFIG, compute, List.of(new Vit.View(any, null)), null)
                  .get(0));
      List<float[]> got = Lab.floats(noisy(lab, store), fetched);
      Lab.assertClose(got.get(0), got.get(1), 5e-6, "class tokens");
    }
  }

  @Test
  void dropPath_leavesOutOrScales_andNothingAtRateZero() {
    VitConfig config = new VitConfig(32, 8, 24, 3, 3, 4, 1e-6, 0.5);
    try (Lab lab = new Lab()) {
      VariableStore store = new VariableStore(lab.tf, "", 3);
      Vit.Weights weights = Vit.create(store, config);
      List<Vit.View> views = List.of(new Vit.View(lab.noise(1, 1, 2, 32, 32, 3), null));
      DropPath drop = new DropPath(lab.tf.constant(new long[] {7, 1}));
      List<Operand<TFloat32>> fetched = new ArrayList<>();
      fetched.addAll(Vit.classTokens(lab.tf, weights, config, Compute.PORTABLE, views, null));
      fetched.addAll(Vit.classTokens(lab.tf, weights, config, Compute.PORTABLE, views, drop));
      fetched.addAll(Vit.classTokens(lab.tf, weights, config, Compute.FLOAT32, views, drop));
      fetched.add(drop.factors(lab.tf, 1000, 0.25, 3));
      fetched.addAll(Vit.classTokens(lab.tf, weights, CONFIG, Compute.PORTABLE, views, drop));
      List<float[]> got = Lab.floats(noisy(lab, store), fetched);
      assertTrue(Lab.maxAbs(got.get(0), got.get(1)) > 1e-2, "branches are dropped or scaled");
      Lab.assertClose(got.get(1), got.get(2), 5e-5, "native kernels draw the same");
      int kept = 0;
      for (float factor : got.get(3)) {
        assertTrue(factor == 0 || Math.abs(factor - 1 / 0.75f) < 1e-6, "factor " + factor);
        kept += factor > 0 ? 1 : 0;
      }
      assertTrue(kept > 700 && kept < 800, kept + " of 1000 kept at rate 0.25");
      Lab.assertClose(got.get(0), got.get(4), 1e-6, "rate 0");
      assertEquals(0, DropPath.rate(config, 0));
      assertEquals(0.25, DropPath.rate(config, 1));
      assertEquals(0.5, DropPath.rate(config, 2));
    }
  }

  @ParameterizedTest
  @CsvSource({"32,false", "32,true", "24,false"})
  void classToken_equalsForward_inValueAndGradients(int side, boolean drop) {
    try (Lab lab = new Lab()) {
      VariableStore store = new VariableStore(lab.tf, "", 3);
      Vit.Weights weights = Vit.create(store, CONFIG);
      Operand<TFloat32> images = lab.noise(1, 1, 2, side, side, 3);
      Operand<TInt32> keep = drop ? lab.tf.constant(new int[] {3, 15, 0, 7, 8}) : null;
      Operand<TFloat32> pruned = Vit.classToken(lab.tf, weights, CONFIG, images, keep);
      Operand<TFloat32> full = classRows(lab, weights, images, keep);
      Operand<TFloat32> mix = lab.noise(2, 1, 2, CONFIG.width());
      List<Operand<TFloat32>> by = store.variables().stream().map(ModelVariable::value).toList();
      List<Operand<TFloat32>> fetched = new ArrayList<>(List.of(pruned, full));
      fetched.addAll(lab.gradients(dot(lab, pruned, mix), by));
      fetched.addAll(lab.gradients(dot(lab, full, mix), by));
      List<float[]> got = Lab.floats(noisy(lab, store), fetched);

      Lab.assertClose(got.get(1), got.get(0), 5e-6, "class token");
      for (int i = 0; i < by.size(); i++) {
        float[] wanted = got.get(2 + by.size() + i);
        double bar = 2e-5 * Math.max(1, Lab.norm(wanted));
        Lab.assertClose(wanted, got.get(2 + i), bar, store.variables().get(i).name());
      }
    }
  }

  @Test
  void classToken_gradientOfTheLastKeyBias_isExactlyZero() {
    try (Lab lab = new Lab()) {
      VariableStore store = new VariableStore(lab.tf, "", 3);
      Vit.Weights weights = Vit.create(store, CONFIG);
      Operand<TFloat32> token =
          Vit.classToken(lab.tf, weights, CONFIG, lab.noise(1, 1, 2, 32, 32, 3), null);
      ModelVariable bias =
          store.variables().stream()
              .filter(v -> v.name().equals("blocks.2.attn.qkv.bias"))
              .findFirst()
              .orElseThrow();
      Operand<TFloat32> gradient =
          lab.gradients(dot(lab, token, lab.noise(2, 1, 2, CONFIG.width())), List.of(bias.value()))
              .get(0);
      float[] got = Lab.floats(noisy(lab, store), gradient);
      int width = CONFIG.width();
      for (int i = 0; i < 3 * width; i++) {
        assertEquals(i >= width && i < 2 * width, got[i] == 0, "element " + i);
      }
    }
  }

  @Test
  void tokens_dependOnTheKeptPatchesOnly() {
    try (Lab lab = new Lab()) {
      VariableStore store = new VariableStore(lab.tf, "", 3);
      Vit.Weights weights = Vit.create(store, CONFIG);
      float[] dark = new float[32 * 32 * 3];
      float[] lit = dark.clone();
      lit[0] = 5; // patch 0
      Shape shape = Shape.of(1, 32, 32, 3);
      List<Operand<TFloat32>> tokens = new ArrayList<>();
      for (int patch : new int[] {1, 0}) {
        for (float[] image : List.of(dark, lit)) {
          tokens.add(
              Vit.classToken(
                  lab.tf,
                  weights,
                  CONFIG,
                  lab.constant(shape, image),
                  lab.tf.constant(new int[] {patch})));
        }
      }
      List<float[]> got = Lab.floats(noisy(lab, store), tokens);
      assertEquals(0, Lab.maxAbs(got.get(0), got.get(1)));
      assertTrue(Lab.maxAbs(got.get(2), got.get(3)) > 1e-3);
    }
  }

  @Test
  void attention_rowsSumToOne_andShapesAreTokens() {
    try (Lab lab = new Lab()) {
      VariableStore store = new VariableStore(lab.tf, "", 3);
      Vit.Weights weights = Vit.create(store, CONFIG);
      Vit.Output output = Vit.forward(lab.tf, weights, CONFIG, lab.noise(1, 1, 2, 32, 32, 3), null);
      assertEquals(Shape.of(2, 17, 24), output.tokens().shape());
      assertEquals(3, output.blocks().size());
      assertEquals(Shape.of(2, 3, 17, 17), output.attentions().get(2).shape());
      Operand<TFloat32> sums = lab.tf.reduceSum(output.attentions().get(2), lab.tf.constant(3));
      for (float sum : Lab.floats(lab.session(store.variables()), sums)) {
        assertEquals(1, sum, 1e-6);
      }
    }
  }

  @Test
  void batch_mayBeUnknown() {
    try (Lab lab = new Lab()) {
      VariableStore store = new VariableStore(lab.tf, "", 3);
      Vit.Weights weights = Vit.create(store, CONFIG);
      Placeholder<TFloat32> images =
          lab.tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, 32, 32, 3)));
      Operand<TFloat32> token = Vit.classToken(lab.tf, weights, CONFIG, images, null);
      Session session = lab.session(store.variables());
      for (int batch : new int[] {1, 3}) {
        try (TFloat32 fed = TFloat32.tensorOf(Shape.of(batch, 32, 32, 3));
            TFloat32 got =
                (TFloat32) session.runner().feed(images, fed).fetch(token).run().get(0)) {
          assertEquals(Shape.of(batch, 24), got.shape());
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"TINY,5524416", "SMALL,21665664", "BASE,85798656", "LARGE,303301632"})
  void parameters_areThePublishedOnes(Size size, long wanted) {
    VitConfig config = size.config();
    assertEquals(wanted, config.parameters());
    try (Lab lab = new Lab()) {
      VariableStore store = new VariableStore(lab.tf, "anchor.", 0);
      Vit.create(store, config);
      assertEquals(wanted, store.variables().stream().mapToLong(v -> v.shape().size()).sum());
    }
  }

  enum Size {
    TINY,
    SMALL,
    BASE,
    LARGE;

    VitConfig config() {
      return switch (this) {
        case TINY -> VitConfig.tiny(224, 16);
        case SMALL -> VitConfig.small(224, 16);
        case BASE -> VitConfig.base(224, 16);
        case LARGE -> VitConfig.large(224, 16);
      };
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {30, 0, -1})
  void images_ofASideThatIsNoMultipleOfThePatch_areRefused(int side) {
    try (Lab lab = new Lab()) {
      Vit.Weights weights = Vit.create(new VariableStore(lab.tf, "", 0), CONFIG);
      Placeholder<TFloat32> images =
          lab.tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(2, side, side, 3)));
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class,
              () -> Vit.classToken(lab.tf, weights, CONFIG, images, null));
      assertTrue(
          String.valueOf(e.getMessage()).startsWith("images: got shape [2, "), e.getMessage());
    }
  }

  @Test
  void dropPath_ofOne_isRefused() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> new VitConfig(32, 8, 24, 3, 3, 4, 1e-6, 1));
    assertEquals("drop_path: got 1.0, wanted 0 <= r < 1", e.getMessage());
  }

  private static Operand<TFloat32> classRows(
      Lab lab, Vit.Weights weights, Operand<TFloat32> images, @Nullable Operand<TInt32> keep) {
    Operand<TFloat32> tokens = Vit.forward(lab.tf, weights, CONFIG, images, keep).tokens();
    return lab.tf.gather(tokens, lab.tf.constant(0), lab.tf.constant(1));
  }

  private static Operand<TFloat32> dot(Lab lab, Operand<TFloat32> a, Operand<TFloat32> b) {
    return lab.tf.reduceSum(lab.tf.math.mul(a, b), lab.tf.constant(new int[] {0, 1}));
  }

  /** A session in which no weight is 0 or 1. */
  private static Session noisy(Lab lab, VariableStore store) {
    List<org.tensorflow.op.Op> assigns = new ArrayList<>();
    long seed = 100;
    for (ModelVariable v : store.variables()) {
      assigns.add(lab.tf.assignVariableOp(v.handle(), lab.noise(seed++, 0.3, v.shape().asArray())));
    }
    Session session = lab.session(List.of());
    Session.Runner runner = session.runner();
    assigns.forEach(runner::addTarget);
    runner.run().close();
    return session;
  }
}
