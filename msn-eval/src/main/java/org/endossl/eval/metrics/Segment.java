package org.endossl.eval.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * A run of frames of one class.
 *
 * @param phase the class
 * @param start its first frame, counted from 0
 * @param end the frame after its last
 */
public record Segment(int phase, int start, int end) {
  /** The runs of a video's true classes. */
  public static List<Segment> truth(Track track) {
    return of(track.size(), track::label);
  }

  /** The runs of a video's predicted classes. */
  public static List<Segment> predicted(Track track) {
    return of(track.size(), track::prediction);
  }

  private static List<Segment> of(int size, IntUnaryOperator phases) {
    List<Segment> segments = new ArrayList<>();
    int start = 0;
    for (int i = 1; i <= size; i++) {
      if (i == size || phases.applyAsInt(i) != phases.applyAsInt(start)) {
        segments.add(new Segment(phases.applyAsInt(start), start, i));
        start = i;
      }
    }
    return segments;
  }
}
