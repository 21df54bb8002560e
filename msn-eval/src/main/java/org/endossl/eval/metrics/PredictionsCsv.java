package org.endossl.eval.metrics;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.endossl.eval.AtomicFiles;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.PhaseOrder;
import org.jspecify.annotations.Nullable;

/**
 * Predictions as CSV, {@code video,frame,label,prediction}: phases as names or as numbers of a
 * {@link PhaseOrder}, rows in any order, further columns ignored. A line {@code # phase_order: KEY}
 * before the header says which order the numbers are in. Columns {@code p_PHASE}, one for every
 * phase or none, state probabilities. Read in one pass; what is kept is one bit per frame, to
 * notice rows that are there twice.
 */
public final class PredictionsCsv {
  /** The columns, in the order in which they are written. */
  public static final List<String> HEADER = List.of("video", "frame", "label", "prediction");

  /** What the names of columns of probabilities start with. */
  public static final String PROBABILITY = "p_";

  private static final String ORDER_COMMENT = "phase_order:";
  private static final double SUM_TOLERANCE = 1e-3;

  private PredictionsCsv() {}

  /** Takes the rows of a file, in the file's order. */
  @FunctionalInterface
  public interface Sink {
    /**
     * One frame.
     *
     * @param video its video
     * @param frame its number in the video
     * @param label the true phase, in the order that is read into
     * @param prediction the predicted phase
     */
    void row(String video, long frame, int label, int prediction);

    /**
     * The probabilities of the row that was handed over last, where the file has them.
     *
     * @param p one per phase, used again for the next row
     */
    default void probabilities(float[] p) {}
  }

  /**
   * What a file held.
   *
   * @param rows number of rows
   * @param order the order that the phases were given to the sink in
   * @param frames which frames they are of
   */
  public record Contents(long rows, PhaseOrder order, FrameList frames) {}

  /**
   * Reads every row.
   *
   * @param file the CSV
   * @param order the order of phases given as numbers and of those handed to the sink; null takes
   *     the file's own, or endossl's if it names none
   * @throws DataException if the file is empty, lacks a column, or has a row that is there twice,
   *     is not four values, or names no phase; the message has the line
   */
  public static Contents read(Path file, @Nullable PhaseOrder order, Sink sink) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new DataException(file + ": no such file; wanted a CSV with header " + header());
    }
    try (InputStream in = Files.newInputStream(file)) {
      return new Reader(file, order, sink).read(new Lines(in));
    }
  }

  /** Writes rows to {@link #write}. */
  @FunctionalInterface
  public interface Source {
    /** Hands every row to the sink. */
    void forEach(Sink sink) throws IOException;
  }

  /**
   * Writes a file with phases as names, whole or not at all.
   *
   * @param probabilities whether the rows come with them
   */
  public static void write(Path file, PhaseOrder order, boolean probabilities, Source rows)
      throws IOException {
    AtomicFiles.write(
        file,
        out -> {
          try (Writer writer = AtomicFiles.utf8(out)) {
            writer.write("# " + ORDER_COMMENT + " " + order.key() + "\n" + header());
            for (String name : probabilities ? order.names() : List.<String>of()) {
              writer.write("," + PROBABILITY + name);
            }
            writer.write("\n");
            rows.forEach(new RowWriter(writer, order.names(), probabilities));
          } catch (UncheckedIOException e) {
            throw e.getCause();
          }
        });
  }

  /** Writes rows, each ended after its probabilities, to six decimals. */
  private record RowWriter(Writer writer, List<String> names, boolean probabilities)
      implements Sink {
    @Override
    public void row(String video, long frame, int label, int prediction) {
      write(
          field(video)
              + ","
              + frame
              + ","
              + names.get(label)
              + ","
              + names.get(prediction)
              + (probabilities ? "" : "\n"));
    }

    @Override
    public void probabilities(float[] p) {
      StringBuilder text = new StringBuilder(80);
      for (int c = 0; c < names.size(); c++) {
        text.append(',').append(Math.rint(p[c] * 1e6) / 1e6);
      }
      write(text.append('\n').toString());
    }

    private void write(String text) {
      try {
        writer.write(text);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static String field(String text) {
    return text.matches(".*[,\"\r\n#].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
  }

  private static String header() {
    return String.join(",", HEADER);
  }

  /** The state of one reading. */
  private static final class Reader {
    private final Path file;
    private final @Nullable PhaseOrder wanted;
    private final Sink sink;
    private final Map<String, Video> videos = new HashMap<>();
    private PhaseOrder order;
    private @Nullable PhaseOrder stated;
    private byte[][] names = new byte[0][];
    private int[] column = new int[0];
    private int[] stating = new int[0];
    private float[] probabilities = new float[0];
    private int columns;
    private @Nullable Video last;

    Reader(Path file, @Nullable PhaseOrder wanted, Sink sink) {
      this.file = file;
      this.wanted = wanted;
      this.sink = sink;
      this.order = wanted == null ? PhaseOrder.ENDOSSL : wanted;
    }

    Contents read(Lines lines) throws IOException {
      long rows = 0;
      boolean header = false;
      while (lines.next()) {
        if (lines.length() == 0) {
          continue;
        }
        if (!header) {
          header = header(lines);
          continue;
        }
        row(lines);
        rows++;
      }
      if (!header) {
        throw new DataException(file + ": is empty; wanted the header " + PredictionsCsv.header());
      } else if (rows == 0) {
        throw new DataException(file + ": has a header and no rows; wanted one row per frame");
      }
      Map<String, FrameSet> frames = new HashMap<>();
      videos.forEach((name, video) -> frames.put(name, video.frames));
      return new Contents(rows, order, new FrameList(frames));
    }

    /** A comment or the header; true after the header. */
    private boolean header(Lines lines) throws DataException {
      String text = lines.text().strip();
      if (text.startsWith("#")) {
        int at = text.indexOf(ORDER_COMMENT);
        if (at >= 0) {
          comment(lines.number(), text.substring(at + ORDER_COMMENT.length()).strip());
        }
        return false;
      }
      List<String> found = lines.fields(file).stream().map(s -> s.strip()).toList();
      columns = found.size();
      column = new int[HEADER.size()];
      for (int i = 0; i < column.length; i++) {
        column[i] = found.indexOf(HEADER.get(i));
        if (column[i] < 0) {
          throw new DataException(
              at(lines)
                  + "no column \""
                  + HEADER.get(i)
                  + "\" in "
                  + found
                  + "; wanted the header "
                  + PredictionsCsv.header());
        }
      }
      names =
          order.names().stream()
              .map(name -> name.getBytes(StandardCharsets.UTF_8))
              .toArray(byte[][]::new);
      stating = probabilityColumns(lines, found);
      probabilities = new float[stating.length];
      return true;
    }

    /** One per phase, in the order that the sink is given; none if the file has none. */
    private int[] probabilityColumns(Lines lines, List<String> found) throws DataException {
      int[] at = new int[order.names().size()];
      int there = 0;
      for (int i = 0; i < at.length; i++) {
        at[i] = found.indexOf(PROBABILITY + order.names().get(i));
        there += at[i] >= 0 ? 1 : 0;
      }
      long named = found.stream().filter(name -> name.startsWith(PROBABILITY)).count();
      if (named == 0) {
        return new int[0];
      } else if (there != at.length || named != there) {
        throw new DataException(
            at(lines)
                + "columns of probabilities for "
                + there
                + " of "
                + at.length
                + " phases; wanted one column "
                + PROBABILITY
                + "PHASE for each of "
                + order.names()
                + ", or none");
      }
      return at;
    }

    private void comment(long line, String key) throws DataException {
      for (PhaseOrder candidate : PhaseOrder.values()) {
        if (candidate.key().equals(key)) {
          stated = candidate;
          order = wanted == null ? candidate : wanted;
          return;
        }
      }
      throw new DataException(
          file + " line " + line + ": phase order \"" + key + "\", wanted one of " + keys());
    }

    private void row(Lines lines) throws DataException {
      int n = lines.split(file);
      if (n != columns) {
        throw new DataException(
            at(lines) + n + " values, the header has " + columns + ": " + lines.text());
      }
      Video video = video(lines);
      long frame = frame(lines);
      if (!video.frames.add(frame)) {
        throw new DataException(
            at(lines) + video.name + " frame " + frame + " is there twice; wanted one row a frame");
      }
      sink.row(video.name, frame, phase(lines, 2), phase(lines, 3));
      if (stating.length > 0) {
        readProbabilities(lines);
        sink.probabilities(probabilities);
      }
    }

    private void readProbabilities(Lines lines) throws DataException {
      double sum = 0;
      for (int i = 0; i < stating.length; i++) {
        String text = lines.text(stating[i]).strip();
        float value;
        try {
          value = Float.parseFloat(text);
        } catch (NumberFormatException e) {
          value = Float.NaN;
        }
        if (!(value >= 0 && value <= 1)) {
          throw new DataException(
              at(lines)
                  + PROBABILITY
                  + order.names().get(i)
                  + " \""
                  + text
                  + "\", wanted a probability from 0 to 1");
        }
        probabilities[i] = value;
        sum += value;
      }
      if (Math.abs(sum - 1) > SUM_TOLERANCE) {
        throw new DataException(
            at(lines)
                + "the probabilities add up to "
                + sum
                + ", wanted 1 within "
                + SUM_TOLERANCE);
      }
    }

    private Video video(Lines lines) throws DataException {
      int field = column[0];
      if (last != null && lines.matches(field, last.bytes)) {
        return last;
      }
      String name = lines.text(field);
      if (name.isEmpty()) {
        throw new DataException(at(lines) + "video is empty; wanted a name such as video49");
      }
      Video found = videos.computeIfAbsent(name, Video::new);
      last = found;
      return found;
    }

    private long frame(Lines lines) throws DataException {
      long frame = lines.number(column[1]);
      if (frame < 0) {
        throw new DataException(
            at(lines) + "frame \"" + lines.text(column[1]) + "\", wanted a whole number from 0");
      }
      return frame;
    }

    private int phase(Lines lines, int which) throws DataException {
      int field = column[which];
      for (int i = 0; i < names.length; i++) {
        if (lines.matches(field, names[i])) {
          return i;
        }
      }
      long number = lines.number(field);
      if (number < 0 || number >= names.length) {
        throw new DataException(
            at(lines)
                + HEADER.get(which)
                + " \""
                + lines.text(field)
                + "\", wanted a number from 0 to "
                + (names.length - 1)
                + " or one of "
                + order.names());
      }
      if (stated != null && stated != order) {
        throw new DataException(
            at(lines)
                + "the file's numbers are in the order "
                + stated.key()
                + ", asked for "
                + order.key()
                + "; leave the phase order out, or give names");
      }
      return (int) number;
    }

    private String at(Lines lines) {
      return file + " line " + lines.number() + ": ";
    }

    private static List<String> keys() {
      return Arrays.stream(PhaseOrder.values()).map(PhaseOrder::key).toList();
    }
  }

  /** One video's name and the frames seen. */
  private static final class Video {
    final String name;
    final byte[] bytes;
    final FrameSet frames = new FrameSet();

    Video(String name) {
      this.name = name;
      this.bytes = name.getBytes(StandardCharsets.UTF_8);
    }
  }
}
