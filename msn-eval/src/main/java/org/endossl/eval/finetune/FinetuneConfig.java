package org.endossl.eval.finetune;

import org.endossl.eval.probe.Monitor;
import org.endossl.eval.probe.OptimizerConfig;
import org.endossl.eval.probe.ProbeConfig;
import org.endossl.eval.probe.TrainingConfig;

/**
 * A fine-tuning, as in {@code configs/probe/endossl-finetune*.yaml}.
 *
 * @param source where the protocol comes from, in words
 * @param task what is learned
 * @param augmentation of the training frames
 * @param data the frames; its batch is that of scoring
 * @param training of encoder and layer; AdamW only, without class weights and standardisation
 */
public record FinetuneConfig(
    String source,
    Task task,
    Augmentation augmentation,
    ProbeConfig.DataConfig data,
    TrainingConfig training) {
  /** What the linear layer tells. */
  public enum Task {
    /** One of the seven phases. */
    PHASES,
    /** Which of the seven tools are there. */
    TOOLS
  }

  /** What is done to training frames. */
  public enum Augmentation {
    /** endossl's RandAugment: three operations of magnitude 7. */
    RANDAUG,
    /** Nothing but resizing. */
    NONE
  }

  public FinetuneConfig {
    if (training.optimizer().name() != OptimizerConfig.Name.ADAMW) {
      throw new IllegalArgumentException(
          "training.optimizer.name: got " + training.optimizer().name() + ", wanted adamw");
    }
    if (training.classWeights() || training.standardize()) {
      throw new IllegalArgumentException(
          "training.class_weights and standardize: wanted false; a fine-tuning has neither");
    }
    if (task == Task.TOOLS
        && (training.best() != Monitor.VAL_LOSS
            || training.reduceLr().monitor() != Monitor.VAL_LOSS
            || training.earlyStopping().monitor() != Monitor.VAL_LOSS)) {
      throw new IllegalArgumentException(
          "training: tools have no phases to score, wanted val_loss as every monitor and as best");
    }
  }
}
