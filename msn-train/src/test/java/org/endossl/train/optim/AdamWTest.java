package org.endossl.train.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.types.TFloat32;

class AdamWTest {
  /** torch.optim.AdamW's formula in double, with a rate and a decay that change. */
  @Test
  void steps_areThoseOfTorchsFormula() {
    for (boolean decayed : new boolean[] {true, false}) {
      double[] expected = {0.5, -2, 1e-3};
      double[] m = new double[3];
      double[] v = new double[3];
      List<float[]> got = run(decayed);
      for (int t = 1; t <= got.size(); t++) {
        double rate = rate(t - 1);
        double decay = decayed ? decay(t - 1) : 0;
        for (int i = 0; i < 3; i++) {
          double g = gradient(t - 1)[i];
          expected[i] *= 1 - rate * decay;
          m[i] = 0.9 * m[i] + 0.1 * g;
          v[i] = 0.999 * v[i] + 0.001 * g * g;
          double root = Math.sqrt(v[i]) / Math.sqrt(1 - Math.pow(0.999, t)) + 1e-8;
          expected[i] -= rate / (1 - Math.pow(0.9, t)) * m[i] / root;
          assertEquals(expected[i], got.get(t - 1)[i], 2e-6 * Math.max(1, Math.abs(expected[i])));
        }
      }
    }
  }

  private static double rate(int step) {
    return 1e-2 * (1 + step);
  }

  private static double decay(int step) {
    return 0.04 + 0.1 * step;
  }

  /** The last one is so small that epsilon matters. */
  private static float[] gradient(int step) {
    return new float[] {1.5f - step, -0.1f, 1e-8f * (1 + step)};
  }

  private static List<float[]> run(boolean decayed) {
    List<float[]> values = new ArrayList<>();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      List<Op> initial = new ArrayList<>();
      VarHandleOp weight = variable(tf, "w", initial, 0.5f, -2f, 1e-3f);
      VarHandleOp first = variable(tf, "m", initial, 0f, 0f, 0f);
      VarHandleOp second = variable(tf, "v", initial, 0f, 0f, 0f);
      Placeholder<TFloat32> gradient = tf.placeholder(TFloat32.class);
      AdamW adamW = new AdamW(tf);
      Op update =
          adamW.update(
              weight, tf.readVariableOp(weight, TFloat32.class), first, second, gradient, decayed);
      Operand<TFloat32> read = tf.readVariableOp(weight, TFloat32.class);
      try (Session session = new Session(graph)) {
        Session.Runner begin = session.runner();
        initial.forEach(begin::addTarget);
        begin.run().close();
        for (int step = 0; step < 12; step++) {
          List<Tensor> fed = new ArrayList<>(List.of(TFloat32.vectorOf(gradient(step))));
          Session.Runner runner = session.runner().feed(gradient, fed.get(0)).addTarget(update);
          for (AdamW.Feed feed : adamW.feeds(step, rate(step), decay(step))) {
            fed.add(TFloat32.scalarOf(feed.value()));
            runner.feed(feed.placeholder(), fed.get(fed.size() - 1));
          }
          runner.run().close();
          fed.forEach(Tensor::close);
          try (Result result = session.runner().fetch(read).run()) {
            TFloat32 w = (TFloat32) result.get(0);
            values.add(new float[] {w.getFloat(0), w.getFloat(1), w.getFloat(2)});
          }
        }
      }
    }
    return values;
  }

  private static VarHandleOp variable(Ops tf, String name, List<Op> initial, float... values) {
    VarHandleOp v =
        tf.varHandleOp(TFloat32.class, Shape.of(values.length), VarHandleOp.sharedName(name));
    initial.add(tf.assignVariableOp(v, tf.constant(values)));
    return v;
  }
}
