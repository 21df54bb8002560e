package org.endossl.eval.report;

import java.util.List;
import java.util.stream.Stream;
import org.endossl.eval.features.FrameTable;
import org.endossl.eval.inspect.Footage;
import org.endossl.eval.inspect.Neighbours;
import org.endossl.eval.inspect.Prototypes;
import org.jspecify.annotations.Nullable;

/**
 * What a report shows of frames and of what a network makes of them. What is not there comes with a
 * text that says what is missing and how to give it.
 *
 * @param network whose weights were looked into, in words; empty if none
 * @param album small pictures of frames; null if there are no frames
 * @param noFrames why not
 * @param looks frames of one video, with attention where there is some
 * @param noAttention why there is none
 * @param map frames in the plane; null if there is none
 * @param noMap why not
 * @param drawn prototypes; null if there are none
 * @param noPrototypes why not
 */
record Insight(
    String network,
    @Nullable Album album,
    String noFrames,
    List<Look> looks,
    String noAttention,
    @Nullable FrameMap map,
    String noMap,
    @Nullable Drawn drawn,
    String noPrototypes) {
  Insight {
    looks = List.copyOf(looks);
  }

  /** All that is missing, each once. */
  List<String> missing() {
    return Stream.of(noFrames, noAttention, noMap, noPrototypes)
        .filter(text -> !text.isEmpty())
        .distinct()
        .toList();
  }

  /** Nothing, for one reason. */
  static Insight none(String why) {
    return new Insight("", null, why, List.of(), why, null, why, null, why);
  }

  /**
   * A frame, large.
   *
   * @param key which
   * @param phase place of its phase
   * @param predicted place of the predicted phase; -1 if there is no prediction
   * @param jpeg the frame
   * @param mean attention of all heads; null without attention
   * @param heads attention of each
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Look(
      Footage.Key key,
      int phase,
      int predicted,
      byte[] jpeg,
      @Nullable Overlay mean,
      List<Overlay> heads) {
    Look {
      heads = List.copyOf(heads);
    }
  }

  /**
   * Attention on a frame.
   *
   * @param jpeg the frame, dimmed
   * @param half the fewest patches that hold half of it
   * @param patches all patches
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Overlay(byte[] jpeg, int half, int patches) {}

  /**
   * Frames placed by their features.
   *
   * @param frames which
   * @param xy [2 * frames]
   * @param neighbours in the features themselves
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record FrameMap(FrameTable frames, double[] xy, Neighbours neighbours) {}

  /**
   * Prototypes and frames.
   *
   * @param prototypes of the run
   * @param frames the rows of their cosines
   */
  record Drawn(Prototypes prototypes, FrameTable frames) {}
}
