package org.endossl.data.synthetic;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * When which instrument is in the view, for each phase of a video, with Cholec80's habits: the
 * grasper nearly always, the hook while dissecting, clipper and then scissors at the duct, bipolar
 * and irrigator while cleaning.
 */
final class ToolPlan {
  /** Share of a window in which an instrument comes in, and again in which it goes. */
  private static final double RAMP = 0.06;

  /** An instrument's presence from {@code from} to {@code to}, in shares of the phase. */
  private record Window(ToolKind tool, double from, double to) {}

  private final Map<Phase, List<Window>> windows = new EnumMap<>(Phase.class);

  ToolPlan(RandomGenerator random) {
    double clipped = random.nextDouble(0.52, 0.66);
    double rinsed = random.nextDouble(0.35, 0.65);
    double pause = random.nextDouble(0.2, 0.8);
    windows.put(
        Phase.PREPARATION, List.of(new Window(ToolKind.GRASPER, random.nextDouble(0.3), 1.1)));
    windows.put(Phase.CALOT, dissecting(pause, random.nextDouble(-0.3, 0.2)));
    windows.put(
        Phase.CLIPPING,
        List.of(
            new Window(ToolKind.GRASPER, random.nextDouble(-0.5, 0.2), 1.1),
            new Window(ToolKind.CLIPPER, -0.1, clipped),
            new Window(ToolKind.SCISSORS, clipped, 1.1)));
    windows.put(Phase.DISSECTION, dissecting(1 - pause, random.nextDouble(-0.3, 0.1)));
    windows.put(
        Phase.PACKAGING,
        List.of(
            new Window(ToolKind.SPECIMEN_BAG, -0.1, 1.1), new Window(ToolKind.GRASPER, -0.1, 1.1)));
    windows.put(
        Phase.CLEANING,
        List.of(
            new Window(ToolKind.GRASPER, random.nextDouble(-0.2, 0.4), 1.1),
            new Window(ToolKind.IRRIGATOR, -0.1, rinsed + 0.1),
            new Window(ToolKind.BIPOLAR, rinsed - 0.1, 1.1)));
    windows.put(
        Phase.RETRACTION,
        List.of(
            new Window(ToolKind.SPECIMEN_BAG, -0.1, 1.1),
            new Window(ToolKind.GRASPER, -0.1, random.nextDouble(0.6, 1.2))));
  }

  private static List<Window> dissecting(double pause, double from) {
    return List.of(
        new Window(ToolKind.GRASPER, from, 1.1),
        new Window(ToolKind.HOOK, -0.1, pause - 0.04),
        new Window(ToolKind.BIPOLAR, pause - 0.02, pause + 0.03),
        new Window(ToolKind.HOOK, pause + 0.04, 1.1));
  }

  /** How far an instrument has come in: 0 outside the view, 1 at its work. */
  double presence(ToolKind tool, Phase phase, double progress) {
    double most = 0;
    for (Window window : windows.getOrDefault(phase, List.of())) {
      if (window.tool == tool) {
        double in = (progress - window.from) / RAMP;
        double out = (window.to - progress) / RAMP;
        most = Math.max(most, Math.min(1, Math.min(in, out)));
      }
    }
    return most;
  }
}
