package org.endossl.train.ema;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

class EmaUpdateTest {
  /** Sizes around the vector width, the chunk of the native op, and none at all. */
  private static final int[] SIZES = {1, 0, 3, 17, 65_535, 65_536, 65_537, 200_003};

  private static final double[] MOMENTA = {0.996, 0.99999, 0, 1, 0.3};

  @ParameterizedTest
  @EnumSource(EmaUpdate.Form.class)
  void everyForm_givesTheBitsOfJavasDifferenceForm(EmaUpdate.Form form) {
    Random random = new Random(7);
    float[][] target = draw(random);
    float[][] online = draw(random);
    try (Fixture f = new Fixture(target, online, form)) {
      for (double momentum : MOMENTA) {
        f.run(momentum);
        float alpha = (float) (1.0 - momentum);
        for (int i = 0; i < SIZES.length; i++) {
          for (int j = 0; j < target[i].length; j++) {
            float t = target[i][j];
            target[i][j] = t + alpha * (online[i][j] - t);
          }
          assertArrayEquals(target[i], f.value(f.targets.get(i)), "size " + SIZES[i]);
          assertArrayEquals(online[i], f.value(f.onlines.get(i)), "online stays");
        }
      }
    }
  }

  @Test
  void differenceForm_isTheMoreAccurateNearOne() {
    Random random = new Random(3);
    double ours = 0;
    double theirs = 0;
    double m = 0.9999;
    float alpha = (float) (1.0 - m);
    for (int i = 0; i < 100_000; i++) {
      float t = (float) random.nextGaussian();
      float o = t + 0.01f * (float) random.nextGaussian();
      double exact = m * t + (1 - m) * o;
      ours += Math.abs(t + alpha * (o - t) - exact);
      theirs += Math.abs((float) m * t + alpha * o - exact);
    }
    assertTrue(ours < 0.75 * theirs, ours + " against " + theirs);
  }

  /** 100 times an optimizer that writes late; the update must always see what it wrote. */
  @ParameterizedTest
  @EnumSource(EmaUpdate.Form.class)
  void update_isOrderedBehindTheOptimizer(EmaUpdate.Form form) {
    assertEquals(0, staleUpdates(form, true), "control edge in place");
  }

  /** The same graph without the edge reads old values: the test above tests something. */
  @ParameterizedTest
  @EnumSource(EmaUpdate.Form.class)
  void withoutTheControlEdge_updateSeesOldValues(EmaUpdate.Form form) {
    assertTrue(staleUpdates(form, false) > 0, "no stale value in 100 runs");
  }

  private static int staleUpdates(EmaUpdate.Form form, boolean edge) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      VarHandleOp target = variable(tf, "target", Shape.of(1000));
      VarHandleOp online = variable(tf, "online", Shape.of(1000));
      Placeholder<TFloat32> fed = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(1000)));
      Op initialTarget = tf.assignVariableOp(target, fed);
      Op initialOnline = tf.assignVariableOp(online, fed);
      // The optimizer's new value takes a while: a product of matrices comes first.
      // It depends on what is fed, or it would be folded to a constant.
      Operand<TFloat32> each =
          tf.math.mul(tf.math.mean(fed, tf.constant(0)), tf.constant(1f / 256));
      Operand<TFloat32> slow = tf.fill(tf.constant(new int[] {256, 256}), each);
      Operand<TFloat32> product = slow;
      for (int i = 0; i < 8; i++) {
        product = tf.linalg.matMul(product, slow);
      }
      Operand<TFloat32> gradient =
          tf.math.add(fed, tf.math.sub(tf.math.mean(product, tf.constant(new int[] {0, 1})), each));
      Op optimizer = tf.train.resourceApplyGradientDescent(online, tf.constant(-1f), gradient);
      Op update =
          EmaUpdate.build(
              tf,
              List.of(target),
              List.of(online),
              tf.constant(0.0), // target = online
              edge ? List.of(optimizer) : List.of(),
              form);
      Operand<TFloat32> result =
          tf.withControlDependencies(List.of()).readVariableOp(target, TFloat32.class);
      int stale = 0;
      try (Session session = new Session(graph)) {
        float[] ones = new float[1000];
        Arrays.fill(ones, 1f);
        try (TFloat32 value = TFloat32.vectorOf(ones)) {
          for (int run = 0; run < 100; run++) {
            session
                .runner()
                .feed(fed, value)
                .addTarget(initialTarget)
                .addTarget(initialOnline)
                .run()
                .close();
            session.runner().feed(fed, value).addTarget(update).addTarget(optimizer).run().close();
            try (Result read = session.runner().fetch(result).run()) {
              stale += ((TFloat32) read.get(0)).getFloat(0) == 2f ? 0 : 1;
            }
          }
        }
      }
      return stale;
    }
  }

  @Test
  void sameTargetTwice_isRefused() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      VarHandleOp a = variable(tf, "a", Shape.of(2));
      VarHandleOp again = variable(tf, "a", Shape.of(2));
      VarHandleOp b = variable(tf, "b", Shape.of(2));
      for (VarHandleOp twin : List.of(a, again)) {
        IllegalArgumentException e =
            assertThrows(
                IllegalArgumentException.class,
                () ->
                    EmaUpdate.build(
                        tf,
                        List.of(a, twin),
                        List.of(b, b),
                        tf.constant(0.5),
                        List.of(),
                        EmaUpdate.Form.AUTO));
        assertEquals("EmaUpdate: target a is given twice", e.getMessage());
      }
    }
  }

  @Test
  void listsOfUnequalLength_areRefused() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      VarHandleOp a = variable(tf, "a", Shape.of(2));
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class,
              () ->
                  EmaUpdate.build(
                      tf, List.of(a), List.of(), tf.constant(0.5), List.of(), EmaUpdate.Form.AUTO));
      assertEquals(
          "EmaUpdate: got 1 targets and 0 online variables, wanted as many of each, at least one",
          e.getMessage());
    }
  }

  @ParameterizedTest
  @EnumSource(EmaUpdate.Form.class)
  void momentumOutsideZeroToOne_isAnError(EmaUpdate.Form form) {
    float[][] values = {{1, 2}};
    try (Fixture f = new Fixture(values, new float[][] {{3, 4}}, form)) {
      for (double wrong : new double[] {-0.1, 1.1, Double.NaN}) {
        TFInvalidArgumentException e =
            assertThrows(TFInvalidArgumentException.class, () -> f.run(wrong));
        assertTrue(String.valueOf(e.getMessage()).contains("EmaUpdate: momentum"), e.getMessage());
        assertTrue(String.valueOf(e.getMessage()).contains("wanted [0, 1]"), e.getMessage());
      }
      assertArrayEquals(values[0], f.value(f.targets.get(0)), "nothing was written");
    }
  }

  @ParameterizedTest
  @EnumSource(EmaUpdate.Form.class)
  void uninitialisedTarget_isAnErrorThatNamesIt(EmaUpdate.Form form) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      VarHandleOp target = variable(tf, "never_written", Shape.of(2));
      VarHandleOp online = variable(tf, "online", Shape.of(2));
      Op initial = tf.assignVariableOp(online, tf.constant(new float[] {1, 2}));
      Op update =
          EmaUpdate.build(
              tf, List.of(target), List.of(online), tf.constant(0.5), List.of(initial), form);
      try (Session session = new Session(graph)) {
        RuntimeException e =
            assertThrows(
                RuntimeException.class, () -> session.runner().addTarget(update).run().close());
        assertTrue(String.valueOf(e.getMessage()).contains("never_written"), e.getMessage());
      }
    }
  }

  @Test
  void nativeForm_refusesUnequalShapes() {
    if (!EmaLibrary.status().loaded()) {
      return; // EmaLibraryTest tells
    }
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      VarHandleOp target = variable(tf, "target", Shape.of(3));
      VarHandleOp online = variable(tf, "online", Shape.of(2));
      Op one = tf.assignVariableOp(target, tf.constant(new float[] {1, 2, 3}));
      Op two = tf.assignVariableOp(online, tf.constant(new float[] {1, 2}));
      Op update =
          EmaUpdate.build(
              tf,
              List.of(target),
              List.of(online),
              tf.constant(0.5),
              List.of(),
              EmaUpdate.Form.NATIVE);
      try (Session session = new Session(graph)) {
        session.runner().addTarget(one).addTarget(two).run().close();
        TFInvalidArgumentException e =
            assertThrows(
                TFInvalidArgumentException.class,
                () -> session.runner().addTarget(update).run().close());
        assertTrue(
            String.valueOf(e.getMessage()).contains("wanted two equal float32 tensors"),
            e.getMessage());
      }
    }
  }

  @Test
  void form_isASingleNodeOrNoNativeNode() {
    float[][] values = {{1, 2}, {3}};
    try (Fixture f = new Fixture(values, values, EmaUpdate.Form.COMPOSITE)) {
      assertFalse(f.types().contains(EmaUpdate.OP_TYPE));
    }
    if (EmaLibrary.status().loaded()) {
      try (Fixture f = new Fixture(values, values, EmaUpdate.Form.AUTO)) {
        assertEquals(1, f.types().stream().filter(EmaUpdate.OP_TYPE::equals).count());
      }
    }
  }

  private static float[][] draw(Random random) {
    float[][] values = new float[SIZES.length][];
    for (int i = 0; i < SIZES.length; i++) {
      values[i] = new float[SIZES[i]];
      for (int j = 0; j < SIZES[i]; j++) {
        values[i][j] = (float) random.nextGaussian();
      }
    }
    return values;
  }

  private static VarHandleOp variable(Ops tf, String name, Shape shape) {
    return tf.varHandleOp(TFloat32.class, shape, VarHandleOp.sharedName(name));
  }

  /** Pairs of variables with their values, and the update. */
  private static final class Fixture implements AutoCloseable {
    final List<VarHandleOp> targets = new ArrayList<>();
    final List<VarHandleOp> onlines = new ArrayList<>();
    private final Graph graph = new Graph();
    private final Ops tf = Ops.create(graph);
    private final Placeholder<TFloat64> momentum = tf.placeholder(TFloat64.class);
    private final Op update;
    private final Session session;

    Fixture(float[][] target, float[][] online, EmaUpdate.Form form) {
      List<Op> assigns = new ArrayList<>();
      List<Operand<TFloat32>> feeds = new ArrayList<>();
      List<TFloat32> fed = new ArrayList<>();
      for (int i = 0; i < target.length; i++) {
        for (boolean first : new boolean[] {true, false}) {
          float[] values = first ? target[i] : online[i];
          VarHandleOp v = variable(tf, (first ? "t" : "o") + i, Shape.of(values.length));
          (first ? targets : onlines).add(v);
          Placeholder<TFloat32> feed = tf.placeholder(TFloat32.class);
          assigns.add(tf.assignVariableOp(v, feed));
          feeds.add(feed);
          fed.add(TFloat32.tensorOf(Shape.of(values.length), DataBuffers.of(values)));
        }
      }
      update = EmaUpdate.build(tf, targets, onlines, momentum, List.of(), form);
      session = new Session(graph);
      Session.Runner runner = session.runner();
      for (int i = 0; i < feeds.size(); i++) {
        runner.feed(feeds.get(i), fed.get(i));
      }
      assigns.forEach(runner::addTarget);
      runner.run().close();
      fed.forEach(TFloat32::close);
    }

    void run(double value) {
      try (TFloat64 m = TFloat64.scalarOf(value)) {
        session.runner().feed(momentum, m).addTarget(update).run().close();
      }
    }

    float[] value(VarHandleOp variable) {
      try (Result result =
          session.runner().fetch(tf.readVariableOp(variable, TFloat32.class)).run()) {
        TFloat32 tensor = (TFloat32) result.get(0);
        float[] values = new float[(int) tensor.size()];
        tensor.asRawTensor().data().asFloats().read(values);
        return values;
      }
    }

    List<String> types() {
      List<String> types = new ArrayList<>();
      graph.operations().forEachRemaining(op -> types.add(op.type()));
      return types;
    }

    @Override
    public void close() {
      session.close();
      graph.close();
    }
  }
}
