package org.endossl.train;

import java.util.Objects;
import org.endossl.data.ViewsConfig;
import org.endossl.model.HeadConfig;
import org.endossl.model.VitConfig;

/**
 * Everything that a pre-training run depends on, as in {@code configs/pretrain/*.yaml}.
 *
 * @param seed of weights, order, views and masks
 * @param data the frames
 * @param views the views drawn from a frame
 * @param masking the patches dropped
 * @param encoder the Vision Transformer
 * @param compute precision and kernels of the encoders, and devices; may be absent
 * @param head the projection head
 * @param criterion the loss
 * @param optimization the optimizer and its schedules
 * @param run checkpoints and the end
 * @param logs what is shown of a run
 */
public record PretrainConfig(
    long seed,
    DataConfig data,
    ViewsConfig views,
    MaskingConfig masking,
    VitConfig encoder,
    ComputeConfig compute,
    HeadConfig head,
    CriterionConfig criterion,
    OptimizationConfig optimization,
    RunConfig run,
    LogsConfig logs) {
  public PretrainConfig {
    compute = Objects.requireNonNullElse(compute, ComputeConfig.FLOAT32);
    if (views.randSize() != encoder.imageSize()) {
      throw new IllegalArgumentException(
          "views.rand_size: got "
              + views.randSize()
              + ", wanted encoder.image_size, "
              + encoder.imageSize());
    }
    if (views.focalViews() > 0 && views.focalSize() % encoder.patchSize() != 0) {
      throw new IllegalArgumentException(
          "views.focal_size: got "
              + views.focalSize()
              + ", wanted a multiple of encoder.patch_size, "
              + encoder.patchSize());
    }
    if (masking.kept(encoder.patches()) < 1) {
      throw new IllegalArgumentException(
          "masking.patch_drop: got " + masking.patchDrop() + ", which leaves no patch");
    }
    if (optimization.part() % compute.count() != 0) {
      throw new IllegalArgumentException(
          "compute.devices: got "
              + compute.count()
              + ", wanted a divisor of the frames that are computed at a time, "
              + optimization.part()
              + " (optimization.batch_size / optimization.accumulation)");
    }
  }

  /** The same on another number of devices; as it is for 0. */
  PretrainConfig on(int devices) {
    return devices == 0
        ? this
        : new PretrainConfig(
            seed,
            data,
            views,
            masking,
            encoder,
            compute.on(devices),
            head,
            criterion,
            optimization,
            run,
            logs);
  }

  /** Frames on a device at a time. */
  int framesPerDevice() {
    return optimization.part() / compute.count();
  }
}
