package org.endossl.eval.probe;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.endossl.data.Split;
import org.endossl.eval.AtomicFiles;
import org.endossl.eval.Progress;
import org.endossl.eval.ProgressListener;
import org.endossl.eval.features.FeatureInfo;
import org.endossl.eval.features.FeatureSet;
import org.endossl.eval.features.FrameTable;
import org.endossl.eval.metrics.ToolScores;
import org.endossl.tfrecords.Instruments;
import org.jspecify.annotations.Nullable;

/**
 * endossl's tool presence ({@code task_type = 'multi_label'}) on frozen features: one dense layer
 * of seven outputs, binary cross-entropy.
 *
 * @param name of the features, for tables
 * @param protocol the probe's source in words
 * @param features what the features were made from
 * @param split the videos
 * @param bestEpoch the epoch whose layer was kept, from 0
 * @param validationLoss of every epoch; NaN without validation videos
 * @param validation scores; null if there are no such videos
 * @param test scores; null if there are no such videos
 */
public record ToolProbe(
    String name,
    String protocol,
    FeatureInfo features,
    Split split,
    int bestEpoch,
    List<Double> validationLoss,
    @Nullable Scored validation,
    @Nullable Scored test) {
  /** The file of the scores. */
  public static final String FILE = "tool-scores.json";

  private static final int CLASSES = Instruments.COUNT;

  public ToolProbe {
    validationLoss = List.copyOf(validationLoss);
  }

  /**
   * Probabilities and their scores.
   *
   * @param frames which frames
   * @param probabilities [frames][instruments]
   * @param scores of them
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Scored(FrameTable frames, double[][] probabilities, ToolScores scores) {
    /**
     * Scores logits.
     *
     * @param logits [frames][instruments], in the order of the frames
     */
    public static Scored of(FrameTable frames, float[][] logits) {
      double[][] probabilities = new double[logits.length][CLASSES];
      boolean[][] there = new boolean[logits.length][CLASSES];
      for (int i = 0; i < logits.length; i++) {
        for (int c = 0; c < CLASSES; c++) {
          probabilities[i][c] = 1 / (1 + Math.exp(-logits[i][c]));
          there[i][c] = (frames.rows().get(i).instruments() >>> c & 1) == 1;
        }
      }
      return new Scored(frames, probabilities, ToolScores.of(there, logits));
    }

    /** Writes a CSV: video, frame, and for each instrument whether it is there and how probably. */
    public void write(Path file) throws IOException {
      AtomicFiles.write(
          file,
          out -> {
            try (Writer writer = AtomicFiles.utf8(out)) {
              writer.write("video,frame");
              for (String instrument : Instruments.NAMES) {
                writer.write("," + instrument + ",p_" + instrument);
              }
              for (int i = 0; i < frames.size(); i++) {
                FrameTable.Row row = frames.rows().get(i);
                writer.write("\n" + row.video() + "," + row.frame());
                for (int c = 0; c < CLASSES; c++) {
                  writer.write("," + (row.instruments() >>> c & 1) + "," + probabilities[i][c]);
                }
              }
              writer.write("\n");
            }
          });
    }
  }

  /**
   * Trains on the split's training videos and scores the other two parts.
   *
   * @param out where the best layer is kept while it is trained; null keeps none
   * @throws IllegalArgumentException if the features lack a video of the split
   */
  public static ToolProbe run(
      String name,
      FeatureSet features,
      ToolProbeConfig config,
      @Nullable Path out,
      ProgressListener listener)
      throws IOException {
    Split split = config.data().split().videos();
    LinearProbe.requireVideos(features.frames(), split);
    TrainingConfig training = config.training();
    FeatureSet train = features.select(split.train());
    Scaling scaling =
        Scaling.of(train.matrix(), training.standardize(), config.layer().scalesFeatures());
    Part fitted = Part.of(train, scaling);
    Part validation = Part.of(features, split.validation(), scaling);
    SplittableRandom random = new SplittableRandom(training.seed());
    LinearLayer layer =
        LinearLayer.first(config.layer(), fitted.x().columns(), CLASSES, random.split());
    Optimizer optimizer =
        new Optimizer(training.optimizer(), layer.parameters().length, layer.weights());
    LinearTrainer trainer = new LinearTrainer(layer, Loss.MULTI_LABEL, optimizer);
    ReduceOnPlateau plateau = new ReduceOnPlateau(training.reduceLr());
    EarlyStopping stopping = new EarlyStopping(training.earlyStopping());
    int[] targets = targets(fitted.frames());
    Rows rows = Rows.of(fitted.x());
    int[] order = LinearFit.identity(targets.length);
    List<Double> losses = new ArrayList<>();
    LinearLayer best = layer;
    int bestEpoch = 0;
    double least = Double.POSITIVE_INFINITY;
    long start = System.nanoTime();
    for (int e = 0; e < training.epochs(); e++) {
      LinearFit.shuffle(order, random.split());
      trainer.schedule(config.layer().schedule(), e, training.epochs());
      LinearTrainer.Means means =
          trainer.epoch(rows, targets, order, training.batchSize(), new double[0]);
      double loss = validation == null ? Double.NaN : loss(validation, layer);
      losses.add(loss);
      if (validation == null || loss < least) {
        best = layer.copy();
        bestEpoch = e;
        least = loss;
        if (out != null) {
          LayerFile.write(out, best, scaling);
        }
      }
      double seconds = Math.max(1e-9, (System.nanoTime() - start) * 1e-9);
      listener.progress(
          new Progress(
              "tools",
              e + 1,
              training.epochs(),
              "epochs",
              (e + 1) / seconds,
              String.format(Locale.ROOT, "loss %.4f, val_loss %.4f", means.loss(), loss)));
      if (validation != null) {
        optimizer.learningRate(plateau.after(loss, optimizer.learningRate()));
        if (stopping.after(e, loss)) {
          break;
        }
      }
    }
    return new ToolProbe(
        name,
        config.source(),
        features.info(),
        split,
        bestEpoch,
        losses,
        scored(validation, best),
        scored(Part.of(features, split.test(), scaling), best));
  }

  private static int[] targets(FrameTable frames) {
    return frames.rows().stream().mapToInt(FrameTable.Row::instruments).toArray();
  }

  private static double loss(Part part, LinearLayer layer) {
    int[] targets = targets(part.frames());
    float[] logits = new float[CLASSES];
    float[] dz = new float[CLASSES];
    double sum = 0;
    for (int i = 0; i < targets.length; i++) {
      layer.logits(part.x().values(), part.x().start(i), logits);
      sum += Loss.MULTI_LABEL.one(logits, targets[i], dz);
    }
    return sum / targets.length;
  }

  private static @Nullable Scored scored(@Nullable Part part, LinearLayer layer) {
    if (part == null) {
      return null;
    }
    float[][] logits = new float[part.frames().size()][CLASSES];
    for (int i = 0; i < logits.length; i++) {
      layer.logits(part.x().values(), part.x().start(i), logits[i]);
    }
    return Scored.of(part.frames(), logits);
  }

  /** Everything but the probabilities. */
  public JsonObject toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("name", name);
    json.addProperty("protocol", protocol);
    json.addProperty("weights", features.weights());
    json.add("train", strings(split.train()));
    json.addProperty("best_epoch", bestEpoch);
    JsonObject parts = new JsonObject();
    add(parts, "validation", split.validation(), validation);
    add(parts, "test", split.test(), test);
    json.add("scores", parts);
    return json;
  }

  private static void add(
      JsonObject parts, String part, List<String> videos, @Nullable Scored scored) {
    if (scored != null) {
      JsonObject one = scored.scores().toJson(Instruments.NAMES);
      one.addProperty("frames", scored.frames().size());
      one.add("videos", strings(videos));
      parts.add(part, one);
    }
  }

  private static JsonArray strings(List<String> values) {
    JsonArray array = new JsonArray();
    values.forEach(array::add);
    return array;
  }

  /** Writes {@link #FILE} and {@code tool-probabilities-test.csv}, where there are test videos. */
  public void write(Path directory) throws IOException {
    Files.createDirectories(directory);
    if (test != null) {
      test.write(directory.resolve("tool-probabilities-test.csv"));
    }
    AtomicFiles.writeText(directory.resolve(FILE), toJson() + "\n");
  }
}
