package org.endossl.tfrecords;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * What the frames of an index are: how many, of which phases, with which instruments, and where
 * some are missing.
 *
 * @param phaseOrder the order of the phase counts
 * @param videos one by one, sorted by name
 */
public record RecordStats(PhaseOrder phaseOrder, List<Video> videos) {

  /**
   * One video, or all.
   *
   * @param name its name
   * @param frames how many are there
   * @param totalFrames how many the records say there are; 0 when they do not
   * @param bytes of the records' data
   * @param phases frames per phase
   * @param instruments frames per instrument
   * @param gaps how often a frame's number is not the one before plus 1
   */
  public record Video(
      String name,
      long frames,
      long totalFrames,
      long bytes,
      List<Long> phases,
      List<Long> instruments,
      long gaps) {}

  public RecordStats {
    videos = List.copyOf(videos);
  }

  /** Counts the frames of an index. */
  public static RecordStats of(FrameIndex index) {
    List<FrameIndex.Entry> entries = index.entries();
    List<Video> videos = new ArrayList<>();
    int begin = 0;
    while (begin < entries.size()) {
      String video = entries.get(begin).videoId();
      int end = begin;
      while (end < entries.size() && entries.get(end).videoId().equals(video)) {
        end++;
      }
      videos.add(count(video, entries.subList(begin, end)));
      begin = end;
    }
    return new RecordStats(index.phaseOrder(), videos);
  }

  private static Video count(String name, List<FrameIndex.Entry> entries) {
    long[] phases = new long[PhaseOrder.PHASES];
    long[] instruments = new long[Instruments.COUNT];
    long bytes = 0;
    long gaps = 0;
    long last = entries.get(0).frameId() - 1;
    for (FrameIndex.Entry entry : entries) {
      phases[entry.phase()]++;
      for (int i = 0; i < instruments.length; i++) {
        instruments[i] += entry.instruments().get(i);
      }
      bytes += entry.length();
      gaps += entry.frameId() == last + 1 ? 0 : 1;
      last = entry.frameId();
    }
    return new Video(
        name,
        entries.size(),
        entries.get(0).totalFrames(),
        bytes,
        Arrays.stream(phases).boxed().toList(),
        Arrays.stream(instruments).boxed().toList(),
        gaps);
  }

  /** The sums over all videos. */
  public Video total() {
    long[] phases = new long[PhaseOrder.PHASES];
    long[] instruments = new long[Instruments.COUNT];
    long[] sums = new long[4];
    for (Video video : videos) {
      Arrays.setAll(phases, i -> phases[i] + video.phases().get(i));
      Arrays.setAll(instruments, i -> instruments[i] + video.instruments().get(i));
      sums[0] += video.frames();
      sums[1] += video.totalFrames();
      sums[2] += video.bytes();
      sums[3] += video.gaps();
    }
    return new Video(
        "all",
        sums[0],
        sums[1],
        sums[2],
        Arrays.stream(phases).boxed().toList(),
        Arrays.stream(instruments).boxed().toList(),
        sums[3]);
  }

  /** A table for people: headings, a line per video, the sums; then phases and instruments. */
  public void table(Consumer<String> lines) {
    lines.accept(row("video", "frames", "of", "gaps", "MB"));
    for (Video video : videos) {
      lines.accept(row(video));
    }
    Video all = total();
    lines.accept(row(all));
    counts("phase", phaseOrder.names(), all.phases(), all.frames(), lines);
    counts("instrument", Instruments.NAMES, all.instruments(), all.frames(), lines);
  }

  private static void counts(
      String heading, List<String> names, List<Long> counts, long frames, Consumer<String> lines) {
    lines.accept("");
    lines.accept(String.format(Locale.ROOT, "%-26s %9s %7s", heading, "frames", "share"));
    for (int i = 0; i < counts.size(); i++) {
      double share = 100.0 * counts.get(i) / Math.max(1, frames);
      lines.accept(
          String.format(
              Locale.ROOT, "%d %-24s %9d %5.1f %%", i, names.get(i), counts.get(i), share));
    }
  }

  private static String row(Video video) {
    String megabytes = String.format(Locale.ROOT, "%.1f", video.bytes() / 1e6);
    return row(video.name(), video.frames(), video.totalFrames(), video.gaps(), megabytes);
  }

  private static String row(Object... cells) {
    return String.format(Locale.ROOT, "%-26s %9s %9s %6s %10s", cells);
  }

  /** The same as JSON: {@code phase_order}, {@code phases}, {@code instruments}, {@code videos}. */
  public JsonObject toJson() {
    JsonObject json = phaseOrder.toJson();
    json.add("phases", strings(phaseOrder.names()));
    json.add("instruments", strings(Instruments.NAMES));
    JsonArray all = new JsonArray();
    videos.forEach(video -> all.add(json(video)));
    json.add("videos", all);
    json.add("total", json(total()));
    return json;
  }

  private static JsonObject json(Video video) {
    JsonObject json = new JsonObject();
    json.addProperty("video_id", video.name());
    json.addProperty("frames", video.frames());
    json.addProperty("total_frames", video.totalFrames());
    json.addProperty("bytes", video.bytes());
    json.add("phase_frames", numbers(video.phases()));
    json.add("instrument_frames", numbers(video.instruments()));
    json.addProperty("gaps", video.gaps());
    return json;
  }

  private static JsonArray strings(List<String> values) {
    JsonArray array = new JsonArray();
    values.forEach(array::add);
    return array;
  }

  private static JsonArray numbers(List<Long> values) {
    JsonArray array = new JsonArray();
    values.forEach(array::add);
    return array;
  }
}
