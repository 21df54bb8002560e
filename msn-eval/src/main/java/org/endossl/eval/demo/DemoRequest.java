package org.endossl.eval.demo;

import java.nio.file.Path;
import org.endossl.data.synthetic.SyntheticConfig;

/**
 * A demo.
 *
 * @param out a folder that is empty or not there
 * @param seed of data, weights, views and probe
 * @param data what is generated
 * @param trainingSeconds pre-training ends after them if it is not done, on a slow machine
 */
public record DemoRequest(Path out, long seed, SyntheticConfig data, int trainingSeconds) {
  /** Seconds that leave a demo its ten minutes. */
  public static final int TRAINING_SECONDS = 450;

  /** The demo as it was measured. */
  public static DemoRequest of(Path out, long seed) {
    return new DemoRequest(
        out, seed, new SyntheticConfig(seed, 40, 60, 128, 72, 0), TRAINING_SECONDS);
  }
}
