package org.endossl.train.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.endossl.model.ops.FusedOps;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/** The native step over all weights against TensorFlow's ops, weight by weight. */
class FusedAdamWTest {
  private static final int[] SIZES = {1, 7, 32_768, 40_001};
  private static final boolean[] DECAYED = {true, false, true, false};
  private static final boolean[] CLIPPED = {true, true, true, false};

  @Test
  void bothForms_agreeToTheLastPlaces() {
    Assumptions.assumeTrue(FusedOps.status().loaded(), FusedOps.status().reason());
    List<float[]> composite = run(false);
    List<float[]> fused = run(true);
    assertEquals(composite.size(), fused.size());
    for (int i = 0; i < composite.size(); i++) {
      // TensorFlow's kernel may contract a product and a sum: a unit or two in the last place
      for (int j = 0; j < SIZES[i]; j++) {
        float wanted = composite.get(i)[j];
        assertEquals(
            wanted,
            fused.get(i)[j],
            6e-8 + 2 * Math.ulp(wanted), // a step moves a weight by 1e-2
            "weight of " + SIZES[i] + ", element " + j);
      }
    }
  }

  @Test
  void globalNorm_isTheCompositesToRounding() {
    Assumptions.assumeTrue(FusedOps.status().loaded(), FusedOps.status().reason());
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      List<Operand<TFloat32>> values = List.of(noise(tf, 1, 40_001), noise(tf, 2, 3));
      GradientClipping composite = GradientClipping.apply(tf, values, 3, false);
      GradientClipping fused = GradientClipping.apply(tf, values, 3, true);
      try (Session session = new Session(graph);
          Result result = session.runner().fetch(composite.norm()).fetch(fused.norm()).run()) {
        float wanted = ((TFloat32) result.get(0)).getFloat();
        assertEquals(wanted, ((TFloat32) result.get(1)).getFloat(), 1e-5 * wanted);
      }
    }
  }

  @Test
  @SuppressWarnings("unchecked") // gradients of float32 values are float32
  void globalNorm_ofKernelsGradients_isTheCompositesToRounding() {
    Assumptions.assumeTrue(FusedOps.status().loaded(), FusedOps.status().reason());
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      List<Operand<TFloat32>> values = new ArrayList<>(List.of(noise(tf, 1, 3)));
      for (int rows : new int[] {8, 70}) { // few and many
        Operand<TFloat32> x = tf.reshape(noise(tf, rows, rows * 300), tf.array(rows, 300));
        Operand<TFloat32> kernel = tf.reshape(noise(tf, 2, 300 * 130), tf.array(300, 130));
        Output<?>[] y = {FusedOps.matMul(tf, x, kernel).asOutput()};
        values.add(
            (Operand<TFloat32>)
                graph.addGradients(null, y, new Output<?>[] {kernel.asOutput()}, null)[0]);
      }
      GradientClipping composite = GradientClipping.apply(tf, values, 3, false);
      GradientClipping fused = GradientClipping.apply(tf, values, 3, true);
      try (Session session = new Session(graph);
          Result result = session.runner().fetch(composite.norm()).fetch(fused.norm()).run()) {
        float wanted = ((TFloat32) result.get(0)).getFloat();
        assertEquals(wanted, ((TFloat32) result.get(1)).getFloat(), 1e-5 * wanted);
      }
    }
  }

  private static List<float[]> run(boolean fused) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      List<Op> initial = new ArrayList<>();
      List<Operand<? extends TType>> weights = new ArrayList<>();
      List<Operand<? extends TType>> first = new ArrayList<>();
      List<Operand<? extends TType>> second = new ArrayList<>();
      List<Operand<TFloat32>> gradients = new ArrayList<>();
      AdamW adamW = new AdamW(tf);
      Operand<TFloat32> factor = tf.constant(0.37f);
      List<Op> updates = new ArrayList<>();
      for (int i = 0; i < SIZES.length; i++) {
        weights.add(variable(tf, "w" + i, initial, noise(tf, i, SIZES[i])));
        first.add(variable(tf, "m" + i, initial, tf.zeros(tf.array(SIZES[i]), TFloat32.class)));
        second.add(variable(tf, "v" + i, initial, tf.zeros(tf.array(SIZES[i]), TFloat32.class)));
        gradients.add(noise(tf, 10L + i, SIZES[i]));
        if (!fused) {
          Operand<TFloat32> g = gradients.get(i);
          updates.add(
              adamW.update(
                  weights.get(i),
                  tf.readVariableOp(weights.get(i), TFloat32.class),
                  first.get(i),
                  second.get(i),
                  CLIPPED[i] ? tf.math.mul(g, factor) : g,
                  DECAYED[i]));
        }
      }
      if (fused) {
        updates.add(adamW.updateAll(weights, first, second, gradients, factor, DECAYED, CLIPPED));
      }
      try (Session session = new Session(graph)) {
        Session.Runner begin = session.runner();
        initial.forEach(begin::addTarget);
        begin.run().close();
        for (int step = 0; step < 3; step++) {
          step(session, adamW, updates, step);
        }
        return read(tf, session, weights);
      }
    }
  }

  private static void step(Session session, AdamW adamW, List<Op> updates, int step) {
    List<Tensor> fed = new ArrayList<>();
    Session.Runner runner = session.runner();
    for (AdamW.Feed feed : adamW.feeds(step, 1e-2, 0.04)) {
      fed.add(TFloat32.scalarOf(feed.value()));
      runner.feed(feed.placeholder(), fed.get(fed.size() - 1));
    }
    updates.forEach(runner::addTarget);
    runner.run().close();
    fed.forEach(Tensor::close);
  }

  private static List<float[]> read(
      Ops tf, Session session, List<Operand<? extends TType>> weights) {
    Session.Runner runner = session.runner();
    weights.forEach(w -> runner.fetch(tf.readVariableOp(w, TFloat32.class)));
    List<float[]> values = new ArrayList<>();
    try (Result result = runner.run()) {
      for (int i = 0; i < weights.size(); i++) {
        float[] value = new float[SIZES[i]];
        ((TFloat32) result.get(i)).asRawTensor().data().asFloats().read(value);
        values.add(value);
      }
    }
    return values;
  }

  private static Operand<TFloat32> noise(Ops tf, long seed, int size) {
    Random random = new Random(seed);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return tf.constant(values);
  }

  private static VarHandleOp variable(
      Ops tf, String name, List<Op> initial, Operand<TFloat32> value) {
    VarHandleOp v =
        tf.varHandleOp(
            TFloat32.class, Shape.of(value.shape().get(0)), VarHandleOp.sharedName(name));
    initial.add(tf.assignVariableOp(v, value));
    return v;
  }
}
