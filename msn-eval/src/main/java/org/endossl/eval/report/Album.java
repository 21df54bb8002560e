package org.endossl.eval.report;

import com.google.gson.Gson;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.endossl.eval.inspect.Footage;
import org.jspecify.annotations.Nullable;

/**
 * Small pictures of frames on a few large ones, from which a page cuts them by its style sheet: one
 * JPEG of hundreds is much smaller than hundreds of JPEGs.
 */
final class Album {
  private static final int WIDTH = 112;
  private static final int COLUMNS = 16;
  private static final int ROWS = 16;
  private static final int SHEET = COLUMNS * ROWS;
  private static final float QUALITY = 0.7f;

  private final int height;
  private final List<Sheet> sheets;
  private final Map<Footage.Key, Integer> places;

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Sheet(byte[] jpeg, int rows) {}

  private Album(int height, List<Sheet> sheets, Map<Footage.Key, Integer> places) {
    this.height = height;
    this.sheets = sheets;
    this.places = places;
  }

  /** Collects frames; all get the sides' ratio of the first. */
  static final class Builder {
    private final List<Sheet> full = new ArrayList<>();
    private final Map<Footage.Key, Integer> places = new LinkedHashMap<>();
    private int height;
    private @Nullable BufferedImage open;

    void add(Footage.Key key, BufferedImage frame) throws IOException {
      if (height == 0) {
        height = Math.max(1, Math.round((float) WIDTH * frame.getHeight() / frame.getWidth()));
      }
      int at = places.size() % SHEET;
      BufferedImage sheet = open;
      if (sheet == null) {
        sheet = new BufferedImage(WIDTH * COLUMNS, height * ROWS, BufferedImage.TYPE_INT_RGB);
        open = sheet;
      }
      int x = at % COLUMNS * WIDTH;
      int y = at / COLUMNS * height;
      Graphics2D graphics = sheet.createGraphics();
      BufferedImage scaled = Pictures.scaled(frame, WIDTH, height);
      graphics.setRenderingHint(
          RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
      graphics.drawImage(scaled, x, y, null);
      graphics.dispose();
      places.put(key, places.size());
      if (at == SHEET - 1) {
        flush(sheet, ROWS);
      }
    }

    private void flush(BufferedImage sheet, int rows) throws IOException {
      BufferedImage used = sheet.getSubimage(0, 0, sheet.getWidth(), rows * height);
      full.add(new Sheet(Pictures.jpeg(used, QUALITY), rows));
      open = null;
    }

    Album build() throws IOException {
      BufferedImage last = open;
      if (last != null) {
        flush(last, (places.size() % SHEET + COLUMNS - 1) / COLUMNS);
      }
      return new Album(height, List.copyOf(full), Map.copyOf(places));
    }
  }

  /** How many frames it holds. */
  int size() {
    return places.size();
  }

  boolean has(Footage.Key key) {
    return places.containsKey(key);
  }

  /** A frame's number, from 0; -1 if it is not here. */
  int place(Footage.Key key) {
    return places.getOrDefault(key, -1);
  }

  /** The rules that cut frames out. */
  String css() {
    StringBuilder css = new StringBuilder(1 << 20);
    css.append(".thumb{aspect-ratio:").append(WIDTH).append('/').append(height).append('}');
    for (int s = 0; s < sheets.size(); s++) {
      Sheet sheet = sheets.get(s);
      css.append(".s").append(s).append("{background-image:url(data:image/jpeg;base64,");
      css.append(Base64.getEncoder().encodeToString(sheet.jpeg()));
      css.append(");background-size:").append(100 * COLUMNS).append("% ");
      css.append(100 * sheet.rows()).append("%}");
    }
    return css.toString();
  }

  /** Adds a frame; without a label it is decoration beside a text that says the same. */
  void thumb(Html html, Footage.Key key, String label) {
    int place = place(key);
    if (place < 0) {
      return;
    }
    int at = place % SHEET;
    String position =
        String.format(
            Locale.ROOT,
            "background-position:%.3f%% %.3f%%",
            percent(at % COLUMNS, COLUMNS),
            percent(at / COLUMNS, sheets.get(place / SHEET).rows()));
    String kind = "thumb s" + place / SHEET;
    if (label.isEmpty()) {
      html.open("span", "class", kind, "style", position, "aria-hidden", "true").close();
    } else {
      html.open("span", "class", kind, "style", position, "role", "img", "aria-label", label)
          .close();
    }
  }

  private static double percent(int at, int of) {
    return of < 2 ? 0 : 100.0 * at / (of - 1);
  }

  /** What the page's script needs to find frames. */
  String json() {
    Map<String, Map<String, List<Long>>> videos = new TreeMap<>();
    places.entrySet().stream()
        .sorted(
            Map.Entry.comparingByKey(
                java.util.Comparator.comparing(Footage.Key::video)
                    .thenComparingLong(Footage.Key::frame)))
        .forEach(
            e -> {
              Map<String, List<Long>> video =
                  videos.computeIfAbsent(
                      e.getKey().video(),
                      v -> Map.of("frames", new ArrayList<>(), "places", new ArrayList<>()));
              video.getOrDefault("frames", new ArrayList<>()).add(e.getKey().frame());
              video.getOrDefault("places", new ArrayList<>()).add((long) e.getValue());
            });
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("columns", COLUMNS);
    all.put("sheet", SHEET);
    all.put("rows", sheets.stream().map(Sheet::rows).toList());
    all.put("videos", videos);
    return new Gson().toJson(all);
  }
}
