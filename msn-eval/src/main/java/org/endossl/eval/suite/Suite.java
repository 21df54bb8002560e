package org.endossl.eval.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.endossl.data.synthetic.SyntheticCholec80;
import org.endossl.eval.AtomicFiles;
import org.endossl.eval.Progress;
import org.endossl.eval.ProgressListener;
import org.endossl.eval.WeightsSource;
import org.endossl.tfrecords.DataException;
import org.endossl.train.PretrainConfig;
import org.endossl.train.PretrainProgress;
import org.endossl.train.Pretrainer;
import org.endossl.train.SessionOptions;
import org.endossl.train.config.YamlConfig;

/** Runs suites. */
public final class Suite {
  private static final String WORK = "{work}";

  private Suite() {}

  /**
   * Makes what the suite makes, runs its rows and writes the results, also when a bar is missed.
   *
   * @throws IllegalArgumentException if the suite, a protocol or a score's name is wrong
   * @throws DataException if weights or data are not there, unless such rows are to be left out
   */
  public static SuiteResult run(SuiteRequest request, ProgressListener listener)
      throws IOException, InterruptedException {
    SuiteConfig suite = YamlConfig.load(request.suite(), SuiteConfig.class, List.of());
    List<SuiteConfig.Row> rows = suite.rows().stream().map(row -> resolved(row, request)).toList();
    for (SuiteConfig.Row row : rows) { // before anything long is started
      if (!row.protocol().isEmpty()) {
        Protocol.of(Path.of(row.protocol()));
      }
    }
    prepare(suite, request, listener);
    List<SuiteResult.Row> results = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      SuiteConfig.Row row = rows.get(i);
      listener.progress(
          new Progress(
              "suite", 0, 0, "", Double.NaN, (i + 1) + "/" + rows.size() + " " + row.name()));
      String absent = absent(row);
      if (!absent.isEmpty() && !request.skipAbsent()) {
        throw new DataException(
            request.suite() + ": " + row.name() + ": " + absent + "; needs " + row.needs());
      }
      results.add(
          absent.isEmpty()
              ? run(row, request, i, listener)
              : new SuiteResult.Row(
                  row,
                  SuiteResult.State.NOT_RUN,
                  Double.NaN,
                  absent + "; needs " + row.needs(),
                  Map.of(),
                  0));
    }
    SuiteResult result = new SuiteResult(suite.name(), results);
    if (request.junit() != null) {
      AtomicFiles.writeText(request.junit(), JUnitXml.of(result));
    }
    if (request.json() != null) {
      AtomicFiles.writeText(request.json(), result.toJsonText());
    }
    return result;
  }

  private static SuiteConfig.Row resolved(SuiteConfig.Row row, SuiteRequest request) {
    String protocol = work(row.protocol(), request);
    return new SuiteConfig.Row(
        row.name(),
        row.source(),
        row.status(),
        row.needs(),
        work(row.weights(), request),
        row.files().stream().map(file -> work(file, request)).toList(),
        protocol.isEmpty() ? "" : request.home().resolve(protocol).toString(),
        row.set().stream().map(set -> work(set, request)).toList(),
        row.score(),
        row.bar(),
        row.tolerance(),
        row.rule());
  }

  private static String work(String text, SuiteRequest request) {
    return text.replace(WORK, request.work().toString());
  }

  private static void prepare(SuiteConfig suite, SuiteRequest request, ProgressListener listener)
      throws IOException, InterruptedException {
    for (SuiteConfig.Synthetic data : suite.synthetic()) {
      Path out = Path.of(work(data.out(), request));
      long start = System.nanoTime();
      if (!Files.exists(out)) {
        SyntheticCholec80.write(
            out,
            data.data(),
            (done, videos, file) ->
                listener.progress(
                    new Progress(
                        "generating",
                        done,
                        videos,
                        "videos",
                        done / Math.max(1e-9, (System.nanoTime() - start) * 1e-9),
                        "")));
      }
    }
    for (SuiteConfig.Pretrain run : suite.pretrain()) {
      Path out = Path.of(work(run.out(), request));
      if (!Files.exists(out)) {
        PretrainConfig config =
            YamlConfig.load(
                request.home().resolve(run.config()),
                PretrainConfig.class,
                run.set().stream().map(set -> work(set, request)).toList());
        Pretrainer.run(config, out, request.bad(), SessionOptions.DEFAULT, listener(listener));
      }
    }
  }

  private static PretrainProgress.Listener listener(ProgressListener listener) {
    return new PretrainProgress.Listener() {
      @Override
      public void step(PretrainProgress p) {
        listener.progress(
            new Progress(
                "pre-training",
                p.step() + 1,
                p.steps(),
                "steps",
                (p.steps() - p.step() - 1) / Math.max(1e-9, p.secondsLeft()),
                ""));
      }

      @Override
      public void phase(String what) {
        listener.progress(new Progress("pre-training", 0, 0, "", Double.NaN, what));
      }
    };
  }

  /** What is not there, in words; empty if all is. */
  private static String absent(SuiteConfig.Row row) {
    if (row.protocol().isEmpty()) {
      return "no protocol of this build gives this number";
    }
    List<String> missing = new ArrayList<>();
    if (row.weights().isEmpty()) {
      return "no weights are published";
    }
    WeightsSource source = WeightsSource.parse(row.weights());
    if (!(source instanceof WeightsSource.MeanColour)
        && !(source instanceof WeightsSource.Random)
        && !(source instanceof WeightsSource.RandomResNet)) {
      Path path = Path.of(row.weights());
      if (!Files.exists(path) && !Files.exists(Path.of(path + ".index"))) {
        missing.add("no weights at " + path);
      }
    }
    for (String file : row.files()) {
      if (!Files.exists(Path.of(file))) {
        missing.add("no data at " + file);
      }
    }
    return String.join(", ", missing);
  }

  private static SuiteResult.Row run(
      SuiteConfig.Row row, SuiteRequest request, int number, ProgressListener listener)
      throws IOException {
    long start = System.nanoTime();
    Map<String, Double> scores =
        Protocol.run(
            new Protocol.Request(
                row.name(),
                WeightsSource.parse(row.weights()),
                null,
                Path.of(row.protocol()),
                row.set(),
                request.work().resolve("results").resolve(String.valueOf(number + 1)),
                request.work().resolve("features"),
                request.bad()),
            listener);
    Double got = scores.get(row.score());
    if (got == null) {
      throw new IllegalArgumentException(
          request.suite()
              + ": "
              + row.name()
              + ": score: no "
              + row.score()
              + "; the protocol gives "
              + scores.keySet());
    }
    return new SuiteResult.Row(
        row,
        row.reached(got) ? SuiteResult.State.REACHED : SuiteResult.State.MISSED,
        got,
        "",
        scores,
        (System.nanoTime() - start) * 1e-9);
  }
}
