package org.endossl.eval.probe;

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
    Check.atLeast("k", k, 1);
    Check.within("temperature", temperature, 1e-3, 1e3);
  }
}
