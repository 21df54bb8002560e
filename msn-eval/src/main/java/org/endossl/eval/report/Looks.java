package org.endossl.eval.report;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.endossl.eval.inspect.Attention;
import org.endossl.eval.inspect.Footage;
import org.endossl.tfrecords.FrameIndex;
import org.jspecify.annotations.Nullable;

/**
 * A frame of each phase of a video, large enough to look at, with attention where there is some.
 */
final class Looks {
  private static final int WIDTH = 240;
  private static final int HEAD = 128;
  private static final float QUALITY = 0.8f;

  private final List<Chosen> chosen;

  /** The middle of the longest stretch of a phase. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Chosen(Footage.Key key, int phase, byte[] encoded, BufferedImage image) {}

  private Looks(List<Chosen> chosen) {
    this.chosen = chosen;
  }

  /** Reads the frames, in the order of the phases' places. */
  static Looks read(Footage footage, String video) throws IOException {
    List<FrameIndex.Entry> entries = footage.of(video);
    int[] phases = entries.stream().mapToInt(FrameIndex.Entry::phase).toArray();
    Ribbons.@Nullable Piece[] longest = new Ribbons.@Nullable Piece[Phases.names().size()];
    for (Ribbons.Piece piece : Ribbons.pieces(phases, footage.phaseOrder())) {
      Ribbons.Piece other = longest[piece.phase()];
      if (other == null || piece.frames() > other.frames()) {
        longest[piece.phase()] = piece;
      }
    }
    Map<Footage.Key, Integer> places = new LinkedHashMap<>();
    for (Ribbons.Piece piece : longest) {
      if (piece != null) {
        int middle = (piece.first() + piece.last()) / 2;
        places.put(Footage.key(entries.get(middle)), piece.phase());
      }
    }
    List<Chosen> chosen = new ArrayList<>();
    footage.read(
        places.keySet(),
        (key, encoded, image) ->
            chosen.add(new Chosen(key, places.getOrDefault(key, 0), encoded, image)));
    chosen.sort((a, b) -> Integer.compare(a.phase(), b.phase()));
    return new Looks(chosen);
  }

  /** The frames as they lie in their records. */
  List<byte[]> encoded() {
    return chosen.stream().map(Chosen::encoded).toList();
  }

  /**
   * The frames as pictures.
   *
   * @param attention on each, or empty
   * @param predicted places of predicted phases, where there are predictions
   */
  List<Insight.Look> pictures(List<Attention> attention, Map<Footage.Key, Integer> predicted)
      throws IOException {
    List<Insight.Look> looks = new ArrayList<>();
    for (int i = 0; i < chosen.size(); i++) {
      Chosen its = chosen.get(i);
      Attention maps = attention.isEmpty() ? null : attention.get(i);
      List<Insight.Overlay> heads = new ArrayList<>();
      for (double[] head : maps == null ? new double[0][] : maps.heads()) {
        heads.add(overlay(its.image(), HEAD, head, maps == null ? 1 : maps.across()));
      }
      looks.add(
          new Insight.Look(
              its.key(),
              its.phase(),
              predicted.getOrDefault(its.key(), -1),
              Pictures.jpeg(wide(its.image(), WIDTH), QUALITY),
              maps == null ? null : overlay(its.image(), WIDTH, maps.mean(), maps.across()),
              heads));
    }
    return looks;
  }

  private static BufferedImage wide(BufferedImage image, int width) {
    int height = Math.round((float) width * image.getHeight() / image.getWidth());
    return Pictures.scaled(image, width, Math.max(1, height));
  }

  private static Insight.Overlay overlay(BufferedImage image, int width, double[] map, int across)
      throws IOException {
    int half = 0;
    for (boolean inside : Attention.half(map)) {
      half += inside ? 1 : 0;
    }
    BufferedImage shown = Pictures.overlay(wide(image, width), map, across);
    return new Insight.Overlay(Pictures.jpeg(shown, QUALITY), half, map.length);
  }
}
