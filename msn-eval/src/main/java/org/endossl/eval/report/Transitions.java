package org.endossl.eval.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.endossl.eval.metrics.Predictions;

/** Where a video goes from one phase to the next, and how far off the prediction follows. */
final class Transitions {
  private Transitions() {}

  /**
   * A change of the true phase.
   *
   * @param video where
   * @param frame number of the first frame of the new phase
   * @param from place of the old phase
   * @param to place of the new phase
   * @param off frames from the change to the first of the new phase's frames that is predicted so;
   *     negative where the frames before the change are predicted so already; the new phase's whole
   *     length where it is never found
   * @param found whether any of the new phase's frames is predicted so
   */
  record Transition(String video, long frame, int from, int to, int off, boolean found) {}

  /** All changes, the farthest off first. */
  static List<Transition> worst(Predictions predictions) {
    List<Transition> all = new ArrayList<>();
    for (Predictions.Video video : predictions.videos()) {
      int[] labels = video.labels();
      for (int i = 1; i < labels.length; i++) {
        if (labels[i] != labels[i - 1]) {
          all.add(at(video, i, predictions));
        }
      }
    }
    all.sort(
        Comparator.comparingInt((Transition t) -> -Math.abs(t.off()))
            .thenComparing(Transition::video)
            .thenComparingLong(Transition::frame));
    return all;
  }

  private static Transition at(Predictions.Video video, int change, Predictions predictions) {
    int[] labels = video.labels();
    int[] predicted = video.predictions();
    int phase = labels[change];
    int early = 0;
    while (change - early - 1 >= 0
        && labels[change - early - 1] != phase
        && predicted[change - early - 1] == phase) {
      early++;
    }
    int late = 0;
    boolean found = false;
    while (!found && change + late < labels.length && labels[change + late] == phase) {
      found = predicted[change + late] == phase;
      late += found ? 0 : 1;
    }
    return new Transition(
        video.name(),
        video.frames()[change],
        Phases.place(labels[change - 1], predictions.order()),
        Phases.place(phase, predictions.order()),
        early > 0 && found && late == 0 ? -early : late,
        found);
  }

  /** The ten farthest off as a table. */
  static void add(Html html, Predictions predictions) {
    List<Transition> worst = worst(predictions);
    Tables.scroll(html, "Transitions that are farthest off");
    html.open("table").open("thead").open("tr");
    for (String column : List.of("video", "frame", "from", "to", "frames off")) {
      html.element("th", column, "scope", "col");
    }
    html.close().close().open("tbody");
    for (Transition t : worst.subList(0, Math.min(10, worst.size()))) {
      html.open("tr").element("th", t.video(), "scope", "row");
      html.element("td", String.valueOf(t.frame()));
      html.element("td", Phases.label(t.from()));
      html.element("td", Phases.label(t.to()));
      html.element(
          "td",
          !t.found()
              ? "never found (" + t.off() + " frames)"
              : t.off() < 0 ? -t.off() + " early" : t.off() == 0 ? "0" : t.off() + " late");
      html.close();
    }
    html.close().close().close();
  }
}
