package org.endossl.eval.images;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.endossl.eval.AtomicFiles;
import org.endossl.eval.Encoder;
import org.endossl.eval.ProgressListener;
import org.endossl.eval.Token;
import org.endossl.eval.WeightsSource;
import org.endossl.eval.embed.ImageEncoder;
import org.endossl.eval.embed.ImageFit;
import org.endossl.eval.features.Matrix;
import org.endossl.eval.metrics.Confusion;
import org.endossl.eval.metrics.Logits;
import org.endossl.eval.probe.LogisticRegression;
import org.endossl.eval.probe.ProbeResult;
import org.endossl.eval.probe.Scaling;
import org.endossl.tfrecords.DataException;
import org.jspecify.annotations.Nullable;

/**
 * Frame classification accuracy as endossl reports it for PolypSet: frozen features, a linear
 * classifier, share of right frames. The classifier is a logistic regression without intercept on
 * features of length 1; endossl's own code for this data set is not published.
 *
 * @param name of the encoder
 * @param protocol the source in words
 * @param classes their names, sorted
 * @param lambda the penalty chosen; null of a layer that was trained by epochs
 * @param epochs the curves of such a layer; empty of a regression
 * @param bestEpoch the epoch whose layer was kept, from 0; -1 of a regression
 * @param confusion of the test images
 */
public record ImageProbe(
    String name,
    String protocol,
    List<String> classes,
    @Nullable Double lambda,
    List<ProbeResult.Epoch> epochs,
    int bestEpoch,
    Confusion confusion) {
  /** The file of the scores. */
  public static final String FILE = "image-scores.json";

  public ImageProbe {
    classes = List.copyOf(classes);
    epochs = List.copyOf(epochs);
  }

  /**
   * Fits on the training folder and scores the test folder.
   *
   * @throws DataException if a folder or a class has no images, or a class is not in all of them
   */
  public static ImageProbe run(
      String name, WeightsSource weights, ImageProbeConfig config, ProgressListener listener)
      throws IOException {
    ImageFolder train = ImageFolder.of(config.folders());
    List<String> classes = train.classes();
    ImageFolder validation =
        config.folders().validation().isEmpty()
            ? null
            : ImageFolder.of(Path.of(config.folders().validation()), classes);
    ImageFolder test = ImageFolder.of(Path.of(config.folders().test()), classes);
    Encoder encoder = weights.token(Token.of(config.token())).open();
    boolean centered = Boolean.TRUE.equals(config.centerRows());
    Matrix trained;
    Matrix chosen = null;
    Matrix tested;
    try (ImageEncoder network =
        ImageEncoder.open(encoder, encoder.preprocessing(), ImageFit.of(config.fit()))) {
      trained = scaled(network.encode(train.files(), config.batch(), listener), centered);
      if (validation != null) {
        chosen = scaled(network.encode(validation.files(), config.batch(), listener), centered);
      }
      tested = scaled(network.encode(test.files(), config.batch(), listener), centered);
    }
    LogisticRegression best = null;
    double bestScore = -1;
    double bestLambda = 0;
    for (double lambda : config.lambdas()) {
      LogisticRegression fit =
          LogisticRegression.fit(
              new LogisticRegression.Problem(
                  trained.values(),
                  train.targets(),
                  trained.columns(),
                  classes.size(),
                  lambda / train.targets().length),
              new float[0],
              config.iterations(),
              config.tolerance());
      double score =
          validation == null || chosen == null
              ? 0
              : accuracy(confusion(fit, chosen, validation.targets()));
      if (best == null || score > bestScore) {
        best = fit;
        bestScore = score;
        bestLambda = lambda;
      }
    }
    if (best == null) {
      throw new IllegalStateException("no lambdas");
    }
    return new ImageProbe(
        name,
        config.source(),
        classes,
        bestLambda,
        List.of(),
        -1,
        confusion(best, tested, test.targets()));
  }

  private static Matrix scaled(Matrix x, boolean centered) {
    if (centered) {
      Scaling.centerRows(x);
    }
    Scaling.normalizeRows(x);
    return x;
  }

  private static Confusion confusion(LogisticRegression fit, Matrix x, int[] targets) {
    Confusion confusion = new Confusion(fit.classes());
    float[] logits = new float[fit.classes()];
    for (int i = 0; i < targets.length; i++) {
      fit.logits(x.values(), x.start(i), logits);
      confusion.add(targets[i], Logits.argmax(logits));
    }
    return confusion;
  }

  private static double accuracy(Confusion confusion) {
    return 100.0 * confusion.correct() / confusion.total();
  }

  /** Number of test images. */
  public long images() {
    return confusion.total();
  }

  /** Share of right test images, percent. */
  public double accuracy() {
    return accuracy(confusion);
  }

  /** Mean over classes of the share of right images, percent. */
  public double balancedAccuracy() {
    double sum = 0;
    for (int c = 0; c < classes.size(); c++) {
      sum += 100 * confusion.recall(c) / classes.size();
    }
    return sum;
  }

  /** Mean over classes of F1, percent. */
  public double macroF1() {
    double sum = 0;
    for (int c = 0; c < classes.size(); c++) {
      sum += 100 * confusion.f1(c) / classes.size();
    }
    return sum;
  }

  /** Everything. */
  public JsonObject toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("name", name);
    json.addProperty("protocol", protocol);
    JsonArray names = new JsonArray();
    classes.forEach(names::add);
    json.add("classes", names);
    if (lambda != null) {
      json.addProperty("lambda", lambda);
    }
    json.addProperty("test_images", images());
    json.addProperty("accuracy", accuracy());
    json.add("accuracy_interval", interval());
    json.addProperty("balanced_accuracy", balancedAccuracy());
    json.addProperty("macro_f1", macroF1());
    JsonArray rows = new JsonArray();
    for (long[] counts : confusion.toArray()) {
      JsonArray row = new JsonArray();
      for (long count : counts) {
        row.add(count);
      }
      rows.add(row);
    }
    json.add("confusion", rows);
    if (!epochs.isEmpty()) {
      json.addProperty("best_epoch", bestEpoch);
      JsonArray curve = new JsonArray();
      epochs.forEach(epoch -> curve.add(json(epoch)));
      json.add("epochs", curve);
    }
    return json;
  }

  /** Wilson's 95 percent interval of the accuracy over test images, percent. */
  private JsonArray interval() {
    double z = 1.959963984540054;
    double n = confusion.total();
    double p = confusion.correct() / n;
    double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
    double half = z / (1 + z * z / n) * Math.sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    JsonArray interval = new JsonArray();
    interval.add(100 * Math.max(0, middle - half));
    interval.add(100 * Math.min(1, middle + half));
    return interval;
  }

  private static JsonObject json(ProbeResult.Epoch epoch) {
    JsonObject json = new JsonObject();
    json.addProperty("epoch", epoch.epoch());
    json.addProperty("learning_rate", epoch.learningRate());
    json.addProperty("loss", epoch.loss());
    json.addProperty("acc", epoch.acc());
    if (!Double.isNaN(epoch.valAcc())) {
      json.addProperty("val_loss", epoch.valLoss());
      json.addProperty("val_acc", epoch.valAcc());
    }
    return json;
  }

  /** Writes {@link #FILE}. */
  public void write(@Nullable Path directory) throws IOException {
    if (directory != null) {
      AtomicFiles.writeText(directory.resolve(FILE), toJson() + "\n");
    }
  }
}
