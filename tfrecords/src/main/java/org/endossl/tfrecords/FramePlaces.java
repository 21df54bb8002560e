package org.endossl.tfrecords;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the frames of one video are, by their numbers: a hash table over columns of numbers, 28 to
 * 56 bytes a frame, where a map of places takes six times as much.
 */
final class FramePlaces {

  private static final int LEAST = 64;

  private final List<Path> files = new ArrayList<>();
  private long[] frameIds = new long[LEAST];
  private long[] offsets = new long[LEAST];
  private int[] records = new int[LEAST];
  private int[] fileNumbers = new int[LEAST];
  private int[] rows = new int[2 * LEAST]; // of the frame whose hash this is, from 1; 0 is free
  private int size;

  /** Where the frame was seen before, or null; then it is remembered. */
  @Nullable Place putIfAbsent(long frameId, Place place) {
    int slot = slot(frameId);
    if (rows[slot] > 0) {
      return at(rows[slot] - 1);
    }
    if (size == frameIds.length) {
      grow();
      slot = slot(frameId);
    }
    frameIds[size] = frameId;
    offsets[size] = place.offset();
    records[size] = Math.toIntExact(place.record());
    fileNumbers[size] = number(place.file());
    size++;
    rows[slot] = size;
    return null;
  }

  private Place at(int row) {
    return new Place(files.get(fileNumbers[row]), offsets[row], records[row]);
  }

  /** Files come one after the other. */
  private int number(Path file) {
    if (files.isEmpty() || !files.get(files.size() - 1).equals(file)) {
      files.add(file);
    }
    return files.size() - 1;
  }

  /** Where the frame's row stands, or the free place for it. */
  private int slot(long frameId) {
    int slot = (int) ((frameId * 0x9e3779b97f4a7c15L) >>> 33) % rows.length;
    while (rows[slot] > 0 && frameIds[rows[slot] - 1] != frameId) {
      slot = (slot + 1) % rows.length;
    }
    return slot;
  }

  private void grow() {
    int more = Math.multiplyExact(2, size);
    frameIds = Arrays.copyOf(frameIds, more);
    offsets = Arrays.copyOf(offsets, more);
    records = Arrays.copyOf(records, more);
    fileNumbers = Arrays.copyOf(fileNumbers, more);
    rows = new int[2 * more];
    for (int row = 0; row < size; row++) {
      rows[slot(frameIds[row])] = row + 1;
    }
  }

  int size() {
    return size;
  }
}
