package org.endossl.tfrecords;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The rules for what stands beside a frame's image. */
final class FrameLabels {

  private static final Pattern VIDEO_ID = Pattern.compile("[A-Za-z0-9_-]{1,128}");

  /** All there can be, so that a million frames share them. */
  private static final List<List<Integer>> FLAGS =
      IntStream.range(0, 1 << Instruments.COUNT).mapToObj(FrameLabels::newFlags).toList();

  private FrameLabels() {}

  /** The first broken rule (got, wanted), or null. */
  static @Nullable String problem(
      String videoId, long frameId, long totalFrames, List<Integer> instruments, long phase) {
    if (!isVideoId(videoId)) {
      return "video_id is " + Quoted.of(videoId) + ", wanted letters, digits, _ and - only";
    }
    if (totalFrames < 0) {
      return "total_frames is " + totalFrames + ", wanted 0 (not known) or more";
    }
    if (frameId < 0 || (totalFrames > 0 && frameId > totalFrames)) {
      return "frame_id is "
          + frameId
          + ", wanted 0 to total_frames"
          + (totalFrames > 0 ? " (" + totalFrames + ")" : "");
    }
    if (instruments.size() != Instruments.COUNT) {
      return "instruments has " + instruments.size() + " values, wanted " + Instruments.COUNT;
    }
    for (int i = 0; i < Instruments.COUNT; i++) {
      int value = instruments.get(i);
      if (value != 0 && value != 1) {
        return "instruments[" + i + "] is " + value + ", wanted 0 or 1";
      }
    }
    return phase < 0 || phase >= PhaseOrder.PHASES
        ? "phase is " + phase + ", wanted 0 to " + (PhaseOrder.PHASES - 1)
        : null;
  }

  static boolean isVideoId(String text) {
    return VIDEO_ID.matcher(text).matches();
  }

  /** Seven flags as the lowest bits of a number. */
  static int bits(List<Integer> instruments) {
    int bits = 0;
    for (int i = 0; i < Instruments.COUNT; i++) {
      bits |= instruments.get(i) << i;
    }
    return bits;
  }

  /** The flags of {@link #bits}; equal ones are one list. */
  static List<Integer> flags(int bits) {
    return FLAGS.get(bits & FLAGS.size() - 1);
  }

  private static List<Integer> newFlags(int bits) {
    return IntStream.range(0, Instruments.COUNT).mapToObj(i -> bits >> i & 1).toList();
  }
}
