package org.endossl.tfrecords;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Shows what the records of some files hold, one line each, in the files' order. */
public final class RecordInspector {

  private static final Gson JSON = new GsonBuilder().disableHtmlEscaping().create();

  private RecordInspector() {}

  private interface Format {
    String line(TfRecordReader reader, FrameRecord frame, PhaseOrder order);
  }

  /**
   * One JSON object per record with the keys file (its name), record, offset, video_id, frame_id,
   * total_frames, instruments, phase (as written) and frame_sha256 (of the encoded image).
   *
   * @throws DataException at the first bad record
   */
  public static void json(List<Path> files, Consumer<String> lines) throws IOException {
    json(files, BadRecords.fail(), lines);
  }

  /** As {@link #json(List, Consumer)}; what is done about bad records is up to the caller. */
  public static void json(List<Path> files, BadRecords bad, Consumer<String> lines)
      throws IOException {
    each(files, bad, lines, (reader, frame, order) -> JSON.toJson(object(reader, frame)));
  }

  /**
   * A table for people: a line of headings, then one line per record.
   *
   * @throws DataException at the first bad record
   */
  public static void table(List<Path> files, Consumer<String> lines) throws IOException {
    table(files, BadRecords.fail(), lines);
  }

  /** As {@link #table(List, Consumer)}; what is done about bad records is up to the caller. */
  public static void table(List<Path> files, BadRecords bad, Consumer<String> lines)
      throws IOException {
    lines.accept(
        row("file", "record", "offset", "video", "frame", "of", "phase", "instruments", "bytes"));
    each(files, bad, lines, RecordInspector::row);
  }

  private static void each(List<Path> files, BadRecords bad, Consumer<String> lines, Format format)
      throws IOException {
    for (Path file : files) {
      PhaseOrder order = PhaseOrder.of(file);
      try (FrameReader frames = FrameReader.open(file, Compression.of(file), bad, true)) {
        FrameCodec.Parsed frame;
        while ((frame = frames.next()) != null) {
          lines.accept(format.line(frames.reader(), frame.toRecord(), order));
        }
      } catch (DataException e) {
        bad.handle(file, e);
      }
    }
  }

  private static JsonObject object(TfRecordReader reader, FrameRecord frame) {
    HashCode hash = Hashing.sha256().hashBytes(frame.image());
    JsonArray instruments = new JsonArray();
    frame.instruments().forEach(instruments::add);
    JsonObject json = new JsonObject();
    json.addProperty("file", name(reader));
    json.addProperty("record", reader.record());
    json.addProperty("offset", reader.offset());
    json.addProperty("video_id", frame.videoId());
    json.addProperty("frame_id", frame.frameId());
    json.addProperty("total_frames", frame.totalFrames());
    json.add("instruments", instruments);
    json.addProperty("phase", frame.phase());
    json.addProperty("frame_sha256", hash.toString());
    return json;
  }

  private static String row(TfRecordReader reader, FrameRecord frame, PhaseOrder order) {
    String instruments =
        IntStream.range(0, Instruments.COUNT)
            .filter(i -> frame.instruments().get(i) == 1)
            .mapToObj(Instruments.NAMES::get)
            .collect(Collectors.joining(","));
    return row(
        name(reader),
        reader.record(),
        reader.offset(),
        frame.videoId(),
        frame.frameId(),
        frame.totalFrames(),
        frame.phase() + " " + order.names().get(frame.phase()),
        instruments.isEmpty() ? "-" : instruments,
        frame.image().length);
  }

  private static String row(Object... cells) {
    return String.format(Locale.ROOT, "%-24s %6s %12s %-10s %8s %7s %-26s %-28s %10s", cells);
  }

  private static String name(TfRecordReader reader) {
    return String.valueOf(reader.file().getFileName());
  }
}
