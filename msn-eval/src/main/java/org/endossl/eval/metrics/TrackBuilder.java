package org.endossl.eval.metrics;

import java.util.Arrays;

/**
 * Collects a video's frames in any order. While they come in order and evenly numbered it keeps a
 * byte each; numbers are kept only from the first one that is not.
 */
final class TrackBuilder {
  private byte[] pairs = new byte[1024];
  private int size;
  private long first;
  private long step;
  private long last;
  private long[] frames = new long[0];
  private boolean numbered;
  private boolean sorted = true;

  void add(long frame, int label, int prediction) {
    if (size == pairs.length) {
      pairs = Arrays.copyOf(pairs, Math.multiplyExact(size, 2));
    }
    if (numbered) {
      number(frame);
    } else if (size == 0) {
      first = frame;
    } else if (size == 1 && frame > first) {
      step = frame - first;
    } else if (frame - last != step || frame < last) {
      numberAll();
      number(frame);
    }
    last = frame;
    pairs[size++] = Track.pack(label, prediction);
  }

  private void numberAll() {
    frames = new long[pairs.length];
    for (int i = 0; i < size; i++) {
      frames[i] = first + i * step;
    }
    numbered = true;
  }

  private void number(long frame) {
    if (size >= frames.length) {
      frames = Arrays.copyOf(frames, pairs.length);
    }
    sorted &= frame > last;
    frames[size] = frame;
  }

  Track build(String name) {
    if (!numbered) {
      return new Track(
          name,
          Arrays.copyOf(pairs, size),
          new FrameSteps(first, last, size, size > 1 ? step : 0, -1, -1));
    }
    if (!sorted) {
      sort();
    }
    return new Track(name, Arrays.copyOf(pairs, size), FrameSteps.of(Arrays.copyOf(frames, size)));
  }

  private void sort() {
    Integer[] order = new Integer[size];
    Arrays.setAll(order, i -> i);
    long[] numbers = frames;
    Arrays.sort(order, (a, b) -> Long.compare(numbers[a], numbers[b]));
    byte[] sortedPairs = new byte[size];
    long[] sortedFrames = new long[size];
    for (int i = 0; i < size; i++) {
      sortedPairs[i] = pairs[order[i]];
      sortedFrames[i] = frames[order[i]];
    }
    pairs = sortedPairs;
    frames = sortedFrames;
    sorted = true;
  }
}
