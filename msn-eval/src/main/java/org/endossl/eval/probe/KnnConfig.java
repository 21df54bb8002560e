package org.endossl.eval.probe;

import org.endossl.train.config.Require;

/**
 * A nearest-neighbour probe, as in {@code configs/probe/knn.yaml}.
 *
 * @param source where the protocol comes from, in words
 * @param data the frames; validation and test videos are scored by the training videos' frames
 * @param k neighbours that vote
 * @param temperature of their votes, exp(cosine / temperature)
 */
public record KnnConfig(String source, ProbeConfig.DataConfig data, int k, double temperature) {
  public KnnConfig {
    Require.atLeast("k", k, 1);
    Require.within("temperature", temperature, 1e-3, 1e3);
  }
}
