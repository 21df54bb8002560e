package org.endossl.eval.features;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.endossl.eval.AtomicFiles;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.Instruments;
import org.endossl.tfrecords.PhaseOrder;

/**
 * Which frame each row of a matrix is of. Phases are in {@link PhaseOrder#ENDOSSL}'s order whatever
 * the records' is; on disk they are names.
 *
 * @param rows in the matrix' order
 */
public record FrameTable(List<Row> rows) {
  private static final String HEADER = "video,frame,phase,instruments";

  public FrameTable {
    rows = List.copyOf(rows);
  }

  /**
   * A frame.
   *
   * @param video its video
   * @param frame its number there
   * @param phase in endossl's order
   * @param instruments bit i for {@link Instruments#NAMES}' i-th
   */
  public record Row(String video, long frame, int phase, int instruments) {}

  /** The frames of an index' entries, in their order. */
  public static FrameTable of(List<FrameIndex.Entry> entries, PhaseOrder order) {
    return new FrameTable(
        entries.stream()
            .map(
                e ->
                    new Row(
                        e.videoId(),
                        e.frameId(),
                        order.convert(e.phase(), PhaseOrder.ENDOSSL),
                        bits(e.instruments())))
            .toList());
  }

  private static int bits(List<Integer> instruments) {
    return IntStream.range(0, instruments.size()).map(i -> instruments.get(i) << i).sum();
  }

  /** Number of rows. */
  public int size() {
    return rows.size();
  }

  /** The videos, in the order of their first rows. */
  public List<String> videos() {
    return rows.stream().map(Row::video).distinct().toList();
  }

  /** Numbers of the rows of some videos, ascending. */
  public int[] rowsOf(List<String> videos) {
    Set<String> wanted = Set.copyOf(videos);
    return IntStream.range(0, rows.size())
        .filter(i -> wanted.contains(rows.get(i).video()))
        .toArray();
  }

  /** The phases of all rows. */
  public int[] phases() {
    return rows.stream().mapToInt(Row::phase).toArray();
  }

  /** A table of the rows named. */
  public FrameTable select(int[] wanted) {
    return new FrameTable(IntStream.of(wanted).mapToObj(rows::get).toList());
  }

  /** Writes {@code video,frame,phase,instruments}; instruments are names joined by {@code |}. */
  public void write(Path file) throws IOException {
    AtomicFiles.write(
        file,
        out -> {
          try (Writer writer = AtomicFiles.utf8(out)) {
            writer.write(HEADER + "\n");
            for (Row row : rows) {
              writer.write(
                  row.video()
                      + ","
                      + row.frame()
                      + ","
                      + PhaseOrder.ENDOSSL.names().get(row.phase())
                      + ","
                      + instruments(row.instruments())
                      + "\n");
            }
          }
        });
  }

  private static String instruments(int bits) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < Instruments.COUNT; i++) {
      if ((bits >>> i & 1) == 1) {
        names.add(Instruments.NAMES.get(i));
      }
    }
    return String.join("|", names);
  }

  /** Reads what {@link #write} wrote. */
  public static FrameTable read(Path file) throws IOException {
    List<Row> rows = new ArrayList<>();
    Map<String, String> videos = new LinkedHashMap<>();
    List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
    if (lines.isEmpty() || !lines.get(0).equals(HEADER)) {
      throw new DataException(file + " line 1: wanted the header " + HEADER + "; make it again");
    }
    for (int i = 1; i < lines.size(); i++) {
      List<String> fields = List.of(lines.get(i).split(",", -1));
      try {
        rows.add(
            new Row(
                videos.computeIfAbsent(fields.get(0), v -> v),
                Long.parseLong(fields.get(1)),
                PhaseOrder.ENDOSSL.index(fields.get(2)),
                parse(fields.get(3))));
      } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
        throw new DataException(
            file + " line " + (i + 1) + ": got " + lines.get(i) + ", wanted " + HEADER, e);
      }
    }
    return new FrameTable(rows);
  }

  private static int parse(String names) {
    int bits = 0;
    for (String name : names.isEmpty() ? new String[0] : names.split("\\|", -1)) {
      int index = Instruments.NAMES.indexOf(name);
      if (index < 0) {
        throw new IllegalArgumentException(name);
      }
      bits |= 1 << index;
    }
    return bits;
  }
}
