package org.endossl.data.synthetic;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The phase of every frame of a video.
 *
 * @param firsts the first frame of each phase, and at the end the number of frames
 */
record Timeline(List<Integer> firsts) {
  /** Frames that every phase has at least. */
  static final int LEAST = 3;

  private static final List<Phase> PHASES = List.of(Phase.values());

  /** Durations around Cholec80's, each video's with its own accents. */
  static Timeline draw(RandomGenerator random, int meanFrames) {
    List<Double> weights = new ArrayList<>();
    for (Phase phase : Phase.values()) {
      double accent = StrictMath.exp(0.25 * Math.max(-2, Math.min(2, random.nextGaussian())));
      weights.add(phase.meanSeconds * accent);
    }
    double sum = weights.stream().mapToDouble(Double::doubleValue).sum();
    double frames = meanFrames * (0.75 + 0.5 * random.nextDouble());
    List<Integer> firsts = new ArrayList<>(List.of(0));
    for (double weight : weights) {
      int length = Math.max(LEAST, (int) Math.round(frames * weight / sum));
      firsts.add(firsts.get(firsts.size() - 1) + length);
    }
    return new Timeline(List.copyOf(firsts));
  }

  int frames() {
    return firsts.get(firsts.size() - 1);
  }

  Phase phase(int frame) {
    return PHASES.get(segment(frame));
  }

  /** How far the frame's phase has got, 0 to 1 exclusively. */
  double progress(int frame) {
    int segment = segment(frame);
    int first = firsts.get(segment);
    return (frame - first + 0.5) / (firsts.get(segment + 1) - first);
  }

  private int segment(int frame) {
    int segment = 0;
    while (frame >= firsts.get(segment + 1)) {
      segment++;
    }
    return segment;
  }
}
