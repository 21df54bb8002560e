package org.endossl.tfrecords.convert;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.Instruments;
import org.endossl.tfrecords.PhaseOrder;
import org.endossl.tfrecords.Quoted;

/**
 * One video's labels as Cholec80 publishes them: a phase for each frame at 25 frames per second,
 * the instruments once a second. Row 25 k goes with frame k at one frame per second, as in
 * endossl's {@code data/cholec80_images.py}.
 */
final class Annotations {

  /** Annotated frames per second. */
  static final int RATE = 25;

  private static final Pattern TAB = Pattern.compile("\t");

  private final byte[] phases; // a row each
  private final byte[] instruments; // a second each, the first instrument in the lowest bit
  private final double step;
  private final boolean tools;

  private Annotations(byte[] phases, byte[] instruments, double step, boolean tools) {
    this.phases = phases;
    this.instruments = instruments;
    this.step = step;
    this.tools = tools;
  }

  /**
   * Reads the files of a video.
   *
   * @throws DataException when a line is not what it should be, with file and line
   */
  static Annotations read(ConvertRequest request, String video) throws IOException {
    Path phases = request.input().resolve("phase_annotations").resolve(video + "-phase.txt");
    Path tools = request.input().resolve("tool_annotations").resolve(video + "-tool.txt");
    return new Annotations(
        phases(phases, request.phaseOrder()),
        request.tools() ? instruments(tools) : new byte[0],
        RATE / request.framesPerSecond(),
        request.tools());
  }

  /** How many frames of the converted video have all annotations. */
  long frames() {
    long frames = (long) Math.ceil(phases.length / step);
    while (frames > 0 && !isAnnotated(frames - 1)) {
      frames--;
    }
    return frames;
  }

  /** The row of the 25-per-second annotations that goes with a converted frame. */
  static long row(long frame, double step) {
    return (long) Math.floor(frame * step + 0.5);
  }

  private boolean isAnnotated(long frame) {
    long row = row(frame, step);
    return row < phases.length && (!tools || row / RATE < instruments.length);
  }

  /** The number of a frame's phase. */
  int phase(long frame) {
    return phases[(int) row(frame, step)];
  }

  /** A frame's instruments: those of the second in which it lies. */
  List<Integer> instruments(long frame) {
    int bits = tools ? instruments[(int) (row(frame, step) / RATE)] : 0;
    return IntStream.range(0, Instruments.COUNT).mapToObj(i -> bits >> i & 1).toList();
  }

  private static byte[] phases(Path file, PhaseOrder order) throws IOException {
    return rows(
        file,
        List.of("Frame", "Phase"),
        1,
        (row, index) -> {
          try {
            return order.index(row[1]);
          } catch (IllegalArgumentException e) {
            throw new DataException(at(file, index) + e.getMessage(), e);
          }
        });
  }

  private static byte[] instruments(Path file) throws IOException {
    List<String> header = new ArrayList<>(List.of("Frame"));
    header.addAll(Instruments.NAMES);
    return rows(
        file,
        header,
        RATE,
        (row, index) -> {
          int bits = 0;
          for (int i = 1; i < row.length; i++) {
            if (!row[i].equals("0") && !row[i].equals("1")) {
              throw new DataException(at(file, index) + Quoted.of(row[i]) + ", wanted 0 or 1");
            }
            bits |= row[i].equals("1") ? 1 << (i - 1) : 0;
          }
          return bits;
        });
  }

  /** What a row comes to. */
  private interface Row {
    int value(String[] columns, int index) throws DataException;
  }

  /** The rows behind the heading; row i must begin with i times {@code every}. */
  private static byte[] rows(Path file, List<String> header, int every, Row each)
      throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new DataException(file + ": no such file; each video needs its annotations");
    }
    ByteArrayOutputStream rows = new ByteArrayOutputStream();
    try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      String first = in.readLine();
      if (first == null || !List.of(TAB.split(first.strip())).equals(header)) {
        throw new DataException(
            file
                + " line 1: "
                + Quoted.of(first == null ? "" : first)
                + ", wanted the headings "
                + String.join(", ", header));
      }
      String line;
      while ((line = in.readLine()) != null) {
        if (!line.isBlank()) {
          String[] row = row(file, line, header.size(), rows.size(), every);
          rows.write(each.value(row, rows.size()));
        }
      }
    } catch (CharacterCodingException e) {
      throw new DataException(file + ": not a text file", e);
    }
    if (rows.size() == 0) {
      throw new DataException(file + ": no rows, wanted one per annotated frame");
    }
    return rows.toByteArray();
  }

  private static String[] row(Path file, String line, int columns, int index, int every)
      throws DataException {
    String[] row = TAB.split(line.strip());
    if (row.length != columns || !row[0].equals(Long.toString((long) index * every))) {
      throw new DataException(
          at(file, index)
              + Quoted.of(line)
              + ", wanted "
              + columns
              + " columns beginning with frame "
              + (long) index * every);
    }
    return row;
  }

  private static String at(Path file, int row) {
    return file + " line " + (row + 2) + ": ";
  }
}
