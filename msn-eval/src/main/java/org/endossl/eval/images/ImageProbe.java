package org.endossl.eval.images;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.endossl.eval.AtomicFiles;
import org.endossl.eval.ProgressListener;
import org.endossl.eval.WeightsSource;
import org.endossl.eval.embed.Embed;
import org.endossl.eval.features.Matrix;
import org.endossl.eval.metrics.Confusion;
import org.endossl.eval.probe.LogisticRegression;
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
 * @param lambda the penalty chosen
 * @param images test images
 * @param confusion of the test images
 */
public record ImageProbe(
    String name,
    String protocol,
    List<String> classes,
    double lambda,
    int images,
    Confusion confusion) {
  /** The file of the scores. */
  public static final String FILE = "image-scores.json";

  public ImageProbe {
    classes = List.copyOf(classes);
  }

  /** Features and classes of one folder. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Part(Matrix x, int[] targets) {}

  /**
   * Fits on the training folder and scores the test folder.
   *
   * @throws DataException if a folder or a class has no images, or a class is not in all of them
   */
  public static ImageProbe run(
      String name, WeightsSource weights, ImageProbeConfig config, ProgressListener listener)
      throws IOException {
    List<String> classes = classes(Path.of(config.folders().train()));
    Part train = part(weights, config.folders().train(), classes, config, listener);
    Part validation =
        config.folders().validation().isEmpty()
            ? null
            : part(weights, config.folders().validation(), classes, config, listener);
    Part test = part(weights, config.folders().test(), classes, config, listener);
    LogisticRegression best = null;
    double bestScore = -1;
    double bestLambda = 0;
    for (double lambda : config.lambdas()) {
      LogisticRegression fit =
          LogisticRegression.fit(
              new LogisticRegression.Problem(
                  train.x().values(),
                  train.targets(),
                  train.x().columns(),
                  classes.size(),
                  lambda / train.targets().length),
              new float[0],
              config.iterations(),
              config.tolerance());
      double score = validation == null ? 0 : accuracy(confusion(fit, validation));
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
        name, config.source(), classes, bestLambda, test.targets().length, confusion(best, test));
  }

  private static List<String> classes(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new DataException(
          folder + ": no such directory; wanted one with a subdirectory of images per class");
    }
    try (Stream<Path> entries = Files.list(folder)) {
      List<String> classes =
          entries
              .filter(Files::isDirectory)
              .map(path -> String.valueOf(path.getFileName()))
              .sorted()
              .toList();
      if (classes.size() < 2) {
        throw new DataException(
            folder + ": subdirectories " + classes + ", wanted two or more, one per class");
      }
      return classes;
    }
  }

  private static Part part(
      WeightsSource weights,
      String folder,
      List<String> classes,
      ImageProbeConfig config,
      ProgressListener listener)
      throws IOException {
    Path path = Path.of(folder);
    if (!classes(path).equals(classes)) {
      throw new DataException(
          folder + ": classes " + classes(path) + ", the training images have " + classes);
    }
    List<Path> files = new ArrayList<>();
    List<Integer> targets = new ArrayList<>();
    for (int c = 0; c < classes.size(); c++) {
      Path one = path.resolve(classes.get(c));
      List<Path> images;
      try {
        images = Embed.images(one);
      } catch (IllegalArgumentException e) {
        throw new DataException(one + ": no images", e);
      }
      for (Path image : images) {
        files.add(image);
        targets.add(c);
      }
    }
    Matrix x = Embed.of(weights, files, null, config.batch(), listener).vectors();
    for (int i = 0; i < x.rows(); i++) {
      normalize(x, x.start(i));
    }
    return new Part(x, targets.stream().mapToInt(Integer::intValue).toArray());
  }

  private static void normalize(Matrix x, int from) {
    double squares = 0;
    for (int k = 0; k < x.columns(); k++) {
      squares += (double) x.values()[from + k] * x.values()[from + k];
    }
    float by = squares > 0 ? (float) (1 / Math.sqrt(squares)) : 0;
    for (int k = 0; k < x.columns(); k++) {
      x.values()[from + k] *= by;
    }
  }

  private static Confusion confusion(LogisticRegression fit, Part part) {
    Confusion confusion = new Confusion(fit.classes());
    float[] logits = new float[fit.classes()];
    for (int i = 0; i < part.targets().length; i++) {
      fit.logits(part.x().values(), part.x().start(i), logits);
      int best = 0;
      for (int c = 1; c < logits.length; c++) {
        best = logits[c] > logits[best] ? c : best;
      }
      confusion.add(part.targets()[i], best);
    }
    return confusion;
  }

  private static double accuracy(Confusion confusion) {
    return 100.0 * confusion.correct() / confusion.total();
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
    json.addProperty("lambda", lambda);
    json.addProperty("test_images", images);
    json.addProperty("accuracy", accuracy());
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
    return json;
  }

  /** Writes {@link #FILE}. */
  public void write(@Nullable Path directory) throws IOException {
    if (directory != null) {
      AtomicFiles.writeText(directory.resolve(FILE), toJson() + "\n");
    }
  }
}
