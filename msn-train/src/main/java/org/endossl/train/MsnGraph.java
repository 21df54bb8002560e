package org.endossl.train;

import java.util.ArrayList;
import java.util.List;
import org.endossl.model.Compute;
import org.endossl.model.HostTensor;
import org.endossl.model.ModelVariable;
import org.endossl.model.MsnLoss;
import org.endossl.model.VariableStore;
import org.endossl.train.ema.EmaUpdate;
import org.endossl.train.optim.AdamW;
import org.endossl.train.optim.AdamWUpdates;
import org.endossl.train.optim.GradientClipping;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.StepStats;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TType;

/**
 * One training step as one graph: anchor, target, loss, gradients, clip, AdamW, target update.
 * Source: {@code train_step} of facebookresearch/msn's {@code msn_train.py}.
 */
public final class MsnGraph {
  private final MsnNetwork network;
  private final VariableStore slots;
  private final AdamW adamW;
  private final Placeholder<TFloat32> sharpening;
  private final Placeholder<TFloat64> momentum;
  private final Op step;
  private final Op initializer;
  private final MsnLoss.Output loss;
  private final Operand<TFloat32> total;
  private final Encoders encoders;
  private final List<Operand<TFloat32>> gradients;
  private final Operand<TFloat32> gradientNorm;
  private final @Nullable Accumulation accumulation;

  /**
   * How a step is computed.
   *
   * @param clipGrad largest norm of the encoder's gradient; 0 does not clip
   * @param ema form of the target update
   * @param compute precision and kernels of the two encoders; heads and loss are float32
   * @param parts that a batch is computed in; with more than one, views are those of a part and a
   *     step is run by {@link PartedBatch}
   * @param recompute whether activations of the anchor's blocks are computed again for its gradient
   */
  record Plan(double clipGrad, EmaUpdate.Form ema, Compute compute, int parts, boolean recompute) {
    /** Whole batches whose activations are kept. */
    Plan(double clipGrad, EmaUpdate.Form ema, Compute compute) {
      this(clipGrad, ema, compute, 1, false);
    }
  }

  /**
   * Builds the graph for one device.
   *
   * @param sinkhorn scalar that switches Sinkhorn-Knopp per step; null leaves it out
   */
  MsnGraph(
      Graph graph,
      MsnNetwork network,
      MsnViews views,
      CriterionConfig criterion,
      @Nullable Operand<TBool> sinkhorn,
      Plan plan) {
    this(graph, network, Tower.only(views), criterion, sinkhorn, plan);
  }

  /**
   * Builds the graph.
   *
   * @param towers equal shares of a batch; variables, heads and loss are on TensorFlow's first
   *     device
   * @param sinkhorn scalar that switches Sinkhorn-Knopp per step; null leaves it out
   */
  MsnGraph(
      Graph graph,
      MsnNetwork network,
      List<Tower> towers,
      CriterionConfig criterion,
      @Nullable Operand<TBool> sinkhorn,
      Plan plan) {
    Ops tf = Ops.create(graph);
    this.network = network;
    this.adamW = new AdamW(tf);
    this.sharpening =
        tf.withName("sharpening").placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
    this.momentum =
        tf.withName("momentum").placeholder(TFloat64.class, Placeholder.shape(Shape.scalar()));

    Compute compute = plan.compute();
    this.encoders = new Encoders(graph, network, towers, compute, plan.recompute());
    WholeProjections whole =
        plan.parts() == 1
            ? null
            : WholeProjections.of(
                tf.withSubScope("whole"), encoders.anchor(), encoders.target(), plan.parts());
    this.loss =
        MsnLoss.apply(
            tf.withSubScope("loss"),
            whole == null ? encoders.anchor() : whole.anchors(),
            whole == null ? encoders.target() : whole.targets(),
            network.prototypes().value(),
            towers.get(0).views().views(),
            criterion.temperature(),
            sharpening,
            sinkhorn);
    this.total = total(tf, criterion);

    List<ModelVariable> trainable = network.trainable();
    Accumulation sums =
        whole == null ? null : Accumulation.build(graph, whole, encoders, total, trainable);
    this.accumulation = sums;
    List<Operand<TFloat32>> raw =
        sums == null
            ? encoders.gradients(total, null, Encoders.values(trainable))
            : sums.gradients();
    // The running averages' are run with the parts if there are some.
    List<Op> updates = new ArrayList<>(sums == null ? encoders.updates() : List.of());
    int encoder = trainable.size() - 1; // the prototypes, last, are not clipped
    GradientClipping clipped =
        GradientClipping.apply(
            tf.withSubScope("clip"), raw.subList(0, encoder), plan.clipGrad(), compute.fused());
    this.gradientNorm = clipped.norm();
    List<Operand<TFloat32>> scaled = new ArrayList<>(clipped.gradients());
    scaled.add(raw.get(encoder));
    this.gradients = List.copyOf(scaled);

    this.slots = new VariableStore(tf, "optimizer.", 0);
    List<Op> steps = AdamWUpdates.build(adamW, slots, trainable, raw, clipped, compute.fused());
    updates.addAll(steps);
    updates.add(
        EmaUpdate.build(
            tf,
            handles(MsnNetwork.parameters(network.targetStore())),
            handles(MsnNetwork.parameters(network.anchorStore())),
            momentum,
            steps,
            plan.ema()));
    this.step = tf.withControlDependencies(updates).withName("train_step").noOp();
    this.initializer = initializer(tf);
  }

  private Operand<TFloat32> total(Ops tf, CriterionConfig criterion) {
    Operand<TFloat32> sum = loss.crossEntropy();
    if (criterion.meMaxWeight() != 0) {
      sum = tf.math.add(sum, tf.math.mul(loss.meMax(), scalar(tf, criterion.meMaxWeight())));
    }
    if (criterion.entropyWeight() != 0) {
      sum = tf.math.add(sum, tf.math.mul(loss.entropy(), scalar(tf, criterion.entropyWeight())));
    }
    return sum;
  }

  private static Operand<TFloat32> scalar(Ops tf, double value) {
    return tf.constant((float) value);
  }

  private static List<Operand<? extends TType>> handles(List<ModelVariable> variables) {
    List<Operand<? extends TType>> handles = new ArrayList<>();
    variables.forEach(v -> handles.add(v.handle()));
    return handles;
  }

  /** Everything that a checkpoint holds. */
  List<ModelVariable> variables() {
    List<ModelVariable> all = new ArrayList<>(network.variables());
    all.addAll(slots.variables());
    return all;
  }

  /**
   * The values of one step, for logs.
   *
   * @param loss the weighted sum
   * @param crossEntropy of the predictions against the targets
   * @param meMax log K minus the entropy of the mean prediction
   * @param entropy mean entropy of the predictions
   * @param meanEntropy entropy of the mean prediction, from 0 (all predict one prototype) to log K
   * @param maxTarget mean of the targets' largest probability
   * @param prototypes how many prototypes are some target's largest
   * @param gradientNorm of the encoder, before clipping
   */
  public record Measured(
      float loss,
      float crossEntropy,
      float meMax,
      float entropy,
      float meanEntropy,
      float maxTarget,
      float prototypes,
      float gradientNorm) {
    boolean finite() {
      return Float.isFinite(loss) && Float.isFinite(gradientNorm);
    }
  }

  /** Draws what is trained; the target's first values are copies, which is cheaper than to draw. */
  private Op initializer(Ops tf) {
    List<Op> initial = new ArrayList<>();
    slots.variables().forEach(v -> initial.add(v.initializer()));
    initial.add(network.prototypes().initializer());
    List<ModelVariable> anchor = network.anchorStore().variables();
    List<ModelVariable> target = network.targetStore().variables();
    for (int i = 0; i < anchor.size(); i++) {
      ModelVariable from = anchor.get(i);
      Op drawn = from.initializer();
      Ops late = tf.withControlDependencies(List.of(drawn));
      Operand<TFloat32> value = late.deepCopy(late.readVariableOp(from.handle(), TFloat32.class));
      initial.add(late.assignVariableOp(target.get(i).handle(), value));
    }
    return tf.withControlDependencies(initial).withName("initialize").noOp();
  }

  /** Draws every variable's first value. */
  void initialize(Session session) {
    session.runner().addTarget(initializer).run().close();
  }

  /**
   * Runs one step.
   *
   * @param runner with what the input needs already fed
   * @param done steps done before this one
   * @param scalars the schedules' values for it
   */
  Measured run(Session.Runner runner, long done, Schedules.Scalars scalars) {
    return run(runner, done, scalars, List.of(), new ArrayList<>());
  }

  /**
   * As {@link #run}, and gives more of the step's values.
   *
   * @param more values to fetch
   * @param got receives them, in their order
   */
  Measured run(
      Session.Runner runner,
      long done,
      Schedules.Scalars scalars,
      List<Operand<TFloat32>> more,
      List<HostTensor> got) {
    List<Tensor> fed = new ArrayList<>();
    try {
      feed(runner, done, scalars, fed);
      List<Operand<TFloat32>> measures = measures();
      measures.forEach(runner::fetch);
      more.forEach(runner::fetch);
      try (Result result = runner.addTarget(step).run()) {
        for (int i = 0; i < more.size(); i++) {
          got.add(copy((TFloat32) result.get(measures.size() + i)));
        }
        return new Measured(
            value(result, 0),
            value(result, 1),
            value(result, 2),
            value(result, 3),
            (float) Math.log((double) network.prototypes().shape().get(0)) - value(result, 2),
            value(result, 4),
            value(result, 5),
            value(result, 6));
      }
    } finally {
      fed.forEach(Tensor::close);
    }
  }

  /** What one step ran; {@code runner} has {@link OpProfile#OPTIONS} and the input's feeds. */
  StepStats trace(Session.Runner runner, long done, Schedules.Scalars scalars) {
    List<Tensor> fed = new ArrayList<>();
    try {
      feed(runner, done, scalars, fed);
      try (Result result = runner.addTarget(step).runAndFetchMetadata()) {
        return result.getMetadata().orElseThrow().getStepStats();
      }
    } finally {
      fed.forEach(Tensor::close);
    }
  }

  private void feed(Session.Runner runner, long done, Schedules.Scalars scalars, List<Tensor> fed) {
    for (AdamW.Feed feed : adamW.feeds(done, scalars.learningRate(), scalars.weightDecay())) {
      fed.add(TFloat32.scalarOf(feed.value()));
      runner.feed(feed.placeholder(), fed.get(fed.size() - 1));
    }
    fed.add(TFloat32.scalarOf((float) scalars.sharpening()));
    runner.feed(sharpening, fed.get(fed.size() - 1));
    fed.add(TFloat64.scalarOf(scalars.momentum()));
    runner.feed(momentum, fed.get(fed.size() - 1));
  }

  static HostTensor copy(TFloat32 tensor) {
    float[] values = new float[Math.toIntExact(tensor.size())];
    tensor.asRawTensor().data().asFloats().read(values);
    return HostTensor.of(tensor.shape(), values);
  }

  private static float value(Result result, int index) {
    return ((TFloat32) result.get(index)).getFloat();
  }

  /** What a step in parts runs; null if steps are run whole. */
  @Nullable Accumulation accumulation() {
    return accumulation;
  }

  /** Adds what the loss depends on besides projections; the caller closes what was fed. */
  void feedSharpening(Session.Runner runner, Schedules.Scalars scalars, List<Tensor> fed) {
    fed.add(TFloat32.scalarOf((float) scalars.sharpening()));
    runner.feed(sharpening, fed.get(fed.size() - 1));
  }

  /** The whole step. */
  Op step() {
    return step;
  }

  MsnNetwork network() {
    return network;
  }

  MsnLoss.Output loss() {
    return loss;
  }

  Operand<TFloat32> anchorProjection() {
    return encoders.anchor();
  }

  Operand<TFloat32> targetProjection() {
    return encoders.target();
  }

  /** What the optimizer gets: the encoder's clipped, the prototypes' as they are. */
  List<Operand<TFloat32>> gradients() {
    return gradients;
  }

  /** The scalars that logs need, in the order of {@link Measured}. */
  List<Operand<TFloat32>> measures() {
    return List.of(
        total,
        loss.crossEntropy(),
        loss.meMax(),
        loss.entropy(),
        loss.maxTarget(),
        loss.distinctPrototypes(),
        gradientNorm);
  }
}
