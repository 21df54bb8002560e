package org.endossl.train;

import org.endossl.train.config.Require;

/**
 * What a run shows beside {@code metrics.csv}.
 *
 * @param tensorboard whether event files for TensorBoard are written
 * @param viewsEveryEpochs epochs between pictures of the views with their masks; 0: never
 * @param attentionEveryEpochs epochs between pictures of the class token's attention; 0: never
 * @param collapseWindow steps over which the collapse guard takes its means; 0: no guard
 */
public record LogsConfig(
    boolean tensorboard, int viewsEveryEpochs, int attentionEveryEpochs, int collapseWindow) {
  public LogsConfig {
    Require.atLeast("views_every_epochs", viewsEveryEpochs, 0);
    Require.atLeast("attention_every_epochs", attentionEveryEpochs, 0);
    Require.atLeast("collapse_window", collapseWindow, 0);
  }
}
