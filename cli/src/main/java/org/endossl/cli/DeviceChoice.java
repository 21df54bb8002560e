package org.endossl.cli;

import java.util.Locale;
import org.endossl.train.SessionOptions;

/** The options {@code --device} and {@code --xla}. */
final class DeviceChoice {
  static final String XLA = "on or off: whether XLA compiles what it can of the step";
  static final String DEVICE = "cpu or gpu; the default is what the build is for";

  private DeviceChoice() {}

  /**
   * What they mean.
   *
   * @param device cpu, gpu, or nothing for what the build is for
   * @throws EnvironmentException if a GPU is asked for and cannot be had
   */
  static SessionOptions options(String device, String xla, int threads) {
    return new SessionOptions(
        threads, 0, Choice.of(Xla.class, "--xla", xla) == Xla.ON, device(device));
  }

  private enum Xla {
    ON,
    OFF
  }

  private static SessionOptions.Device device(String name) {
    if (name.isEmpty()) {
      name = GpuCheck.gpuBuild() ? "gpu" : "cpu";
    }
    SessionOptions.Device device = Choice.of(SessionOptions.Device.class, "--device", name);
    if (device == SessionOptions.Device.GPU) {
      if (!GpuCheck.gpuBuild()) {
        throw new EnvironmentException(
            "--device gpu: this is the CPU build; run ENDOSSL_PROFILE=gpu-redist ./endossl ..."
                + " (brings CUDA 12 and cuDNN 9), or ENDOSSL_PROFILE=gpu with CUDA of the machine");
      }
      if (TensorFlowDevices.list().stream()
          .noneMatch(d -> d.toUpperCase(Locale.ROOT).startsWith("GPU"))) {
        throw new EnvironmentException(
            "--device gpu: TensorFlow registered no GPU although driver and libraries are there; run"
                + " endossl doctor --verbose for its own words, or --device cpu");
      }
    }
    return device;
  }
}
