package org.endossl.eval.probe;

import java.util.List;
import org.endossl.data.Split;
import org.endossl.eval.Token;
import org.endossl.train.config.Require;
import org.jspecify.annotations.Nullable;

/**
 * A linear probe, as in {@code configs/probe/*.yaml}.
 *
 * @param source where the protocol comes from, in words
 * @param data the frames
 * @param layer what it is given and how it starts
 * @param training of the layer
 * @param sweep rates to choose from
 */
public record ProbeConfig(
    String source, DataConfig data, LayerConfig layer, TrainingConfig training, SweepConfig sweep) {
  /** The same protocol with another seed. */
  public ProbeConfig withSeed(long seed) {
    return new ProbeConfig(source, data, layer, training.withSeed(seed), sweep);
  }

  /**
   * The frames and how they are read.
   *
   * @param records TFRecord files, globs or directories
   * @param split video ids per part
   * @param batch frames that the encoder sees at once
   * @param workers threads that decode; 0 lets TensorFlow choose
   * @param token where a Vision Transformer's class token is taken; absent: after the last norm
   */
  public record DataConfig(
      List<String> records, SplitConfig split, int batch, int workers, @Nullable Token token) {
    public DataConfig {
      records = List.copyOf(records);
      Require.atLeast("batch", batch, 1);
      Require.atLeast("workers", workers, 0);
    }
  }

  /**
   * Video ids as text: {@code 1-40} is video01 to video40, {@code 3, video07} names two.
   *
   * @param train to learn from
   * @param validation to choose the epoch by; may be empty, then it is the last
   * @param test to report on
   */
  public record SplitConfig(String train, String validation, String test) {
    public SplitConfig {
      Split.of(train, validation, test);
    }

    /** The video ids. */
    public Split videos() {
      return Split.of(train, validation, test);
    }
  }
}
