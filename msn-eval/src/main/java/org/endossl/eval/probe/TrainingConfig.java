package org.endossl.eval.probe;

import org.endossl.train.config.Require;
import org.jspecify.annotations.Nullable;

/**
 * How a linear layer is trained; endossl's {@code down_stream/config.py} and its callbacks.
 *
 * @param optimizer its name and rates
 * @param epochs at most this many
 * @param batchSize frames per step
 * @param classWeights whether endossl's weights of the phases weigh the loss
 * @param standardize whether features are shifted and scaled to mean 0 and deviation 1 on the
 *     training frames; endossl does not
 * @param reduceLr when to reduce the learning rate
 * @param earlyStopping when to stop
 * @param best the score that chooses the epoch whose layer is kept
 * @param seed of the first weights and of the order of frames
 * @param stepSchedule when the rate falls at given epochs; absent: never
 */
public record TrainingConfig(
    OptimizerConfig optimizer,
    int epochs,
    int batchSize,
    boolean classWeights,
    boolean standardize,
    PlateauConfig reduceLr,
    StoppingConfig earlyStopping,
    Monitor best,
    long seed,
    @Nullable StepSchedule stepSchedule) {
  public TrainingConfig {
    Require.atLeast("epochs", epochs, 1);
    Require.atLeast("batch_size", batchSize, 1);
  }

  TrainingConfig withSeed(long other) {
    return new TrainingConfig(
        optimizer,
        epochs,
        batchSize,
        classWeights,
        standardize,
        reduceLr,
        earlyStopping,
        best,
        other,
        stepSchedule);
  }
}
