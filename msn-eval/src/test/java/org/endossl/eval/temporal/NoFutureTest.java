package org.endossl.eval.temporal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.endossl.eval.features.FrameTable;
import org.endossl.eval.features.Matrix;
import org.junit.jupiter.api.Test;

/** No head's output may depend on a frame that is still to come. */
class NoFutureTest {
  private static final int FRAMES = 150;
  private static final int INPUTS = 6;
  private static final int CLASSES = 7;

  @Test
  void tcn_seesNoFrameThatIsStillToCome() {
    check(new TemporalConfig.HeadConfig(TemporalConfig.Kind.TCN, 2, 6, 8, 0.5, 1));
  }

  @Test
  void lstm_seesNoFrameThatIsStillToCome() {
    check(new TemporalConfig.HeadConfig(TemporalConfig.Kind.LSTM, 1, 1, 8, 0.2, 32));
  }

  private static void check(TemporalConfig.HeadConfig config) {
    double[] weights = new double[CLASSES];
    Arrays.fill(weights, 1);
    float[] features = features(1);
    try (Head head = Head.create(config, INPUTS, weights, 3)) {
      head.epoch(List.of(video(features, FRAMES)), new SplittableRandom(1), 0.01);
      float[] whole = head.logits(video(features, FRAMES));
      for (int cut : new int[] {1, 31, 32, 64, 100, FRAMES - 1}) {
        float[] other = features(2);
        System.arraycopy(features, 0, other, 0, cut * INPUTS);
        float[] changed = head.logits(video(other, FRAMES));
        assertArrayEquals(
            Arrays.copyOf(whole, cut * CLASSES), Arrays.copyOf(changed, cut * CLASSES), 1e-6f);
        // The frame itself does count, or the test could not fail.
        float[] here = Arrays.copyOfRange(whole, cut * CLASSES, (cut + 1) * CLASSES);
        float[] there = Arrays.copyOfRange(changed, cut * CLASSES, (cut + 1) * CLASSES);
        assertFalse(Arrays.equals(here, there), "frame " + cut);
        // Nor does the video's length.
        float[] shorter = head.logits(video(features, cut));
        assertArrayEquals(Arrays.copyOf(whole, cut * CLASSES), shorter, 1e-6f);
      }
    }
  }

  private static float[] features(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[FRAMES * INPUTS];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static Video video(float[] values, int frames) {
    int[] phases = new int[frames];
    for (int i = 0; i < frames; i++) {
      phases[i] = i * CLASSES / FRAMES;
    }
    List<FrameTable.Row> none = List.of();
    return new Video(
        "v", new Matrix(frames, INPUTS, Arrays.copyOf(values, frames * INPUTS)), phases, none);
  }
}
