package org.endossl.train;

import java.util.Objects;
import org.endossl.train.config.Require;
import org.jspecify.annotations.Nullable;

/**
 * How long and how fast to train; names as in facebookresearch/msn's configs/pretrain.
 *
 * @param batchSize frames per step, {@code >= 2} (BatchNorm needs two rows)
 * @param epochs passes over the frames
 * @param warmupEpochs epochs of linear warm-up, may be a fraction
 * @param startLr learning rate at the first step
 * @param lr learning rate after the warm-up
 * @param finalLr learning rate that the cosine ends at
 * @param weightDecay decoupled decay at the start, not applied to biases and 1-D parameters
 * @param finalWeightDecay decay that the cosine ends at
 * @param clipGrad largest global norm of the encoder's gradients; 0 does not clip
 * @param startMomentum momentum of the target encoder at the first step, in [0, 1]
 * @param finalMomentum momentum it runs towards, in [0, 1]
 * @param accumulation parts that a batch is computed in, one after the other, so that it fits into
 *     memory; divides {@code batchSize} into parts of at least 2 frames. 1 computes it whole
 * @param recompute whether the activations within a block of the anchor's encoder are computed
 *     again for its gradient instead of being kept; may be absent: false
 */
public record OptimizationConfig(
    int batchSize,
    int epochs,
    double warmupEpochs,
    double startLr,
    double lr,
    double finalLr,
    double weightDecay,
    double finalWeightDecay,
    double clipGrad,
    double startMomentum,
    double finalMomentum,
    int accumulation,
    @Nullable Boolean recompute) {
  public OptimizationConfig {
    recompute = Objects.requireNonNullElse(recompute, false);
    Require.atLeast("batch_size", batchSize, 2);
    Require.atLeast("epochs", epochs, 1);
    Require.within("warmup_epochs", warmupEpochs, 0, epochs);
    Require.within("start_lr", startLr, 0, 1e3);
    Require.within("lr", lr, 0, 1e3);
    Require.within("final_lr", finalLr, 0, 1e3);
    Require.within("weight_decay", weightDecay, 0, 1e3);
    Require.within("final_weight_decay", finalWeightDecay, 0, 1e3);
    Require.within("clip_grad", clipGrad, 0, Double.MAX_VALUE);
    Require.within("start_momentum", startMomentum, 0, 1);
    Require.within("final_momentum", finalMomentum, 0, 1);
    Require.atLeast("accumulation", accumulation, 1);
    if (batchSize % accumulation != 0 || batchSize / accumulation < 2) {
      throw new IllegalArgumentException(
          "accumulation: got "
              + accumulation
              + ", wanted a divisor of batch_size, "
              + batchSize
              + ", that leaves parts of at least 2 frames");
    }
  }

  /** Whether activations are computed again. */
  public boolean recomputes() {
    return Boolean.TRUE.equals(recompute);
  }

  /** Frames computed at a time. */
  public int part() {
    return batchSize / accumulation;
  }
}
