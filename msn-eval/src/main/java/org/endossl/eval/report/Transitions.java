package org.endossl.eval.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.endossl.eval.inspect.Footage;
import org.endossl.eval.metrics.Predictions;
import org.jspecify.annotations.Nullable;

/** Where a video goes from one phase to the next, and how far off the prediction follows. */
final class Transitions {
  private static final int SHOWN = 8;

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
   * @param shots the frames to look at
   */
  record Transition(
      String video, long frame, int from, int to, int off, boolean found, List<Shot> shots) {
    Transition {
      shots = List.copyOf(shots);
    }

    List<Footage.Key> keys() {
      return shots.stream().map(shot -> new Footage.Key(video, shot.frame())).toList();
    }

    /** How far off in words. */
    String says() {
      if (!found) {
        return "never found in its " + frames(off);
      }
      return off < 0 ? frames(-off) + " early" : off == 0 ? "on time" : frames(off) + " late";
    }

    private static String frames(int n) {
      return n == 1 ? "1 frame" : n + " frames";
    }
  }

  /**
   * A frame of a transition.
   *
   * @param frame its number
   * @param what it is of the transition
   * @param label place of its phase
   * @param predicted place of its predicted phase
   */
  record Shot(long frame, String what, int label, int predicted) {}

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

  /** Those that a report shows: the worst, as far as they are off at all. */
  static List<Transition> shown(Predictions predictions) {
    return worst(predictions).stream().filter(t -> t.off() != 0).limit(SHOWN).toList();
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
    boolean isEarly = early > 0 && found && late == 0;
    List<Shot> shots = new ArrayList<>();
    if (isEarly && early > 1) {
      shots.add(shot(video, change - early, "first taken for it", predictions));
    }
    shots.add(shot(video, change - 1, "last of the old phase", predictions));
    shots.add(shot(video, change, "first of the new phase", predictions));
    if (found && late > 0) {
      shots.add(shot(video, change + late, "first recognised", predictions));
    } else if (!found && late > 1) {
      shots.add(shot(video, change + late - 1, "last of the new phase", predictions));
    }
    return new Transition(
        video.name(),
        video.frames()[change],
        Phases.place(labels[change - 1], predictions.order()),
        Phases.place(phase, predictions.order()),
        isEarly ? -early : late,
        found,
        shots);
  }

  private static Shot shot(Predictions.Video video, int i, String what, Predictions predictions) {
    return new Shot(
        video.frames()[i],
        what,
        Phases.place(video.labels()[i], predictions.order()),
        Phases.place(video.predictions()[i], predictions.order()));
  }

  /** The worst in words, with their frames where there are some. */
  static void add(Html html, Predictions predictions, @Nullable Album album) {
    List<Transition> worst = shown(predictions);
    if (worst.isEmpty()) {
      html.element("p", "Every change of phase is recognised on its frame.");
      return;
    }
    html.open("ol", "class", "transitions");
    for (Transition t : worst) {
      html.open("li").open("p").element("b", t.video() + " frame " + t.frame()).text(": ");
      html.text(Phases.label(t.from()) + " to " + Phases.label(t.to()) + ", ");
      html.element("b", t.says()).close();
      html.open("div", "class", "strip-of-frames");
      for (Shot shot : t.shots()) {
        html.open("figure");
        if (album != null) {
          album.thumb(html, new Footage.Key(t.video(), shot.frame()), "");
        }
        html.open("figcaption").text(shot.frame() + ", " + shot.what());
        html.element("span", verdict(shot), "class", "verdict").close().close();
      }
      html.close().close();
    }
    html.close();
  }

  private static String verdict(Shot shot) {
    return shot.label() == shot.predicted()
        ? "phase " + (shot.label() + 1) + " ✓"
        : "phase " + (shot.label() + 1) + ", taken for " + (shot.predicted() + 1) + " ✗";
  }
}
