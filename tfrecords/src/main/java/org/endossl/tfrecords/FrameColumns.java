package org.endossl.tfrecords;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The frames of one record file as columns of numbers, 30 bytes a frame: an index of a million
 * frames must fit beside whatever reads them. Columns grow by blocks, so nothing is copied.
 */
final class FrameColumns {

  private static final int BLOCK = 1 << 9; // frames; a set of many small files has many last blocks

  private final Path file;
  private final Compression compression;
  private final List<Block> blocks = new ArrayList<>();
  private final List<Video> videos = new ArrayList<>();
  private final Map<Video, Integer> numbers = new HashMap<>();
  private int size;

  /** What the frames of a video have in common. */
  record Video(String id, long totalFrames) {}

  /** Some frames, column by column. */
  private static final class Block {
    final int[] record = new int[BLOCK];
    final long[] offset = new long[BLOCK];
    final int[] length = new int[BLOCK];
    final int[] video = new int[BLOCK];
    final long[] frameId = new long[BLOCK];
    final byte[] phase = new byte[BLOCK];
    final byte[] instruments = new byte[BLOCK];
  }

  /** Without frames; they are of the file, all of it compressed in one way. */
  FrameColumns(Path file, Compression compression) {
    this.file = file;
    this.compression = compression;
  }

  /**
   * Adds a frame.
   *
   * @param instruments as {@link FrameLabels#bits}
   */
  void add(
      long record, long offset, int length, Video its, long frameId, int phase, int instruments) {
    if (size == blocks.size() * BLOCK) {
      blocks.add(new Block());
    }
    Block block = blocks.get(size / BLOCK);
    int at = size % BLOCK;
    block.record[at] = Math.toIntExact(record);
    block.offset[at] = offset;
    block.length[at] = length;
    block.video[at] = number(its);
    block.frameId[at] = frameId;
    block.phase[at] = (byte) phase;
    block.instruments[at] = (byte) instruments;
    size++;
  }

  private int number(Video video) {
    Integer number = numbers.get(video);
    if (number == null) {
      number = videos.size();
      videos.add(video);
      numbers.put(video, number);
    }
    return number;
  }

  int size() {
    return size;
  }

  Compression compression() {
    return compression;
  }

  /** The videos, numbered as they came. */
  List<Video> videos() {
    return videos;
  }

  /** The number of a frame's video. */
  int video(int row) {
    return blocks.get(row / BLOCK).video[row % BLOCK];
  }

  long frameId(int row) {
    return blocks.get(row / BLOCK).frameId[row % BLOCK];
  }

  /** The frame that was added as the row-th, from 0. */
  FrameIndex.Entry entry(int row) {
    Block block = blocks.get(row / BLOCK);
    int at = row % BLOCK;
    Video video = videos.get(block.video[at]);
    return new FrameIndex.Entry(
        file,
        compression,
        block.record[at],
        block.offset[at],
        block.length[at],
        video.id(),
        block.frameId[at],
        video.totalFrames(),
        block.phase[at],
        FrameLabels.flags(block.instruments[at]));
  }
}
