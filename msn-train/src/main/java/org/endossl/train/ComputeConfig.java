package org.endossl.train;

import java.util.Objects;
import org.endossl.model.Compute;
import org.endossl.train.config.Require;
import org.jspecify.annotations.Nullable;

/**
 * How a step is computed; of all of a configuration the part that is the machine's.
 *
 * @param precision of the encoders' activations and matrix products
 * @param kernels native ops or TensorFlow's own
 * @param devices that a batch is cut among; may be absent: 1. Checkpoints do not depend on it
 */
public record ComputeConfig(
    Compute.Precision precision, Compute.Kernels kernels, @Nullable Integer devices) {
  /** The fastest form in float32 that this process has, on one device. */
  static final ComputeConfig FLOAT32 =
      new ComputeConfig(Compute.Precision.FLOAT32, Compute.Kernels.AUTO, null);

  public ComputeConfig {
    devices = Objects.requireNonNullElse(devices, 1);
    Require.atLeast("devices", devices, 1);
  }

  /** What a network needs of it. */
  Compute network() {
    return new Compute(precision, kernels);
  }

  /** As {@link #devices}. */
  int count() {
    return Objects.requireNonNull(devices);
  }

  ComputeConfig on(int count) {
    return new ComputeConfig(precision, kernels, count);
  }
}
