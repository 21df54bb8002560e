package org.endossl.eval.metrics;

import java.util.function.ToDoubleFunction;

/**
 * A score as a function of which videos are taken, some of them several times: what intervals over
 * videos need.
 *
 * @param convention whose it is
 * @param name as the convention calls it
 * @param videos number of videos
 * @param of from the videos' numbers to the score in percent
 * @param perVideo its value on each video, where it is their mean; else empty
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Score(
    String convention, String name, int videos, ToDoubleFunction<int[]> of, double[] perVideo) {

  /** A mean of the videos' values. */
  static Score mean(String convention, String name, double[] perVideo) {
    return new Score(
        convention,
        name,
        perVideo.length,
        sample -> {
          double sum = 0;
          for (int video : sample) {
            sum += perVideo[video];
          }
          return sum / sample.length;
        },
        perVideo);
  }

  /** A score of all the videos' frames or segments taken together. */
  static Score pooled(String convention, String name, int videos, ToDoubleFunction<int[]> of) {
    return new Score(convention, name, videos, of, new double[0]);
  }

  /** {@code endossl.video_f1}. */
  public String key() {
    return convention + "." + name;
  }

  /** On every video once. */
  public double value() {
    int[] all = new int[videos];
    for (int i = 0; i < videos; i++) {
      all[i] = i;
    }
    return of.applyAsDouble(all);
  }
}
