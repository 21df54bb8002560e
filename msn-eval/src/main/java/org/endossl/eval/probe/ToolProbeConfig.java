package org.endossl.eval.probe;

/**
 * A linear probe of which instruments are there, as in {@code configs/probe/tools.yaml}.
 *
 * @param task {@code tools}
 * @param source where the protocol comes from, in words
 * @param data the frames
 * @param layer what it is given and how it starts
 * @param training of the layer; its scores are {@code val_loss}, the only one there is for labels
 *     that are sets
 */
public record ToolProbeConfig(
    String task,
    String source,
    ProbeConfig.DataConfig data,
    LayerConfig layer,
    TrainingConfig training) {
  /** The value of {@code task}. */
  public static final String TASK = "tools";

  public ToolProbeConfig {
    if (!task.equals(TASK)) {
      throw new IllegalArgumentException("task: got " + task + ", wanted " + TASK);
    } else if (training.best() != Monitor.VAL_LOSS
        || training.reduceLr().monitor() != Monitor.VAL_LOSS
        || training.earlyStopping().monitor() != Monitor.VAL_LOSS) {
      throw new IllegalArgumentException(
          "training: best, reduce_lr.monitor and early_stopping.monitor: wanted val_loss");
    } else if (training.classWeights()) {
      throw new IllegalArgumentException("training.class_weights: wanted false, they are phases'");
    }
  }
}
