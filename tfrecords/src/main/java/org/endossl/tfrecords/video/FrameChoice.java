package org.endossl.tfrecords.video;

import java.util.Locale;
import org.endossl.tfrecords.ImageSize;
import org.jspecify.annotations.Nullable;

/**
 * Which frames of a video are wanted, and in which size. Frame k is exactly the decoded frame whose
 * number is the annotation row of k; ffmpeg's own fps filter would choose one that lies half a
 * second off.
 *
 * @param step decoded frames per frame wanted, 25 for one a second
 * @param size of the frames, or null to keep theirs
 */
public record FrameChoice(double step, @Nullable ImageSize size) {

  public FrameChoice {
    if (!(step >= 1) || step == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException("step: got " + step + ", wanted at least 1");
    }
  }

  /** In FFmpeg's words: picks the frames, numbers them anew, scales them, gives red-green-blue. */
  String filters() {
    String rows = String.format(Locale.ROOT, "%.17g", step);
    String scale = size == null ? "" : "w=" + size.width() + ":h=" + size.height() + ":";
    return "select='eq(n\\,floor(ceil((n-0.5)/"
        + rows
        + ")*"
        + rows
        + "+0.5))',settb=1/25,setpts=N,scale="
        + scale
        + "flags="
        + (size == null ? "bicubic" : "bilinear")
        + "+accurate_rnd+full_chroma_int+bitexact,format=rgb24";
  }
}
