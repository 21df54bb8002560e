package org.endossl.eval.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.endossl.eval.features.FrameTable;
import org.endossl.eval.inspect.Footage;
import org.endossl.eval.inspect.Prototypes;
import org.endossl.tfrecords.PhaseOrder;
import org.jspecify.annotations.Nullable;

/** How many frames each prototype draws, and the nearest frames of those that draw most. */
final class PrototypeSection {
  private static final int SHOWN = 12;
  private static final int NEAREST = 6;

  private PrototypeSection() {}

  static void add(Html html, Insight insight) {
    html.heading("Prototypes");
    Insight.Drawn drawn = insight.drawn();
    if (drawn == null) {
      HtmlReport.missing(html, insight.noPrototypes());
      return;
    }
    Prototypes prototypes = drawn.prototypes();
    int[] draws = prototypes.draws();
    List<Integer> byDraws =
        IntStream.range(0, draws.length)
            .boxed()
            .sorted(Comparator.comparingInt(k -> -draws[k]))
            .toList();
    int used = (int) IntStream.of(draws).filter(n -> n > 0).count();
    html.element(
        "p",
        String.format(
            Locale.ROOT,
            "A prototype draws the frames whose projection has its largest cosine with it. Of %d"
                + " prototypes %d draw at least one of these %d frames; %.1f that draw evenly"
                + " would be spread as much.",
            draws.length,
            used,
            drawn.frames().size(),
            prototypes.effective()));
    Charts.add(html, List.of(curve(draws, byDraws, drawn.frames().size())));
    html.element(
        "h3", "The " + Math.min(SHOWN, used) + " that draw most, each with frames nearest to it");
    int videos = drawn.frames().videos().size();
    int each = (NEAREST + videos - 1) / videos;
    html.element(
        "p",
        (each == 1 ? "The nearest frame" : "The " + each + " nearest frames")
            + " of a video, the nearest videos first; under each its phase, video, number and"
            + " cosine.");
    html.open("ol", "class", "prototypes");
    for (int k : byDraws.subList(0, Math.min(SHOWN, used))) {
      prototype(html, drawn, k, draws[k], insight.album());
    }
    html.close();
  }

  private static ReportData.Curve curve(int[] draws, List<Integer> byDraws, int frames) {
    List<Double> ranks = new ArrayList<>();
    List<Double> counts = new ArrayList<>();
    List<Double> even = new ArrayList<>();
    for (int r = 0; r < byDraws.size(); r++) {
      ranks.add(r + 1.0);
      counts.add((double) draws[byDraws.get(r)]);
      even.add((double) frames / draws.length);
    }
    return new ReportData.Curve(
        "Frames that each prototype draws",
        "frames",
        false,
        List.of(
            new ReportData.Series("frames drawn", ranks, counts),
            new ReportData.Series("evenly", ranks, even)),
        "prototype, by frames drawn");
  }

  private static void prototype(
      Html html, Insight.Drawn drawn, int k, int draws, @Nullable Album album) {
    html.open("li").open("p").element("b", "Prototype " + (k + 1));
    html.text(
        String.format(
            Locale.ROOT,
            ": %d frames (%.0f %%), %s",
            draws,
            100.0 * draws / drawn.frames().size(),
            mostly(drawn, k, draws)));
    html.close().open("div", "class", "strip-of-frames");
    for (int i : nearest(drawn, k)) {
      FrameTable.Row row = drawn.frames().rows().get(i);
      int place = Phases.place(row.phase(), PhaseOrder.ENDOSSL);
      html.open("figure");
      if (album != null) {
        album.thumb(html, new Footage.Key(row.video(), row.frame()), "");
      }
      html.open("figcaption");
      html.element("span", String.valueOf(place + 1), "class", "chip p" + place);
      html.text(" " + row.video()).empty("br");
      html.text(
          String.format(Locale.ROOT, "%d, %.2f", row.frame(), drawn.prototypes().cosine(i, k)));
      html.close().close();
    }
    html.close().close();
  }

  /** Neighbours in time look alike: no video has more of them than it must. */
  private static List<Integer> nearest(Insight.Drawn drawn, int k) {
    int videos = drawn.frames().videos().size();
    int each = (NEAREST + videos - 1) / videos;
    Map<String, Integer> taken = new HashMap<>();
    List<Integer> nearest = new ArrayList<>();
    for (int i : drawn.prototypes().nearest(k)) {
      String video = drawn.frames().rows().get(i).video();
      if (nearest.size() < NEAREST && taken.merge(video, 1, Integer::sum) <= each) {
        nearest.add(i);
      }
    }
    return nearest;
  }

  /** The phase that most of a prototype's frames show. */
  private static String mostly(Insight.Drawn drawn, int k, int draws) {
    int[] counts = new int[Phases.names().size()];
    int[] by = drawn.prototypes().drawnBy();
    for (int i = 0; i < by.length; i++) {
      if (by[i] == k) {
        counts[Phases.place(drawn.frames().rows().get(i).phase(), PhaseOrder.ENDOSSL)]++;
      }
    }
    int most = 0;
    for (int place = 1; place < counts.length; place++) {
      most = counts[place] > counts[most] ? place : most;
    }
    return String.format(
        Locale.ROOT, "%.0f %% of them of %s", 100.0 * counts[most] / draws, Phases.label(most));
  }
}
