package org.endossl.eval.temporal;

import java.util.List;
import java.util.random.RandomGenerator;

/** A temporal head in a graph of its own, with its weights. */
interface Head extends AutoCloseable {
  /** One pass over the videos; the mean loss of its steps. */
  double epoch(List<Video> videos, RandomGenerator random, double learningRate);

  /** Logits of every frame, [frames * classes]; each from this frame and those before it. */
  float[] logits(Video video);

  /** The weights' present values. */
  List<float[]> weights();

  /** Sets what {@link #weights} gave. */
  void restore(List<float[]> values);

  @Override
  void close();

  /** A head whose weights are drawn by a seed. */
  static Head create(
      TemporalConfig.HeadConfig config, int inputs, double[] classWeights, long seed) {
    return switch (config.kind()) {
      case TCN -> new TcnHead(config, inputs, classWeights, seed);
      case LSTM -> new LstmHead(config, inputs, classWeights, seed);
    };
  }
}
