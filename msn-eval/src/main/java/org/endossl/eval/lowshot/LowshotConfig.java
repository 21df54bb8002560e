package org.endossl.eval.lowshot;

import java.util.List;
import org.endossl.eval.probe.ProbeConfig;
import org.endossl.train.config.Require;

/**
 * A low-shot protocol, as in {@code configs/probe/msn-lowshot.yaml}.
 *
 * @param source where it comes from, in words
 * @param data the frames; labels are drawn from the training videos
 * @param videos how many training videos to label, all their frames
 * @param percent how many of all training frames to label
 * @param seeds of the draws; 100 percent is the same for all and done once
 * @param centerRows whether each frame's mean is taken off its features before they are scaled to
 *     length 1, as cyanure's {@code preprocess} does
 * @param lambdas penalties to choose from on the validation videos; each is divided by the number
 *     of labelled frames, as the original does
 * @param iterations of the solver, at most
 * @param tolerance largest entry of its gradient
 */
public record LowshotConfig(
    String source,
    ProbeConfig.DataConfig data,
    List<Integer> videos,
    List<Double> percent,
    List<Long> seeds,
    boolean centerRows,
    List<Double> lambdas,
    int iterations,
    double tolerance) {
  public LowshotConfig {
    videos = List.copyOf(videos);
    percent = List.copyOf(percent);
    seeds = List.copyOf(seeds);
    lambdas = List.copyOf(lambdas);
    int train = data.split().videos().train().size();
    videos.forEach(n -> Require.within("videos", n, 1, train));
    percent.forEach(p -> Require.within("percent", p, 1e-6, 100));
    lambdas.forEach(l -> Require.within("lambdas", l, 1e-12, 1e6));
    Require.atLeast("seeds", seeds.size(), 1);
    Require.atLeast("lambdas", lambdas.size(), 1);
    Require.atLeast("iterations", iterations, 1);
    Require.within("tolerance", tolerance, 1e-12, 1);
    if (data.split().videos().test().isEmpty()) {
      throw new IllegalArgumentException("data.split.test: is empty, wanted videos to score");
    } else if (lambdas.size() > 1 && data.split().videos().validation().isEmpty()) {
      throw new IllegalArgumentException(
          "lambdas: several, and no validation videos to choose by; the test videos may not choose");
    }
  }
}
