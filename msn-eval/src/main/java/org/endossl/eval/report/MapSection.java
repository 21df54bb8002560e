package org.endossl.eval.report;

import com.google.gson.Gson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.endossl.eval.features.FrameTable;
import org.endossl.eval.inspect.Footage;
import org.endossl.eval.inspect.Neighbours;
import org.endossl.eval.metrics.Predictions;
import org.endossl.tfrecords.PhaseOrder;
import org.jspecify.annotations.Nullable;

/** Frames in the plane by t-SNE of their features, drawn by XChart, read by the page's script. */
final class MapSection {
  private MapSection() {}

  static void add(Html html, Insight insight, @Nullable Predictions predictions) {
    html.heading("Map of the features");
    Insight.FrameMap map = insight.map();
    if (map == null) {
      HtmlReport.missing(html, insight.noMap());
      return;
    }
    html.element("p", lead(insight, map));
    MapChart.Drawn chart = MapChart.draw(map);
    if (chart.svg().isEmpty()) {
      HtmlReport.missing(html, "This Java runtime finds no fonts to draw the map with");
      return;
    }
    Ribbons.key(html);
    html.open("div", "class", "scroll map-scroll");
    html.open(
        "div",
        "class",
        "map",
        "tabindex",
        "0",
        "role",
        "group",
        "aria-label",
        "Map of " + map.frames().size() + " frames. Arrow keys go to the next frame that way.");
    html.raw(chart.svg());
    html.close().close();
    html.element("p", "", "class", "reading", "aria-live", "polite");
    html.open("script", "type", "application/json", "id", "map-data");
    html.raw(json(map, chart, predictions)).close();
  }

  private static String lead(Insight insight, Insight.FrameMap map) {
    Neighbours n = map.neighbours();
    return map.frames().size()
        + " frames of "
        + map.frames().videos().size()
        + (map.frames().videos().size() == 1 ? " video" : " videos")
        + ", placed by t-SNE of their features (weights: "
        + insight.network()
        + "); the number is the phase. Distances between groups mean nothing. "
        + (Double.isNaN(n.same())
            ? ""
            : String.format(
                Locale.ROOT,
                "In the features themselves %.0f %% of a frame's %d nearest%s show its phase,"
                    + " drawn at random it would be %.0f %%. ",
                100 * n.same(),
                n.k(),
                n.otherVideos() ? " in other videos" : "",
                100 * n.chance()))
        + "Point at a frame, or go there by Tab and the arrow keys.";
  }

  private static String json(
      Insight.FrameMap map, MapChart.Drawn chart, @Nullable Predictions predictions) {
    Map<Footage.Key, Integer> predicted = new LinkedHashMap<>();
    if (predictions != null) {
      predictions.forEach(
          (video, frame, label, prediction) ->
              predicted.put(
                  new Footage.Key(video, frame), Phases.place(prediction, predictions.order())));
    }
    List<List<Object>> points = new ArrayList<>();
    for (int i = 0; i < map.frames().size(); i++) {
      FrameTable.Row row = map.frames().rows().get(i);
      points.add(
          List.of(
              Math.round(10 * chart.x()[i]) / 10.0,
              Math.round(10 * chart.y()[i]) / 10.0,
              row.video(),
              row.frame(),
              Phases.place(row.phase(), PhaseOrder.ENDOSSL),
              predicted.getOrDefault(new Footage.Key(row.video(), row.frame()), -1)));
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("width", MapChart.WIDTH);
    all.put("height", MapChart.HEIGHT);
    all.put("points", points);
    return new Gson().toJson(all);
  }
}
