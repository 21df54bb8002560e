package org.endossl.train;

import java.util.ArrayList;
import java.util.List;
import org.endossl.model.Compute;
import org.endossl.model.DropPath;
import org.endossl.model.HostTensor;
import org.endossl.model.ModelVariable;
import org.endossl.model.MsnLoss;
import org.endossl.model.ProjectionHead;
import org.endossl.model.Recomputation;
import org.endossl.model.VariableStore;
import org.endossl.model.Vit;
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
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TType;

/**
 * One training step as one graph: anchor, target, loss, gradients, clip, AdamW, target update.
 * Source: {@code train_step} of facebookresearch/msn's {@code msn_train.py}.
 */
public final class MsnGraph {
  /** Keep the draws of the two encoders apart from each other and from the patches'. */
  private static final long ANCHOR_DRAWS = 1L << 40;

  private static final long TARGET_DRAWS = 1L << 41;

  private final MsnNetwork network;
  private final Compute compute;
  private final VariableStore slots;
  private final AdamW adamW;
  private final Placeholder<TFloat32> sharpening;
  private final Placeholder<TFloat64> momentum;
  private final Op step;
  private final Op initializer;
  private final MsnLoss.Output loss;
  private final Operand<TFloat32> total;
  private final Operand<TFloat32> anchorProjection;
  private final Operand<TFloat32> targetProjection;
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
   * Builds the graph.
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
    Ops tf = Ops.create(graph);
    this.network = network;
    this.compute = plan.compute();
    Recomputation recomputation = plan.recompute() ? new Recomputation() : null;
    this.adamW = new AdamW(tf);
    this.sharpening =
        tf.withName("sharpening").placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
    this.momentum =
        tf.withName("momentum").placeholder(TFloat64.class, Placeholder.shape(Shape.scalar()));

    List<Op> updates = new ArrayList<>();
    this.targetProjection = target(tf.withSubScope("target"), views, updates);
    this.anchorProjection = anchor(tf.withSubScope("anchor"), views, updates, recomputation);
    WholeProjections whole =
        plan.parts() == 1
            ? null
            : WholeProjections.of(
                tf.withSubScope("whole"), anchorProjection, targetProjection, plan.parts());
    this.loss =
        MsnLoss.apply(
            tf.withSubScope("loss"),
            whole == null ? anchorProjection : whole.anchors(),
            whole == null ? targetProjection : whole.targets(),
            network.prototypes().value(),
            views.views(),
            criterion.temperature(),
            sharpening,
            sinkhorn);
    this.total = total(tf, criterion);

    List<ModelVariable> trainable = network.trainable();
    Accumulation sums =
        whole == null
            ? null
            : Accumulation.build(
                graph,
                whole,
                anchorProjection,
                targetProjection,
                total,
                trainable,
                updates,
                recomputation);
    this.accumulation = sums;
    List<Operand<TFloat32>> raw =
        sums == null
            ? Gradients.of(graph, total, null, values(trainable), recomputation)
            : sums.gradients();
    if (sums != null) {
      updates.clear(); // they are run with the parts
    }
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

  /**
   * The anchor's random views without the dropped patches, then its focal views. The encoder sees
   * all their tokens as one matrix; the head's BatchNorm takes each group by itself. It runs behind
   * the target: side by side their ops would take each other's caches.
   */
  private Operand<TFloat32> anchor(
      Ops tf, MsnViews views, List<Op> updates, @Nullable Recomputation recomputation) {
    List<Vit.View> groups = new ArrayList<>();
    groups.add(
        new Vit.View(
            tf.withControlDependencies(List.of(targetProjection)).identity(views.random()),
            views.keep()));
    Operand<TFloat32> images = views.focal();
    if (images != null) {
      groups.add(new Vit.View(images, null));
    }
    List<Operand<TFloat32>> projections = new ArrayList<>();
    ProjectionHead.Output previous = null;
    for (Operand<TFloat32> tokens :
        Vit.classTokens(
            tf,
            network.anchor(),
            network.encoder(),
            compute,
            groups,
            drop(tf, views, ANCHOR_DRAWS),
            recomputation)) {
      previous = ProjectionHead.apply(tf, network.anchorHead(), tokens, previous);
      updates.addAll(previous.runningAverageUpdates());
      projections.add(previous.z());
    }
    return projections.size() == 1 ? projections.get(0) : tf.concat(projections, tf.constant(0));
  }

  /**
   * The target's view whole; in training mode too, so its BatchNorm uses the batch's statistics.
   */
  private Operand<TFloat32> target(Ops tf, MsnViews views, List<Op> updates) {
    Operand<TFloat32> token =
        Vit.classTokens(
                tf,
                network.target(),
                network.encoder(),
                compute,
                List.of(new Vit.View(views.target(), null)),
                drop(tf, views, TARGET_DRAWS))
            .get(0);
    ProjectionHead.Output output = ProjectionHead.apply(tf, network.targetHead(), token, null);
    updates.addAll(output.runningAverageUpdates());
    return tf.stopGradient(output.z());
  }

  /** Both encoders are in training mode; null where the rate is 0. */
  private @Nullable DropPath drop(Ops tf, MsnViews views, long draws) {
    Operand<TInt64> seed = views.seed();
    if (network.encoder().dropPath() == 0) {
      return null;
    }
    if (seed == null) {
      throw new IllegalArgumentException("drop_path: wanted views with a seed");
    }
    return new DropPath(tf.math.add(seed, tf.constant(new long[] {draws, 0})));
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

  private static List<Operand<TFloat32>> values(List<ModelVariable> variables) {
    return variables.stream().map(ModelVariable::value).toList();
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

  /** One step by op type; {@code runner} has {@link OpProfile#OPTIONS} and the input's feeds. */
  OpProfile profile(Session.Runner runner, long done, Schedules.Scalars scalars) {
    List<Tensor> fed = new ArrayList<>();
    try {
      feed(runner, done, scalars, fed);
      try (Result result = runner.addTarget(step).runAndFetchMetadata()) {
        return OpProfile.of(result);
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

  MsnNetwork network() {
    return network;
  }

  MsnLoss.Output loss() {
    return loss;
  }

  Operand<TFloat32> anchorProjection() {
    return anchorProjection;
  }

  Operand<TFloat32> targetProjection() {
    return targetProjection;
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
