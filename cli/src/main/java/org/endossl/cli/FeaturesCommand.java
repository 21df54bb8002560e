package org.endossl.cli;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.ParametersDelegate;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.endossl.data.Split;
import org.endossl.eval.Preprocessing;
import org.endossl.eval.Token;
import org.endossl.eval.WeightsSource;
import org.endossl.eval.features.FeatureSet;
import org.endossl.eval.features.Features;
import org.endossl.eval.features.FeaturesRequest;
import org.endossl.tfrecords.BadRecords;
import org.endossl.tfrecords.Share;
import org.jspecify.annotations.Nullable;

/** {@code endossl features}: one vector per frame of record files. */
final class FeaturesCommand extends Command {
  @Parameter(names = "--weights", required = true, description = "W: see above")
  String weights = "";

  @Parameter(
      names = "--records",
      required = true,
      description = "FILE: record file, glob or directory; repeatable")
  List<String> records = new ArrayList<>();

  @Parameter(names = "--out", required = true, description = "DIR: features.npy, .csv, .json")
  Path out = Path.of("");

  @Parameter(
      names = "--videos",
      splitter = WholeValue.class,
      description = "IDS: such as 1-40 or video03,video07; else all")
  List<String> videos = new ArrayList<>();

  @Parameter(
      names = "--shard",
      description = "K/N: only every N-th of the videos from the K-th on, for N processes")
  String shard = "1/1";

  @Parameter(names = "--size", description = "side of the images in pixels; 0: as the weights")
  int size = 0;

  @Parameter(
      names = "--token",
      description =
          "after_norm (what the encoder gives) or before_norm (a Vision Transformer's class token"
              + " as its last block leaves it, which msn's protocols take)")
  Token token = Token.AFTER_NORM;

  @Parameter(names = "--batch", description = "frames that the encoder sees at once")
  int batch = 64;

  @Parameter(names = "--workers", description = "threads that decode; 0: TensorFlow chooses")
  int workers = 0;

  @Parameter(names = "--cache", description = "DIR: keep features here by what they were made from")
  @Nullable Path cache;

  @Parameter(names = "--on-bad-record", description = OnBadRecord.TEXT)
  String onBadRecord = "fail";

  @ParametersDelegate BackboneOptions backbone = new BackboneOptions();

  @Override
  String details() {
    return """
        --weights takes a run's folder, a checkpoint's prefix, a Hugging Face directory, a
        SavedModel's directory (called as tf.saved_model.load(DIR)(images)[1]; the scale of its
        images is declared by --input-scale or in its backbone.json), Keras' ResNetV2 .h5,
        random:CONFIG.yaml:SEED, random:RUN:SEED, mean-colour or mean-colour+std. See
        docs/weights.md.
        """;
  }

  @Override
  String example() {
    return "features --weights runs/vits16 --records data/cholec80 --out runs/vits16/features";
  }

  @Override
  boolean usesTensorFlow() {
    return true;
  }

  @Override
  int run(Terminal terminal) throws Exception {
    WeightsSource source = backbone.weights(weights).token(token);
    BadRecords bad = OnBadRecord.of(onBadRecord);
    FeatureSet features;
    try (StageProgress progress = new StageProgress(terminal)) {
      features =
          Features.run(
              new FeaturesRequest(
                  source,
                  records,
                  videos(videos),
                  preprocessing(source, size),
                  batch,
                  workers,
                  out,
                  cache,
                  bad,
                  Share.parse(shard)),
              progress);
    }
    OnBadRecord.report(bad, terminal.err());
    terminal
        .out()
        .println(
            out
                + ": "
                + features.matrix().rows()
                + " frames, "
                + features.matrix().columns()
                + " values each");
    return ExitCode.DONE;
  }

  /** {@code 1-40} or names; none means all. */
  static List<String> videos(List<String> ids) {
    return ids.isEmpty() ? List.of() : Split.of(String.join(",", ids), "", "").train();
  }

  /** The weights' own preprocessing at another size; null if it is not another. */
  static @Nullable Preprocessing preprocessing(WeightsSource source, int size) throws IOException {
    return size == 0 ? null : source.open().preprocessing().withSize(size);
  }
}
