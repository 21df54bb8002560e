package org.endossl.tfrecords.convert;

import java.nio.file.Path;
import java.util.List;

/**
 * What was converted.
 *
 * @param videos one by one, in the order of their names
 * @param decoder what decoded the videos; empty for extracted frames
 */
public record ConvertReport(List<Video> videos, String decoder) {

  /**
   * One video.
   *
   * @param name its name
   * @param files the record files, complete
   * @param frames how many were written; 0 when the video was passed over
   * @param unannotated frames at the end that were left out because no annotation goes with them
   * @param unseen annotated frames at the end that the input does not have
   * @param dropped frames that a filter left out
   * @param passedOver whether it was complete already
   * @param warnings what the decoder complained of
   */
  public record Video(
      String name,
      List<Path> files,
      long frames,
      long unannotated,
      long unseen,
      long dropped,
      boolean passedOver,
      List<String> warnings) {}

  public ConvertReport {
    videos = List.copyOf(videos);
  }

  /** Frames written in all. */
  public long frames() {
    return videos.stream().mapToLong(Video::frames).sum();
  }

  /** Frames left out in all. */
  public long unannotated() {
    return videos.stream().mapToLong(Video::unannotated).sum();
  }
}
