package org.endossl.eval.finetune;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.endossl.data.FrameFiles;
import org.endossl.data.FrameStore;
import org.endossl.data.InputErrors;
import org.endossl.data.Split;
import org.endossl.data.TrainInput;
import org.endossl.data.augment.RandAugmentConfig;
import org.endossl.eval.Encoder;
import org.endossl.eval.EpochBoard;
import org.endossl.eval.Progress;
import org.endossl.eval.ProgressListener;
import org.endossl.eval.WeightsSource;
import org.endossl.eval.features.FeatureInfo;
import org.endossl.eval.features.Features;
import org.endossl.eval.probe.EarlyStopping;
import org.endossl.eval.probe.Monitor;
import org.endossl.eval.probe.Probe;
import org.endossl.eval.probe.ReduceOnPlateau;
import org.endossl.eval.probe.TrainingConfig;
import org.endossl.model.ClassificationHead;
import org.endossl.model.ModelVariable;
import org.endossl.model.TensorSource;
import org.endossl.model.VariableStore;
import org.endossl.model.WeightLoader;
import org.endossl.tfrecords.BadRecords;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.RecordFiles;
import org.endossl.train.SessionOptions;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFOutOfRangeException;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * endossl's fine-tuning ({@code down_stream/experiment.py} without {@code is_linear_evaluation}):
 * the whole encoder, a Vision Transformer or the ResNet50V2 baseline, and one dense layer,
 * RandAugment, AdamW. As intended there and not as written, for the reasons that {@link
 * org.endossl.eval.probe.LinearProbe} names: training frames are shuffled, validation and test
 * videos are the split's, the weights scored are those of the best epoch. Images are on the scale
 * that the encoder was trained with; endossl hands 0 to 255 to either.
 */
public final class Finetune {
  private static final int CLASSES = 7;
  private static final int SHUFFLE = 1000; // encoded frames, where records are compressed

  private Finetune() {}

  /**
   * What is done.
   *
   * @param name of the weights, for tables
   * @param weights to begin with: a Vision Transformer's or a ResNetV2's
   * @param config of it
   * @param out directory for weights, scores and predictions; null writes none
   * @param badRecords what is done about bad records
   * @param frameCache where decoded frames of training and validation are kept on disk; null keeps
   *     none
   */
  public record Request(
      String name,
      WeightsSource weights,
      FinetuneConfig config,
      @Nullable Path out,
      BadRecords badRecords,
      @Nullable Path frameCache) {
    /** Without a frame cache. */
    public Request(
        String name,
        WeightsSource weights,
        FinetuneConfig config,
        @Nullable Path out,
        BadRecords badRecords) {
      this(name, weights, config, out, badRecords, null);
    }
  }

  /**
   * Trains and scores.
   *
   * @throws IllegalArgumentException if the weights are of no network that can be trained
   * @throws org.endossl.tfrecords.DataException if records are missing, damaged or lack a video
   * @throws ArithmeticException if the loss is no number in any epoch
   */
  public static FinetuneResult run(Request request, ProgressListener listener) throws IOException {
    Instant start = Instant.now();
    FinetuneConfig config = request.config();
    Encoder encoder = request.weights().open();
    if (!encoder.trainable()) {
      throw new IllegalArgumentException(
          "weights: got "
              + encoder.description()
              + ", wanted a network that can be trained: a Vision Transformer's or a ResNetV2's");
    }
    Split split = config.data().split().videos();
    FrameIndex index =
        FrameIndex.scan(
            RecordFiles.list(config.data().records()), request.badRecords(), done -> {});
    FrameFiles train =
        stored(FrameFiles.select(index, split.train()), request.frameCache(), listener);
    FeatureInfo info =
        Features.info(
            encoder, encoder.preprocessing(), FrameFiles.select(index, Probe.videos(split)));
    try (Graph graph = new Graph();
        TrainInput input = input(graph, encoder, config, train)) {
      Ops tf = Ops.create(graph);
      Encoder.Network network = encoder.create(tf);
      List<ModelVariable> variables = new ArrayList<>(network.variables());
      VariableStore store = new VariableStore(tf, "", config.training().seed());
      ClassificationHead.Weights head =
          ClassificationHead.create(
              store, encoder.width(), CLASSES, ClassificationHead.Start.GLOROT);
      variables.addAll(store.variables());
      Targets targets = Targets.of(tf, train, config.task());
      Encoder.Network.Training forward = network.training(input.images());
      Operand<TFloat32> logits = ClassificationHead.apply(tf, head, forward.features());
      TuningGraph step =
          TuningGraph.build(
              graph,
              Targets.loss(tf, config.task(), logits, targets.of(tf, input.rows())),
              variables.stream().filter(ModelVariable::trainable).toList(),
              forward.updates(),
              config.training().optimizer().weightDecay());
      Scoring scoring = new Scoring(tf, encoder, network, head, config, index);
      Scoring.Part validation = scoring.part(split.validation(), request.frameCache());
      Scoring.Part test = scoring.part(split.test(), null);
      WeightLoader loader = WeightLoader.build(tf, variables);
      try (Session session = new Session(graph, SessionOptions.DEFAULT.config())) {
        network.load(session);
        initialize(session, store.variables());
        step.initialize(session);
        Fit fit;
        try (EpochBoard board = request.out() == null ? null : EpochBoard.in(request.out())) {
          Keeper keeper =
              best -> {
                if (request.out() != null) {
                  TunedFolder.keep(request.out(), encoder, best);
                }
              };
          fit =
              fit(
                  session,
                  input,
                  step,
                  loader,
                  validation,
                  config.training(),
                  listener,
                  board,
                  keeper);
        }
        loader.assign(session, fit.best());
        FinetuneResult result =
            new FinetuneResult(
                request.name(),
                config,
                info,
                split,
                fit.epochs(),
                fit.bestEpoch(),
                validation == null ? null : validation.run(session).scores(),
                test == null ? null : test.run(session).scores(),
                null);
        return request.out() == null
            ? result
            : TunedFolder.write(request.out(), result, encoder, fit.best(), start);
      } catch (RuntimeException e) {
        if (InputErrors.concern(e)) {
          throw InputErrors.explain(e, train);
        }
        throw e;
      }
    }
  }

  private static FrameFiles stored(
      FrameFiles files, @Nullable Path frameCache, ProgressListener listener) throws IOException {
    long start = System.nanoTime();
    return FrameStore.of(
        files,
        frameCache,
        done -> {
          double rate = done / Math.max(1e-9, (System.nanoTime() - start) * 1e-9);
          listener.progress(new Progress("frame cache", done, files.frames(), "frames", rate, ""));
        });
  }

  private static TrainInput input(
      Graph graph, Encoder encoder, FinetuneConfig config, FrameFiles files) {
    return TrainInput.build(
        Ops.create(graph).withSubScope("input"),
        files,
        encoder.preprocessing().size(),
        encoder.preprocessing().normalization(),
        config.augmentation() == FinetuneConfig.Augmentation.RANDAUG
            ? RandAugmentConfig.ENDOSSL
            : null,
        config.training().batchSize(),
        SHUFFLE,
        config.data().workers());
  }

  private static void initialize(Session session, List<ModelVariable> variables) {
    Session.Runner runner = session.runner();
    for (ModelVariable variable : variables) {
      Op initializer = variable.initializer();
      runner.addTarget(initializer);
    }
    runner.run().close();
  }

  /** Is given the weights of every epoch that is the best so far. */
  @FunctionalInterface
  private interface Keeper {
    void keep(TensorSource best) throws IOException;
  }

  /** The curves, and the weights of the best epoch. */
  private record Fit(List<FinetuneResult.Epoch> epochs, int bestEpoch, TensorSource best) {}

  private static Fit fit(
      Session session,
      TrainInput input,
      TuningGraph graph,
      WeightLoader loader,
      Scoring.@Nullable Part validation,
      TrainingConfig config,
      ProgressListener listener,
      @Nullable EpochBoard board,
      Keeper keeper)
      throws IOException {
    ReduceOnPlateau plateau = new ReduceOnPlateau(config.reduceLr());
    EarlyStopping stopping = new EarlyStopping(config.earlyStopping());
    List<FinetuneResult.Epoch> epochs = new ArrayList<>();
    TensorSource best = null;
    int bestEpoch = -1;
    double bestScore = config.best().better().worst();
    float rate = (float) config.optimizer().learningRate();
    long steps = 0;
    long start = System.nanoTime();
    for (int e = 0; e < config.epochs(); e++) {
      input.start(session, config.seed(), e);
      double sum = 0;
      long first = steps;
      try {
        for (; ; steps++) {
          sum += graph.run(session, steps, rate);
        }
      } catch (TFOutOfRangeException end) {
        // the epoch's last frame was seen
      }
      Scoring.Result scored = validation == null ? null : validation.run(session);
      FinetuneResult.Epoch epoch =
          new FinetuneResult.Epoch(
              e,
              rate,
              sum / (steps - first),
              scored == null ? Double.NaN : scored.loss(),
              scored == null ? Double.NaN : scored.acc(),
              scored == null ? Double.NaN : scored.macroF1());
      epochs.add(epoch);
      if (board != null) {
        board.epoch(e, epoch.training(), epoch.validation());
      }
      double score = of(config.best(), epoch);
      if (validation == null
          ? Double.isFinite(epoch.loss())
          : config.best().better().improves(score, bestScore, 0)) {
        best = loader.read(session);
        keeper.keep(best);
        bestEpoch = e;
        bestScore = score;
      }
      listener.progress(progress(e + 1, config.epochs(), start, epoch));
      if (validation != null) {
        rate = plateau.after(of(config.reduceLr().monitor(), epoch), rate);
        if (stopping.after(e, of(config.earlyStopping().monitor(), epoch))) {
          break;
        }
      }
    }
    if (best == null) {
      throw new ArithmeticException(
          config.best() + " was not a number in any epoch; the learning rate is too large");
    }
    return new Fit(epochs, bestEpoch, best);
  }

  private static double of(Monitor monitor, FinetuneResult.Epoch epoch) {
    return switch (monitor) {
      case VAL_LOSS -> epoch.valLoss();
      case VAL_ACC -> epoch.valAcc();
      case VAL_MACRO_F1 -> epoch.valMacroF1();
    };
  }

  private static Progress progress(int done, int total, long start, FinetuneResult.Epoch epoch) {
    double seconds = Math.max(1e-9, (System.nanoTime() - start) * 1e-9);
    return new Progress(
        "finetune",
        done,
        total,
        "epochs",
        done / seconds,
        String.format(Locale.ROOT, "loss %.4f, val_loss %.4f", epoch.loss(), epoch.valLoss()));
  }
}
