package org.endossl.cli;

import org.endossl.train.Devices;
import org.endossl.train.SessionOptions;
import org.jspecify.annotations.Nullable;

/** The options {@code --device} and {@code --xla}. */
final class DeviceChoice {
  static final String XLA = "on or off: whether XLA compiles what it can of the step";
  static final String DEVICE = "cpu or gpu; the default is what the build is for";
  static final String DEVICES =
      "N: devices that a batch is cut among, such as the GPUs of a machine";

  private DeviceChoice() {}

  /**
   * What they mean.
   *
   * @param device cpu, gpu, or nothing for what the build is for
   * @param devices how many; null for what the configuration says
   * @throws EnvironmentException if a GPU is asked for and cannot be had
   */
  static SessionOptions options(String device, String xla, int threads, @Nullable Integer devices) {
    if (devices != null && devices < 1) {
      throw new UsageException("--devices: got " + devices + ", wanted at least 1");
    }
    return new SessionOptions(
            threads, 0, Choice.of(Xla.class, "--xla", xla) == Xla.ON, device(device))
        .with(devices == null ? 0 : devices);
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
      if (Devices.gpus().isEmpty()) {
        throw new EnvironmentException(
            "--device gpu: TensorFlow registered no GPU although driver and libraries are there; run"
                + " endossl doctor --verbose for its own words, or --device cpu");
      }
    }
    return device;
  }
}
