package org.endossl.eval.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.endossl.tfrecords.PhaseOrder;

/** Every convention's scores of whole videos, unrounded, in percent. */
final class Scores {
  private Scores() {}

  /**
   * All scores.
   *
   * @param tracks the videos
   * @param confusions theirs, in the same order
   * @param order of the classes
   * @param window frames in the relaxed 10 seconds; 0 leaves relaxed scores out
   */
  static List<Score> of(
      List<Track> tracks, List<Confusion> confusions, PhaseOrder order, int window) {
    List<Score> scores = new ArrayList<>();
    endossl(confusions, scores);
    for (Relaxed.Variant variant : Relaxed.Variant.values()) {
      if (variant == Relaxed.Variant.STRICT || window > 0) {
        relaxed(
            key(variant),
            tracks.stream().map(t -> Relaxed.of(t, order, variant, window)).toList(),
            scores);
      }
    }
    segmental(tracks.stream().map(Segmental::of).toList(), scores);
    return scores;
  }

  /** {@code tmrnet_legacy}, {@code tmrnet_corrected}, {@code tmrnet_strict}. */
  static String key(Relaxed.Variant variant) {
    return "tmrnet_" + variant.name().toLowerCase(Locale.ROOT);
  }

  private static void endossl(List<Confusion> videos, List<Score> scores) {
    int n = videos.size();
    double[] accuracy = new double[n];
    double[][] macro = new double[3][n];
    for (int i = 0; i < n; i++) {
      accuracy[i] = EndosslMetrics.accuracy(videos.get(i));
      double[] one = EndosslMetrics.macro(videos.get(i));
      for (int k = 0; k < one.length; k++) {
        macro[k][i] = one[k] * 100;
      }
    }
    scores.add(Score.mean("endossl", "video_acc", accuracy));
    scores.add(Score.mean("endossl", "video_precision", macro[0]));
    scores.add(Score.mean("endossl", "video_recall", macro[1]));
    scores.add(Score.mean("endossl", "video_f1", macro[2]));
    frames(videos, "frame_acc", EndosslMetrics::accuracy, scores);
    frames(videos, "frame_macro_f1", c -> EndosslMetrics.macro(c)[2] * 100, scores);
    frames(videos, "frame_micro_f1", c -> EndosslMetrics.weightedF1(c) * 100, scores);
  }

  private static void frames(
      List<Confusion> videos, String name, ToDoubleFunction<Confusion> score, List<Score> scores) {
    int classes = videos.get(0).classes();
    scores.add(
        Score.pooled(
            "endossl",
            name,
            videos.size(),
            sample -> {
              Confusion pooled = new Confusion(classes);
              for (int video : sample) {
                pooled.addAll(videos.get(video));
              }
              return score.applyAsDouble(pooled);
            }));
  }

  private static void relaxed(String convention, List<Relaxed> videos, List<Score> scores) {
    scores.add(
        Score.mean(
            convention, "accuracy", videos.stream().mapToDouble(Relaxed::accuracy).toArray()));
    for (Relaxed.Part part : Relaxed.Part.values()) {
      String name = part.name().toLowerCase(Locale.ROOT);
      scores.add(
          Score.pooled(
              convention,
              name,
              videos.size(),
              sample -> {
                List<Relaxed> drawn = Arrays.stream(sample).mapToObj(videos::get).toList();
                double[] means = Relaxed.phases(drawn, part)[0];
                return Relaxed.mean(
                    part == Relaxed.Part.PRECISION ? Relaxed.present(means) : means);
              }));
    }
  }

  private static void segmental(List<Segmental> videos, List<Score> scores) {
    scores.add(
        Score.mean("segmental", "edit", videos.stream().mapToDouble(Segmental::edit).toArray()));
    for (int k = 0; k < Segmental.OVERLAPS.size(); k++) {
      int overlap = k;
      scores.add(
          Score.pooled(
              "segmental",
              "f1_" + Math.round(100 * Segmental.OVERLAPS.get(k)),
              videos.size(),
              sample ->
                  Segmental.f1(Arrays.stream(sample).mapToObj(videos::get).toList(), overlap)));
    }
  }
}
