package org.endossl.eval.temporal;

import java.util.ArrayList;
import java.util.List;
import org.endossl.model.Initializer;
import org.endossl.model.ModelVariable;
import org.endossl.model.VariableStore;
import org.endossl.train.optim.AdamW;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** What both heads share: their weights, the loss of logits, and steps of Adam in a session. */
final class Trained {
  final Ops tf;
  final VariableStore store;
  private final Graph graph;
  private final AdamW adam;
  private final int classes;
  private final double[] classWeights;
  private final List<Placeholder<TFloat32>> values = new ArrayList<>();
  private final List<Op> assigns = new ArrayList<>();
  private long steps;

  Trained(Graph graph, long seed, double[] classWeights) {
    this.graph = graph;
    this.tf = Ops.create(graph);
    this.store = new VariableStore(tf, "", seed);
    this.adam = new AdamW(tf);
    this.classWeights = classWeights.clone();
    this.classes = classWeights.length;
  }

  /**
   * Mean cross-entropy of frames, weighed by their phases: PyTorch's {@code CrossEntropyLoss}.
   *
   * @param logits [frames, classes]
   * @param labels [frames]; -1 leaves a frame out
   */
  Operand<TFloat32> loss(Operand<TFloat32> logits, Operand<TInt32> labels) {
    float[] byClass = new float[classes];
    for (int c = 0; c < classes; c++) {
      byClass[c] = (float) classWeights[c];
    }
    Operand<TFloat32> one = tf.constant(1f);
    Operand<TFloat32> target =
        tf.oneHot(labels, tf.constant(classes), one, tf.constant(0f)); // [frames, classes]
    Operand<TFloat32> weights =
        tf.reduceSum(tf.math.mul(target, tf.constant(byClass)), tf.constant(1)); // [frames]
    Operand<TFloat32> each =
        tf.math.neg(tf.reduceSum(tf.math.mul(target, tf.nn.logSoftmax(logits)), tf.constant(1)));
    Operand<TFloat32> all = tf.reduceSum(tf.math.mul(weights, each), tf.constant(0));
    Operand<TFloat32> sum = tf.reduceSum(weights, tf.constant(0));
    return tf.math.div(all, tf.math.maximum(sum, tf.constant(1e-6f)));
  }

  /** The op that takes a step down the loss. */
  Op step(Operand<TFloat32> loss) {
    List<ModelVariable> weights = List.copyOf(store.variables());
    VariableStore slots = new VariableStore(tf, "adam.", 0);
    Output<?>[] by = weights.stream().map(v -> v.value().asOutput()).toArray(Output<?>[]::new);
    Output<?>[] gradients = graph.addGradients(loss.asOutput(), by);
    List<Op> updates = new ArrayList<>();
    List<Op> initial = new ArrayList<>();
    for (int i = 0; i < gradients.length; i++) {
      ModelVariable w = weights.get(i);
      ModelVariable first =
          slots.variable(w.name() + ".first", w.shape(), Initializer.zeros(), false);
      ModelVariable second =
          slots.variable(w.name() + ".second", w.shape(), Initializer.zeros(), false);
      @SuppressWarnings("unchecked")
      Output<TFloat32> gradient = (Output<TFloat32>) gradients[i];
      updates.add(
          adam.update(w.handle(), w.value(), first.handle(), second.handle(), gradient, false));
      initial.addAll(List.of(w.initializer(), first.initializer(), second.initializer()));
      Placeholder<TFloat32> value = tf.placeholder(TFloat32.class, Placeholder.shape(w.shape()));
      values.add(value);
      assigns.add(tf.assignVariableOp(w.handle(), value));
    }
    initializers.addAll(initial);
    return tf.withControlDependencies(updates).noOp();
  }

  private final List<Op> initializers = new ArrayList<>();

  void initialize(Session session) {
    Session.Runner runner = session.runner();
    initializers.forEach(runner::addTarget);
    runner.run().close();
  }

  /** Feeds Adam's scalars of the next step; the caller closes them. */
  List<Tensor> feed(Session.Runner runner, double learningRate) {
    List<Tensor> fed = new ArrayList<>();
    for (AdamW.Feed feed : adam.feeds(steps++, learningRate, 0)) {
      TFloat32 scalar = TFloat32.scalarOf(feed.value());
      fed.add(scalar);
      runner.feed(feed.placeholder(), scalar);
    }
    return fed;
  }

  long steps() {
    return steps;
  }

  List<float[]> weights(Session session) {
    Session.Runner runner = session.runner();
    List<ModelVariable> variables = store.variables();
    variables.forEach(v -> runner.fetch(v.value()));
    List<float[]> copies = new ArrayList<>();
    try (Result result = runner.run()) {
      for (int i = 0; i < variables.size(); i++) {
        copies.add(copy((TFloat32) result.get(i)));
      }
    }
    return copies;
  }

  void restore(Session session, List<float[]> copies) {
    for (int i = 0; i < copies.size(); i++) {
      Shape shape = store.variables().get(i).shape();
      try (TFloat32 value = TFloat32.tensorOf(shape, DataBuffers.of(copies.get(i)))) {
        session.runner().feed(values.get(i), value).addTarget(assigns.get(i)).run().close();
      }
    }
  }

  static float[] copy(TFloat32 tensor) {
    float[] values = new float[Math.toIntExact(tensor.size())];
    tensor.copyTo(DataBuffers.of(values, false, false));
    return values;
  }
}
