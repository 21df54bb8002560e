package org.endossl.tfrecords;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One frame of Cholec80 as TF-Cholec80 stores it.
 *
 * @param image an encoded PNG or JPEG; not copied, so not to be changed
 * @param videoId letters, digits, {@code _} and {@code -}, as {@code video07}
 * @param frameId from 0; at most {@code totalFrames}, see there
 * @param totalFrames frames of the whole video, or 0 when not known. TF-Cholec80's own reader takes
 *     a frame whose id equals this for the video's last, so ids from 1 are allowed too.
 * @param instruments 0 or 1 for each of {@link Instruments#NAMES}
 * @param phase 0 to 6, in the order that goes with the file
 */
@SuppressWarnings("ArrayRecordComponent") // a copy of each image would cost more than it guards
public record FrameRecord(
    byte[] image,
    String videoId,
    long frameId,
    long totalFrames,
    List<Integer> instruments,
    int phase) {

  public FrameRecord {
    instruments = List.copyOf(instruments);
    String problem = FrameLabels.problem(videoId, frameId, totalFrames, instruments, phase);
    if (problem == null) {
      problem = imageProblem(image);
    }
    if (problem != null) {
      throw new IllegalArgumentException("frame record: " + problem);
    }
  }

  /** Whether a text may be a video's name: letters, digits, {@code _} and {@code -}. */
  public static boolean isVideoId(String text) {
    return FrameLabels.isVideoId(text);
  }

  private static @Nullable String imageProblem(byte[] image) {
    String problem = ImageCheck.problem(image, 0, image.length);
    return problem == null ? null : "frame is " + problem;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof FrameRecord that
        && Arrays.equals(image, that.image)
        && videoId.equals(that.videoId)
        && frameId == that.frameId
        && totalFrames == that.totalFrames
        && instruments.equals(that.instruments)
        && phase == that.phase;
  }

  @Override
  public int hashCode() {
    return Objects.hash(Arrays.hashCode(image), videoId, frameId, totalFrames, instruments, phase);
  }

  @Override
  public String toString() {
    return videoId
        + "/"
        + frameId
        + " of "
        + totalFrames
        + ", phase "
        + phase
        + ", instruments "
        + instruments
        + ", "
        + image.length
        + " bytes";
  }
}
