package org.endossl.eval.finetune;

import java.util.ArrayList;
import java.util.List;
import org.endossl.model.Initializer;
import org.endossl.model.ModelVariable;
import org.endossl.model.VariableStore;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * Loss and update of one step. TensorFlow Addons' AdamW: every variable first loses {@code decay}
 * of itself, not scaled by the learning rate; then Keras' Adam with an epsilon of 1e-7.
 */
final class TuningGraph {
  private static final float BETA1 = 0.9f;
  private static final float BETA2 = 0.999f;

  private final Placeholder<TFloat32> rate;
  private final Placeholder<TFloat32> power1;
  private final Placeholder<TFloat32> power2;
  private final Operand<TFloat32> loss;
  private final List<ModelVariable> slots;
  private final Op step;

  private TuningGraph(
      List<Placeholder<TFloat32>> scalars,
      Operand<TFloat32> loss,
      List<ModelVariable> slots,
      Op step) {
    this.rate = scalars.get(0);
    this.power1 = scalars.get(1);
    this.power2 = scalars.get(2);
    this.loss = loss;
    this.slots = slots;
    this.step = step;
  }

  /**
   * Builds.
   *
   * @param loss of the training batch, scalar
   * @param trained every variable that gradients move
   * @param updates what else a step does, such as moving averages
   */
  static TuningGraph build(
      Graph graph,
      Operand<TFloat32> loss,
      List<ModelVariable> trained,
      List<Op> updates,
      double decay) {
    Ops tf = Ops.create(graph).withSubScope("tuning");
    List<Placeholder<TFloat32>> scalars = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      scalars.add(tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar())));
    }
    Output<?>[] values = trained.stream().map(v -> v.value().asOutput()).toArray(Output<?>[]::new);
    Output<?>[] gradients = graph.addGradients(loss.asOutput(), values);
    VariableStore store = new VariableStore(tf, "tuning.", 0);
    List<Op> steps = new ArrayList<>(updates);
    for (int i = 0; i < trained.size(); i++) {
      steps.add(update(tf, store, trained.get(i), gradient(gradients[i]), scalars, decay));
    }
    Op step = tf.withControlDependencies(steps).noOp();
    return new TuningGraph(scalars, loss, store.variables(), step);
  }

  @SuppressWarnings("unchecked") // gradients of float32 values are float32
  private static Operand<TFloat32> gradient(Output<?> output) {
    return (Operand<TFloat32>) output;
  }

  private static Op update(
      Ops tf,
      VariableStore store,
      ModelVariable v,
      Operand<TFloat32> gradient,
      List<Placeholder<TFloat32>> scalars,
      double decay) {
    ModelVariable first = store.variable("m." + v.name(), v.shape(), Initializer.zeros(), false);
    ModelVariable second = store.variable("v." + v.name(), v.shape(), Initializer.zeros(), false);
    // The gradient is of the values before the step, so it comes before the decay.
    Ops late = tf.withControlDependencies(List.<Op>of(gradient));
    Op decayed =
        late.train.resourceApplyGradientDescent(v.handle(), tf.constant((float) decay), v.value());
    return tf.withControlDependencies(List.of(decayed))
        .train
        .resourceApplyAdam(
            v.handle(),
            first.handle(),
            second.handle(),
            scalars.get(1),
            scalars.get(2),
            scalars.get(0),
            tf.constant(BETA1),
            tf.constant(BETA2),
            tf.constant(1e-7f),
            gradient);
  }

  void initialize(Session session) {
    Session.Runner runner = session.runner();
    slots.forEach(slot -> runner.addTarget(slot.initializer()));
    runner.run().close();
  }

  /**
   * One step; gives the loss before it.
   *
   * @param done steps done before
   */
  float run(Session session, long done, float learningRate) {
    try (TFloat32 lr = TFloat32.scalarOf(learningRate);
        TFloat32 p1 = TFloat32.scalarOf((float) Math.pow(BETA1, done + 1.0));
        TFloat32 p2 = TFloat32.scalarOf((float) Math.pow(BETA2, done + 1.0));
        TFloat32 got =
            (TFloat32)
                session
                    .runner()
                    .feed(rate, lr)
                    .feed(power1, p1)
                    .feed(power2, p2)
                    .addTarget(step)
                    .fetch(loss)
                    .run()
                    .get(0)) {
      return got.getFloat();
    }
  }
}
