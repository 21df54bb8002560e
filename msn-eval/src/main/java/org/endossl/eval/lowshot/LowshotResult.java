package org.endossl.eval.lowshot;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.endossl.data.Split;
import org.endossl.eval.AtomicFiles;
import org.endossl.eval.features.FeatureInfo;
import org.endossl.eval.metrics.Bootstrap;
import org.endossl.eval.metrics.Wilcoxon;
import org.jspecify.annotations.Nullable;

/**
 * What a low-shot protocol found.
 *
 * @param name of the encoder, for tables
 * @param protocol its source in words
 * @param features what the features were made from
 * @param split the videos
 * @param points one per number of labels
 * @param claim whether half the labels reach all; null if one of the two was not done
 */
public record LowshotResult(
    String name,
    String protocol,
    FeatureInfo features,
    Split split,
    List<Point> points,
    @Nullable Claim claim) {
  /** The file's name. */
  public static final String FILE = "lowshot.json";

  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().serializeNulls().disableHtmlEscaping().create();

  public LowshotResult {
    points = List.copyOf(points);
  }

  /** What was limited. */
  public enum Kind {
    /** Videos, with all their frames. */
    VIDEOS,
    /** Frames of all training videos, in percent. */
    PERCENT
  }

  /**
   * One draw.
   *
   * @param seed of the draw
   * @param frames labelled
   * @param lambda that the validation videos chose
   * @param videoF1 endossl's on the test videos, percent
   * @param frameAcc endossl's on the test videos, percent
   * @param perVideo macro F1 of each test video, percent, in the split's order
   */
  public record Draw(
      long seed,
      int frames,
      double lambda,
      double videoF1,
      double frameAcc,
      List<Double> perVideo) {
    public Draw {
      perVideo = List.copyOf(perVideo);
    }
  }

  /**
   * All draws of one number of labels.
   *
   * @param kind what was limited
   * @param amount videos or percent
   * @param draws one per seed
   */
  public record Point(Kind kind, double amount, List<Draw> draws) {
    public Point {
      draws = List.copyOf(draws);
    }

    /** Mean of the draws' video F1. */
    public double mean() {
      return draws.stream().mapToDouble(Draw::videoF1).average().orElse(Double.NaN);
    }

    /** Deviation of the draws' video F1, n - 1; NaN with a single one. */
    public double deviation() {
      double mean = mean();
      double sum = draws.stream().mapToDouble(d -> Math.pow(d.videoF1() - mean, 2)).sum();
      return draws.size() < 2 ? Double.NaN : Math.sqrt(sum / (draws.size() - 1));
    }

    /** The smallest of the draws' video F1. */
    public double least() {
      return draws.stream().mapToDouble(Draw::videoF1).min().orElse(Double.NaN);
    }

    /** The greatest of the draws' video F1. */
    public double most() {
      return draws.stream().mapToDouble(Draw::videoF1).max().orElse(Double.NaN);
    }

    /** Mean of the draws' frame accuracy. */
    public double accuracy() {
      return draws.stream().mapToDouble(Draw::frameAcc).average().orElse(Double.NaN);
    }

    /** {@code videos.4}, {@code percent.12.5}. */
    public String key() {
      String text = String.format(Locale.ROOT, "%s", amount);
      return kind.name().toLowerCase(Locale.ROOT)
          + "."
          + (text.endsWith(".0") ? text.substring(0, text.length() - 2) : text);
    }
  }

  /**
   * endossl's claim: half of the labels reach the result of all.
   *
   * @param difference video F1 with 50 percent of the labels, mean of the draws, minus that with
   *     all
   * @param interval of the difference over the test videos, 95 percent
   * @param test of the test videos' differences
   */
  public record Claim(double difference, Bootstrap.Interval interval, Wilcoxon test) {
    /** Points of video F1 by which half of the labels may be lower and still reach all. */
    private static final double MARGIN = 1;

    /** What the test videos say. */
    public enum Verdict {
      /** The whole interval is above one point less. */
      YES,
      /** The whole interval is below 0, and not within one point. */
      NO,
      /** Neither. */
      UNDECIDED
    }

    /** What the interval says. */
    public Verdict verdict() {
      if (interval.low() >= -MARGIN) {
        return Verdict.YES;
      }
      return interval.high() < 0 ? Verdict.NO : Verdict.UNDECIDED;
    }

    /** In words, with the numbers. */
    public String sentence() {
      String answer =
          switch (verdict()) {
            case YES -> "Yes, within one point";
            case NO -> "No, it is lower";
            case UNDECIDED -> "These videos cannot tell";
          };
      String over =
          Double.isNaN(interval.low())
              ? "one test video has no interval"
              : String.format(
                  Locale.ROOT,
                  "95 %% interval over the test videos %+.2f to %+.2f, Wilcoxon p %.4f",
                  interval.low(),
                  interval.high(),
                  test.p());
      return String.format(
          Locale.ROOT,
          "Do half of the labels reach the result of all? %s: %+.2f points of video F1 (mean of the"
              + " draws; %s).",
          answer,
          difference,
          over);
    }
  }

  /** Everything. */
  public JsonObject toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("name", name);
    json.addProperty("protocol", protocol);
    json.addProperty("score", "endossl video_f1 on the test videos, percent");
    json.addProperty("weights", features.weights());
    json.addProperty("phase_order", features.phaseOrder());
    json.add("split", GSON.toJsonTree(split));
    JsonArray rows = new JsonArray();
    for (Point point : points) {
      JsonObject row = new JsonObject();
      row.addProperty("kind", point.kind().name().toLowerCase(Locale.ROOT));
      row.addProperty("amount", point.amount());
      row.addProperty("video_f1", point.mean());
      row.add("deviation", number(point.deviation()));
      row.addProperty("frame_acc", point.accuracy());
      row.add("draws", GSON.toJsonTree(point.draws()));
      rows.add(row);
    }
    json.add("points", rows);
    if (claim != null) {
      JsonObject one = new JsonObject();
      one.addProperty("difference", claim.difference());
      one.add("low", number(claim.interval().low()));
      one.add("high", number(claim.interval().high()));
      one.addProperty("p", claim.test().p());
      one.addProperty("verdict", claim.verdict().name().toLowerCase(Locale.ROOT));
      one.addProperty("sentence", claim.sentence());
      json.add("half_of_the_labels", one);
    }
    return json;
  }

  private static JsonElement number(double value) {
    return Double.isFinite(value) ? new JsonPrimitive(value) : JsonNull.INSTANCE;
  }

  /** Writes {@link #FILE}. */
  public void write(Path directory) throws IOException {
    Files.createDirectories(directory);
    AtomicFiles.writeText(directory.resolve(FILE), GSON.toJson(toJson()) + "\n");
  }
}
