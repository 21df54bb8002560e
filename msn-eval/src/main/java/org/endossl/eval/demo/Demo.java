package org.endossl.eval.demo;

import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.endossl.data.synthetic.SyntheticCholec80;
import org.endossl.data.synthetic.SyntheticConfig;
import org.endossl.eval.AtomicFiles;
import org.endossl.eval.Progress;
import org.endossl.eval.ProgressListener;
import org.endossl.eval.WeightsSource;
import org.endossl.eval.probe.Probe;
import org.endossl.eval.probe.ProbeConfig;
import org.endossl.eval.probe.ProbeRequest;
import org.endossl.eval.probe.ProbeResult;
import org.endossl.eval.report.Report;
import org.endossl.eval.report.ReportRequest;
import org.endossl.train.PretrainConfig;
import org.endossl.train.Pretrainer;

/**
 * Runs the demo into a folder: {@code data/} (records), {@code pretrain/} (the run), {@code
 * probe/NAME/} (scores and predictions), {@code demo.json} and {@code report.html}.
 *
 * <p>All three probes see the same frames, preprocessing and protocol. The random weights are those
 * from which the pre-training of this seed began.
 */
public final class Demo {
  private Demo() {}

  /**
   * Runs it.
   *
   * @throws IllegalArgumentException if the folder is not empty
   */
  public static DemoResult run(DemoRequest request, ProgressListener listener)
      throws IOException, InterruptedException {
    requireEmpty(request.out());
    long start = System.nanoTime();
    Path records = request.out().resolve("data");
    Path run = request.out().resolve("pretrain");
    Map<String, Object> record = new LinkedHashMap<>();
    record.put("generated", true);
    record.put("seed", request.seed());
    record.put("data", described(request.data()));

    PretrainConfig pretrain = DemoConfigs.pretrain(records, request.seed());
    ProbeConfig probe = DemoConfigs.probe(records, request.seed());
    generate(request, records, listener);
    record.put("seconds_until_data", seconds(start));
    PretrainListener training = new PretrainListener(listener, request.trainingSeconds());
    Pretrainer.run(pretrain, run, training);
    record.put("seconds_until_pretrained", seconds(start));
    List<ProbeResult> results = probes(request, run, probe, listener);
    record.put("seconds_until_probed", seconds(start));
    record.put("pretraining_ended_by_the_clock", training.stopped());
    AtomicFiles.writeText(
        request.out().resolve("demo.json"),
        new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(record) + "\n");
    Report.Result report = Report.run(new ReportRequest(request.out(), null), listener);
    return new DemoResult(report.file(), results, training.stopped(), seconds(start));
  }

  private static String described(SyntheticConfig data) {
    return data.videos()
        + " videos of about "
        + data.framesPerVideo()
        + " frames, "
        + data.width()
        + "x"
        + data.height()
        + ", seed "
        + data.seed();
  }

  private static double seconds(long start) {
    return Math.round((System.nanoTime() - start) * 1e-8) / 10.0;
  }

  private static void requireEmpty(Path out) throws IOException {
    if (Files.isDirectory(out)) {
      try (Stream<Path> files = Files.list(out)) {
        if (files.findAny().isEmpty()) {
          return;
        }
      }
    }
    if (Files.exists(out)) {
      throw new IllegalArgumentException(
          out + ": is there already; wanted a folder that is empty or not there");
    }
  }

  private static void generate(DemoRequest request, Path records, ProgressListener listener)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    SyntheticCholec80.write(
        records,
        request.data(),
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

  private static List<ProbeResult> probes(
      DemoRequest request, Path run, ProbeConfig config, ProgressListener listener)
      throws IOException {
    List<ProbeResult> results = new ArrayList<>();
    Path probes = request.out().resolve("probe");
    results.add(probe("pre-trained", new WeightsSource.Run(run), config, probes, listener));
    results.add(
        probe(
            "random weights",
            new WeightsSource.Random(run, request.seed()),
            config,
            probes,
            listener));
    results.add(
        probe("mean colour", new WeightsSource.MeanColour(false), config, probes, listener));
    return results;
  }

  private static ProbeResult probe(
      String name,
      WeightsSource weights,
      ProbeConfig config,
      Path probes,
      ProgressListener listener)
      throws IOException {
    Path out = probes.resolve(name.replace(' ', '-'));
    return Probe.run(new ProbeRequest(name, weights, config, out, null), listener);
  }
}
