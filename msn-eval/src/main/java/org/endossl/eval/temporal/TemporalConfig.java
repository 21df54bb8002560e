package org.endossl.eval.temporal;

import org.endossl.eval.probe.ProbeConfig;
import org.endossl.train.config.Require;

/**
 * A temporal head on frozen features, as in {@code configs/probe/tecno.yaml}.
 *
 * @param task {@code temporal}
 * @param source where the protocol comes from, in words
 * @param data the frames
 * @param head the network
 * @param training of the head
 */
public record TemporalConfig(
    String task, String source, ProbeConfig.DataConfig data, HeadConfig head, Training training) {
  /** The value of {@code task}. */
  public static final String TASK = "temporal";

  public TemporalConfig {
    if (!task.equals(TASK)) {
      throw new IllegalArgumentException("task: got " + task + ", wanted " + TASK);
    }
  }

  /** The kinds of heads. */
  public enum Kind {
    /** TeCNO's multi-stage temporal convolution. */
    TCN,
    /** One layer of LSTM. */
    LSTM
  }

  /**
   * The network.
   *
   * @param kind which
   * @param stages of the TCN; 1 for the LSTM
   * @param layers of a stage, dilated by 1, 2, 4 and so on; 1 for the LSTM
   * @param width channels of a TCN's stage, or values of the LSTM's state
   * @param dropout share of values dropped while training
   * @param chunk frames that an LSTM's gradient goes back over; the TCN sees whole videos
   */
  public record HeadConfig(
      Kind kind, int stages, int layers, int width, double dropout, int chunk) {
    public HeadConfig {
      Require.within("stages", stages, 1, 16);
      Require.within("layers", layers, 1, 20);
      Require.within("width", width, 1, 4096);
      Require.within("dropout", dropout, 0, 0.95);
      Require.within("chunk", chunk, 1, 512);
      if (kind == Kind.LSTM && (stages != 1 || layers != 1)) {
        throw new IllegalArgumentException("head: an lstm has 1 stage of 1 layer");
      }
    }
  }

  /**
   * Training of the head, by Adam.
   *
   * @param learningRate constant
   * @param epochs over the training videos
   * @param classWeights whether phases are weighed by the inverse of their share of the training
   *     frames (median over share), as TeCNO's data set does
   * @param seed of weights, dropout and the videos' order
   */
  public record Training(double learningRate, int epochs, boolean classWeights, long seed) {
    public Training {
      Require.within("learning_rate", learningRate, 0, 1e3);
      Require.atLeast("epochs", epochs, 1);
    }
  }
}
