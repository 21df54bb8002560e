package org.endossl.train;

import java.util.List;
import org.endossl.data.Split;
import org.endossl.train.config.Require;
import org.jspecify.annotations.Nullable;

/**
 * Where the frames are and which of them serve.
 *
 * @param records TFRecord files, globs or directories
 * @param split video ids per part
 * @param part the part to train on: train, validation, test or all
 * @param shuffle encoded frames held to draw from, {@code >= 1}
 * @param workers threads that decode and augment; 0 lets TensorFlow choose
 * @param cache decoded frames kept in memory for the epochs to come, 1.2 MB for each of 854x480;
 *     missing for none. The batches are the same
 */
public record DataConfig(
    List<String> records,
    SplitConfig split,
    String part,
    int shuffle,
    int workers,
    @Nullable Integer cache) {
  public DataConfig {
    records = List.copyOf(records);
    if (!List.of("train", "validation", "test", "all").contains(part)) {
      throw new IllegalArgumentException(
          "part: got \"" + part + "\", wanted train, validation, test or all");
    }
    Require.atLeast("shuffle", shuffle, 1);
    Require.atLeast("workers", workers, 0);
    Require.atLeast("cache", cache == null ? 0 : cache, 0);
  }

  /** How many decoded frames are kept. */
  public int cached() {
    return cache == null ? 0 : cache;
  }

  /**
   * Video ids as text: {@code 1-40} is video01 to video40, {@code 3, video07} names two.
   *
   * @param train to learn from
   * @param validation to choose by
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
