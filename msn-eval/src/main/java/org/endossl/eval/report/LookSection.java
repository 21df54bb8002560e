package org.endossl.eval.report;

import java.util.Base64;
import java.util.Locale;

/** Frames of one video, one of each phase, with the class token's attention. */
final class LookSection {
  private LookSection() {}

  static void add(Html html, Insight insight) {
    if (insight.looks().isEmpty()) {
      html.heading("Frames and attention");
      HtmlReport.missing(html, insight.noFrames());
      return;
    }
    boolean attention = insight.noAttention().isEmpty();
    html.heading("Frames and attention");
    String video = insight.looks().get(0).key().video();
    if (!attention) {
      html.element("p", "A frame of each phase of " + video + ".");
      HtmlReport.missing(html, "Attention maps: " + insight.noAttention());
      html.open("div", "class", "samples");
      insight.looks().forEach(look -> frame(html, look));
      html.close();
      return;
    }
    html.element(
        "p",
        "A frame of each phase of "
            + video
            + ", and where the class token of the last block looks on it (weights: "
            + insight.network()
            + "). The brightest patch has the most attention, the others are as much darker as they"
            + " have less; the line is around the fewest patches that hold half of it, and their"
            + " number is below.");
    html.open("div", "class", "looks");
    insight.looks().forEach(look -> attention(html, look));
    html.close();
  }

  private static void attention(Html html, Insight.Look look) {
    Insight.Overlay mean = look.mean();
    html.open("article", "class", "look").element("h3", caption(look));
    html.open("div", "class", "pair");
    frame(html, look.jpeg(), "The frame", "frame");
    if (mean != null) {
      frame(html, mean.jpeg(), "mean of the heads: half on " + half(mean), "frame");
    }
    html.close().open("div", "class", "heads");
    for (int h = 0; h < look.heads().size(); h++) {
      Insight.Overlay head = look.heads().get(h);
      frame(html, head.jpeg(), "head " + (h + 1) + ": " + head.half(), "head");
    }
    html.close().close();
  }

  private static String half(Insight.Overlay overlay) {
    return String.format(Locale.ROOT, "%d of %d", overlay.half(), overlay.patches());
  }

  private static String caption(Insight.Look look) {
    String verdict =
        look.predicted() < 0
            ? ""
            : look.predicted() == look.phase()
                ? ": recognised"
                : ": taken for " + Phases.label(look.predicted());
    return Phases.label(look.phase()) + ", frame " + look.key().frame() + verdict;
  }

  private static void frame(Html html, Insight.Look look) {
    frame(html, look.jpeg(), caption(look), "frame");
  }

  private static void frame(Html html, byte[] jpeg, String caption, String kind) {
    String image = "data:image/jpeg;base64," + Base64.getEncoder().encodeToString(jpeg);
    html.open("figure", "class", kind).empty("img", "src", image, "alt", "");
    html.element("figcaption", caption).close();
  }
}
