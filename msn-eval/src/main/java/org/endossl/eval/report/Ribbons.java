package org.endossl.eval.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.endossl.eval.metrics.Predictions;
import org.endossl.tfrecords.PhaseOrder;

/**
 * Per video its true phases over the predicted ones. Pieces carry their frames and phases, so that
 * pointer, touch and arrow keys can read them and tests can count them.
 */
final class Ribbons {
  private static final int HEIGHT = 30;
  private static final int GAP = 8;

  private Ribbons() {}

  /** Frames from {@code from} to {@code to}, both in it, of one phase (by place). */
  record Piece(int first, int last, int phase) {
    int frames() {
      return last - first + 1;
    }
  }

  /** Runs of equal phases; positions count the video's frames from 0. */
  static List<Piece> pieces(int[] phases, PhaseOrder order) {
    List<Piece> pieces = new ArrayList<>();
    int first = 0;
    for (int i = 1; i <= phases.length; i++) {
      if (i == phases.length || phases[i] != phases[first]) {
        pieces.add(new Piece(first, i - 1, Phases.place(phases[first], order)));
        first = i;
      }
    }
    return pieces;
  }

  static void add(Html html, Predictions predictions) {
    key(html);
    for (Predictions.Video video : predictions.videos()) {
      add(html, video, predictions.order());
    }
  }

  /** The phases' numbers, colours and names. */
  static void key(Html html) {
    html.open("ul", "class", "key", "aria-label", "Phases");
    for (int place = 0; place < Phases.names().size(); place++) {
      html.open("li").element("span", String.valueOf(place + 1), "class", "chip p" + place);
      html.text(" " + Phases.words(place)).close();
    }
    html.close();
  }

  private static void add(Html html, Predictions.Video video, PhaseOrder order) {
    int right = 0;
    for (int i = 0; i < video.size(); i++) {
      right += video.labels()[i] == video.predictions()[i] ? 1 : 0;
    }
    String score =
        String.format(
            Locale.ROOT,
            "%d of %d frames right (%.0f %%)",
            right,
            video.size(),
            100.0 * right / video.size());
    html.open(
        "figure",
        "class",
        "ribbon",
        "data-video",
        video.name(),
        "data-frames",
        String.valueOf(video.size()),
        "data-right",
        String.valueOf(right));
    html.open("figcaption").element("b", video.name()).text(", " + score).close();
    html.open(
        "div",
        "class",
        "bars",
        "tabindex",
        "0",
        "role",
        "group",
        "aria-label",
        video.name() + ": " + score + ". Arrow keys go through the pieces.");
    bar(html, video, pieces(video.labels(), order), "true");
    errors(html, video);
    bar(html, video, pieces(video.predictions(), order), "predicted");
    html.close();
    html.element("p", "", "class", "reading", "aria-live", "polite");
    html.close();
  }

  private static void bar(Html html, Predictions.Video video, List<Piece> pieces, String kind) {
    int frames = video.size();
    html.open("div", "class", "bar").element("span", kind, "class", "kind");
    html.open("div", "class", "strip");
    svg(html, frames, HEIGHT);
    for (Piece piece : pieces) {
      String says =
          kind
              + ": "
              + Phases.label(piece.phase())
              + ", frames "
              + video.frames()[piece.first()]
              + " to "
              + video.frames()[piece.last()];
      html.open(
          "rect",
          "class",
          "p" + piece.phase(),
          "x",
          String.valueOf(piece.first()),
          "width",
          String.valueOf(piece.frames()),
          "height",
          String.valueOf(HEIGHT),
          "data-first",
          String.valueOf(video.frames()[piece.first()]),
          "data-last",
          String.valueOf(video.frames()[piece.last()]),
          "data-says",
          says);
      html.element("title", says).close();
    }
    html.close();
    labels(html, pieces, frames);
    html.close().close();
  }

  private static void svg(Html html, int frames, int height) {
    html.open(
        "svg",
        "viewBox",
        "0 0 " + frames + " " + height,
        "preserveAspectRatio",
        "none",
        "height",
        String.valueOf(height),
        "aria-hidden",
        "true");
  }

  /** The phases' numbers, where they fit. */
  private static void labels(Html html, List<Piece> pieces, int frames) {
    for (Piece piece : pieces) {
      double width = 100.0 * piece.frames() / frames;
      if (width >= 3.5) {
        double middle = 100.0 * (piece.first() + 0.5 * piece.frames()) / frames;
        html.element(
            "span",
            String.valueOf(piece.phase() + 1),
            "class",
            "number",
            "aria-hidden",
            "true",
            "style",
            String.format(Locale.ROOT, "left:%.2f%%", middle));
      }
    }
  }

  /** Marks between the bars where they differ. */
  private static void errors(Html html, Predictions.Video video) {
    html.open("div", "class", "bar").element("span", "", "class", "kind");
    html.open("div", "class", "strip");
    svg(html, video.size(), GAP);
    int first = -1;
    for (int i = 0; i <= video.size(); i++) {
      boolean wrong = i < video.size() && video.labels()[i] != video.predictions()[i];
      if (wrong && first < 0) {
        first = i;
      } else if (!wrong && first >= 0) {
        html.open(
                "rect",
                "class",
                "wrong",
                "x",
                String.valueOf(first),
                "width",
                String.valueOf(i - first),
                "height",
                String.valueOf(GAP))
            .close();
        first = -1;
      }
    }
    html.close().close().close();
  }
}
