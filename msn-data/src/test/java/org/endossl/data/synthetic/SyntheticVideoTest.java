package org.endossl.data.synthetic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SyntheticVideoTest {
  private static final SyntheticConfig CONFIG = new SyntheticConfig(3, 8, 60, 64, 48, 1);

  @Test
  void durations_areCholec80sOnAverage() {
    Map<Phase, Integer> counts = new EnumMap<>(Phase.class);
    double all = 0;
    for (int video = 1; video <= 40; video++) {
      SyntheticVideo v = new SyntheticVideo(new SyntheticConfig(1, 40, 600, 16, 16, 1), video);
      for (int i = 0; i < v.frames(); i++) {
        counts.merge(v.phaseOf(i), 1, Integer::sum);
        all++;
      }
    }
    double seconds = 0;
    for (Phase phase : Phase.values()) {
      seconds += phase.meanSeconds;
    }
    for (Phase phase : Phase.values()) {
      double wanted = phase.meanSeconds / seconds;
      assertEquals(wanted, counts.getOrDefault(phase, 0) / all, 0.15 * wanted, phase.label);
    }
  }

  @Test
  void instruments_followThePhase() {
    for (int video = 1; video <= 4; video++) {
      SyntheticVideo v = new SyntheticVideo(CONFIG, video);
      for (int i = 0; i < v.frames(); i++) {
        Frame frame = v.frame(i);
        int bag = frame.instruments().get(ToolKind.SPECIMEN_BAG.index);
        boolean bagged = frame.phase() == Phase.PACKAGING || frame.phase() == Phase.RETRACTION;
        assertEquals(bagged ? 1 : 0, bag, video + "/" + i);
        boolean hooked = frame.phase() == Phase.CALOT || frame.phase() == Phase.DISSECTION;
        assertTrue(hooked || frame.instruments().get(ToolKind.HOOK.index) == 0);
      }
    }
  }

  /** Between the phases mean colours differ by far less than between frames of one phase. */
  @Test
  void meanColour_doesNotTellThePhase() {
    double[][] sums = new double[Phase.values().length][3];
    int[] counts = new int[sums.length];
    double[] all = new double[3];
    double[] squares = new double[3];
    int frames = 0;
    for (int video = 1; video <= CONFIG.videos(); video++) {
      SyntheticVideo v = new SyntheticVideo(CONFIG, video);
      for (int i = 0; i < v.frames(); i++, frames++) {
        Frame frame = v.frame(i);
        counts[index(frame)]++;
        double[] mean = mean(frame);
        for (int c = 0; c < 3; c++) {
          sums[index(frame)][c] += mean[c];
          all[c] += mean[c];
          squares[c] += mean[c] * mean[c];
        }
      }
    }
    for (int c = 0; c < 3; c++) {
      double grand = all[c] / frames;
      double between = 0;
      for (int phase = 0; phase < counts.length; phase++) {
        double d = sums[phase][c] / counts[phase] - grand;
        between += counts[phase] * d * d / frames;
      }
      double total = squares[c] / frames - grand * grand;
      assertTrue(between < 0.05 * total, "channel " + c + ": " + between / total);
    }
  }

  private static int index(Frame frame) {
    return List.of(Phase.values()).indexOf(frame.phase());
  }

  private static double[] mean(Frame frame) {
    double[] mean = new double[3];
    for (int pixel : frame.rgb()) {
      for (int c = 0; c < 3; c++) {
        mean[c] += (double) ((pixel >> (8 * c)) & 255) / frame.rgb().length;
      }
    }
    return mean;
  }
}
