package org.endossl.eval.metrics;

/**
 * One video's frames in order, a byte each: what segments and boundaries are computed from. At most
 * {@link #MOST_CLASSES} classes.
 */
public final class Track {
  /** Classes that fit beside each other in a byte. */
  public static final int MOST_CLASSES = 16;

  private static final int HALF = 4;
  private static final int MASK = MOST_CLASSES - 1;

  private final String name;
  private final byte[] pairs;
  private final FrameSteps steps;

  Track(String name, byte[] pairs, FrameSteps steps) {
    this.name = name;
    this.pairs = pairs;
    this.steps = steps;
  }

  /** The frames of a video in memory. */
  static Track of(Predictions.Video video) {
    byte[] pairs = new byte[video.size()];
    for (int i = 0; i < pairs.length; i++) {
      pairs[i] = pack(video.labels()[i], video.predictions()[i]);
    }
    return new Track(video.name(), pairs, FrameSteps.of(video.frames()));
  }

  static byte pack(int label, int prediction) {
    return (byte) (label << HALF | prediction);
  }

  /** The video. */
  public String name() {
    return name;
  }

  /** How its frames are numbered. */
  public FrameSteps steps() {
    return steps;
  }

  /** Number of frames. */
  public int size() {
    return pairs.length;
  }

  /** The true class of the i-th frame. */
  public int label(int i) {
    return pairs[i] >>> HALF & MASK;
  }

  /** The predicted class of the i-th frame. */
  public int prediction(int i) {
    return pairs[i] & MASK;
  }

  /** Counts of (label, prediction). */
  public Confusion confusion(int classes) {
    long[] counts = new long[MOST_CLASSES * MOST_CLASSES];
    for (byte pair : pairs) {
      counts[pair & 0xFF]++;
    }
    Confusion confusion = new Confusion(classes);
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] > 0) {
        confusion.add(i >>> HALF, i & MASK, counts[i]);
      }
    }
    return confusion;
  }
}
