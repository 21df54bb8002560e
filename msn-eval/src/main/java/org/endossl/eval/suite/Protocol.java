package org.endossl.eval.suite;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.endossl.eval.ProgressListener;
import org.endossl.eval.WeightsSource;
import org.endossl.eval.features.FeatureSet;
import org.endossl.eval.finetune.Finetune;
import org.endossl.eval.finetune.FinetuneConfig;
import org.endossl.eval.finetune.FinetuneResult;
import org.endossl.eval.images.ImageLinear;
import org.endossl.eval.images.ImageLinearConfig;
import org.endossl.eval.images.ImageProbe;
import org.endossl.eval.images.ImageProbeConfig;
import org.endossl.eval.lowshot.Lowshot;
import org.endossl.eval.lowshot.LowshotConfig;
import org.endossl.eval.lowshot.LowshotResult;
import org.endossl.eval.metrics.MetricsResult;
import org.endossl.eval.metrics.Score;
import org.endossl.eval.probe.KnnConfig;
import org.endossl.eval.probe.KnnProbe;
import org.endossl.eval.probe.LinearProbe;
import org.endossl.eval.probe.Probe;
import org.endossl.eval.probe.ProbeConfig;
import org.endossl.eval.probe.ProbeRecord;
import org.endossl.eval.probe.ProbeResult;
import org.endossl.eval.probe.ToolProbe;
import org.endossl.eval.probe.ToolProbeConfig;
import org.endossl.eval.temporal.TemporalConfig;
import org.endossl.eval.temporal.TemporalProbe;
import org.endossl.tfrecords.BadRecords;
import org.endossl.train.config.YamlConfig;
import org.jspecify.annotations.Nullable;

/** The kinds of protocol files below {@code configs/probe}, told apart by their keys. */
public enum Protocol {
  /** A linear layer to phases: {@code endossl-linear.yaml}, {@code msn-linear.yaml}. */
  LINEAR,
  /** Nearest neighbours: {@code knn.yaml}. */
  KNN,
  /** Few labels: {@code msn-lowshot.yaml}. */
  LOWSHOT,
  /** Instruments: {@code tools.yaml}. */
  TOOLS,
  /** Temporal heads: {@code tecno.yaml}, {@code lstm.yaml}. */
  TEMPORAL,
  /** Folders of images, a regression: {@code polypset.yaml}. */
  IMAGES,
  /** Folders of images, a layer on random crops: {@code msn-imagenet-linear.yaml}. */
  IMAGES_LINEAR,
  /** The whole encoder: {@code endossl-finetune.yaml}, {@code endossl-finetune-tools.yaml}. */
  FINETUNE;

  private static final Pattern TASK = Pattern.compile("(?m)^task:\\s*[\"']?(\\w+)");

  /**
   * The kind of a file.
   *
   * @throws IllegalArgumentException if there is no such file or its {@code task} is not known
   */
  public static Protocol of(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(file + ": no such protocol");
    }
    String text = Files.readString(file, StandardCharsets.UTF_8);
    Matcher task = TASK.matcher(text);
    if (Pattern.compile("(?m)^augmentation:").matcher(text).find()) {
      return FINETUNE;
    } else if (task.find()) {
      return switch (task.group(1)) {
        case ToolProbeConfig.TASK -> TOOLS;
        case TemporalConfig.TASK -> TEMPORAL;
        case ImageProbeConfig.TASK -> IMAGES;
        case ImageLinearConfig.TASK -> IMAGES_LINEAR;
        default ->
            throw new IllegalArgumentException(
                file
                    + ": task: got "
                    + task.group(1)
                    + ", wanted tools, temporal, images or images_linear");
      };
    } else if (Pattern.compile("(?m)^k:").matcher(text).find()) {
      return KNN;
    } else if (Pattern.compile("(?m)^lambdas:").matcher(text).find()) {
      return LOWSHOT;
    }
    return LINEAR;
  }

  /**
   * What a protocol needs and where its results go.
   *
   * @param name of the encoder, for tables
   * @param weights of the encoder; null where there are features
   * @param features directory made by {@code endossl features}; null computes them
   * @param protocol the YAML file
   * @param overrides of its keys
   * @param out directory of the results; null writes none
   * @param cache directory where features are kept; null keeps none
   * @param bad what is done about bad records
   */
  public record Request(
      String name,
      @Nullable WeightsSource weights,
      @Nullable Path features,
      Path protocol,
      List<String> overrides,
      @Nullable Path out,
      @Nullable Path cache,
      BadRecords bad) {
    public Request {
      if ((weights == null) == (features == null)) {
        throw new IllegalArgumentException("wanted weights or features");
      }
      overrides = List.copyOf(overrides);
    }
  }

  /**
   * Runs a protocol.
   *
   * @return its scores by name, such as {@code test.endossl.video_f1}
   */
  public static Map<String, Double> run(Request request, ProgressListener listener)
      throws IOException {
    return switch (of(request.protocol())) {
      case LINEAR -> {
        ProbeConfig config = load(request, ProbeConfig.class);
        FeatureSet features = features(request, config.data(), listener);
        yield phases(
            LinearProbe.run(request.name(), features, config, request.out(), listener),
            request,
            config);
      }
      case KNN -> {
        KnnConfig config = load(request, KnnConfig.class);
        FeatureSet features = features(request, config.data(), listener);
        yield phases(KnnProbe.run(request.name(), features, config, listener), request, config);
      }
      case TEMPORAL -> {
        TemporalConfig config = load(request, TemporalConfig.class);
        FeatureSet features = features(request, config.data(), listener);
        yield phases(
            TemporalProbe.run(request.name(), features, config, listener), request, config);
      }
      case LOWSHOT -> {
        LowshotConfig config = load(request, LowshotConfig.class);
        FeatureSet features = features(request, config.data(), listener);
        LowshotResult result = Lowshot.run(request.name(), features, config, listener);
        if (request.out() != null) {
          ProbeRecord.write(request.out(), result.features(), config);
        }
        yield lowshot(result, request.out());
      }
      case TOOLS -> {
        ToolProbeConfig config = load(request, ToolProbeConfig.class);
        FeatureSet features = features(request, config.data(), listener);
        ToolProbe result = ToolProbe.run(request.name(), features, config, request.out(), listener);
        if (request.out() != null) {
          ProbeRecord.write(request.out(), result.features(), config);
        }
        yield tools(result, request.out());
      }
      case IMAGES -> {
        ImageProbeConfig config = load(request, ImageProbeConfig.class);
        yield images(
            ImageProbe.run(request.name(), required(request), config, listener), request.out());
      }
      case IMAGES_LINEAR -> {
        ImageLinearConfig config = load(request, ImageLinearConfig.class);
        yield images(
            ImageLinear.run(request.name(), required(request), config, request.out(), listener),
            request.out());
      }
      case FINETUNE -> {
        FinetuneConfig config = load(request, FinetuneConfig.class);
        yield tuned(
            Finetune.run(
                new Finetune.Request(
                    request.name(), required(request), config, request.out(), request.bad()),
                listener));
      }
    };
  }

  private static <T extends Record> T load(Request request, Class<T> type) throws IOException {
    return YamlConfig.load(request.protocol(), type, request.overrides());
  }

  private static FeatureSet features(
      Request request, ProbeConfig.DataConfig data, ProgressListener listener) throws IOException {
    return request.features() != null
        ? Probe.read(request.features(), data)
        : Probe.features(required(request), data, request.cache(), request.bad(), listener);
  }

  private static WeightsSource required(Request request) {
    if (request.weights() == null) {
      throw new IllegalArgumentException(
          request.protocol() + ": wants weights, not features: it reads images");
    }
    return request.weights();
  }

  private static Map<String, Double> phases(ProbeResult result, Request request, Record config)
      throws IOException {
    if (request.out() != null) {
      result.write(request.out());
      ProbeRecord.write(request.out(), result, config);
    }
    Map<String, Double> scores = new LinkedHashMap<>();
    add(scores, "validation", result.validation());
    add(scores, "test", result.test());
    return scores;
  }

  private static Map<String, Double> tuned(FinetuneResult result) {
    Map<String, Double> scores = new LinkedHashMap<>();
    for (String part : List.of("validation", "test")) {
      FinetuneResult.Scores scored = part.equals("test") ? result.test() : result.validation();
      if (scored != null) {
        add(scores, part, scored.phases());
        add(scores, part, scored.tools());
      }
    }
    return scores;
  }

  private static void add(
      Map<String, Double> scores, String part, ProbeResult.@Nullable Scored scored) {
    if (scored != null) {
      MetricsResult metrics = scored.metrics();
      for (Score score : metrics.scores()) {
        scores.put(part + "." + score.key(), score.value());
      }
      // As endossl prints them, rounded.
      metrics.endossl().values().forEach((key, v) -> scores.put(part + ".endossl." + key, v));
    }
  }

  private static Map<String, Double> images(ImageProbe result, @Nullable Path out)
      throws IOException {
    result.write(out);
    Map<String, Double> scores = new LinkedHashMap<>();
    scores.put("test.images.accuracy", result.accuracy());
    scores.put("test.images.balanced_accuracy", result.balancedAccuracy());
    scores.put("test.images.macro_f1", result.macroF1());
    return scores;
  }

  private static Map<String, Double> lowshot(LowshotResult result, @Nullable Path out)
      throws IOException {
    if (out != null) {
      result.write(out);
    }
    Map<String, Double> scores = new LinkedHashMap<>();
    result.points().forEach(p -> scores.put("test.lowshot." + p.key(), p.mean()));
    LowshotResult.Claim claim = result.claim();
    if (claim != null) {
      scores.put("test.lowshot.half_minus_all", claim.difference());
    }
    return scores;
  }

  private static Map<String, Double> tools(ToolProbe result, @Nullable Path out)
      throws IOException {
    if (out != null) {
      result.write(out);
    }
    Map<String, Double> scores = new LinkedHashMap<>();
    add(scores, "validation", result.validation());
    add(scores, "test", result.test());
    return scores;
  }

  private static void add(
      Map<String, Double> scores, String part, ToolProbe.@Nullable Scored scored) {
    if (scored != null) {
      scores.put(part + ".tools.map", scored.scores().average().map());
      scores.put(part + ".tools.precision", scored.scores().precision());
      scores.put(part + ".tools.precision_at_half", scored.scores().precisionAtHalf());
      scores.put(part + ".tools.pr_auc", scored.scores().prAuc());
    }
  }
}
