package org.endossl.eval.metrics;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.Instruments;
import org.jspecify.annotations.Nullable;

/**
 * Probabilities of tools as {@code endossl probe} and {@code finetune} write them: a CSV with the
 * columns video, frame, and for each instrument its name (1 if it is there, else 0) and p_NAME;
 * rows and columns in any order.
 *
 * @param videos the videos, sorted
 * @param rows number of frames
 * @param scores endossl's
 * @param table the rows
 */
public record ToolPredictions(List<String> videos, int rows, ToolScores scores, Table table) {
  private static final double LARGEST_LOGIT = 40; // of a probability of 0 or 1

  public ToolPredictions {
    videos = List.copyOf(videos);
  }

  /**
   * The rows as they were read.
   *
   * @param videos of each row, its place among the sorted videos
   * @param labels [rows][instruments], whether it is there
   * @param logits [rows][instruments]
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Table(int[] videos, boolean[][] labels, float[][] logits) {}

  /** Whether a file's first line names probabilities of instruments. */
  public static boolean isOne(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file)) {
      Lines lines = new Lines(in);
      List<String> header = lines.next() ? lines.fields(file) : List.of();
      return Instruments.NAMES.stream()
          .anyMatch(name -> header.contains(PredictionsCsv.PROBABILITY + name));
    }
  }

  /**
   * Reads and scores.
   *
   * @param wanted the videos that must be there, no more and no fewer; empty takes all
   * @param frames a CSV with the frames that must be there, no more and no fewer; null takes all
   * @param gaps whether frames may be missing between others
   * @throws DataException if a column is missing, a row is there twice, a label is not 0 or 1, a
   *     probability is not from 0 to 1, or videos or frames are missing or not wanted
   */
  public static ToolPredictions read(
      Path file, List<String> wanted, @Nullable Path frames, boolean gaps) throws IOException {
    Reader reader = new Reader(file);
    try (InputStream in = Files.newInputStream(file)) {
      reader.read(new Lines(in));
    }
    List<String> videos = List.copyOf(reader.frames.keySet());
    if (!wanted.isEmpty()) {
      List<String> missing = wanted.stream().filter(v -> !videos.contains(v)).toList();
      List<String> unknown = videos.stream().filter(v -> !wanted.contains(v)).toList();
      if (!missing.isEmpty() || !unknown.isEmpty()) {
        throw new DataException(
            file + ": missing videos " + missing + ", not asked for " + unknown);
      }
    }
    if (frames != null) {
      FrameList.check(file, new FrameList(reader.frames), frames);
    } else if (!gaps) {
      reader.checkGaps();
    }
    boolean[][] labels = reader.labels.toArray(new boolean[0][]);
    float[][] logits = reader.logits.toArray(new float[0][]);
    int[] of = reader.of.stream().mapToInt(videos::indexOf).toArray();
    return new ToolPredictions(
        videos, labels.length, ToolScores.of(labels, logits), new Table(of, labels, logits));
  }

  /** The scores, with the videos. */
  public JsonObject toJson() {
    JsonObject json = new JsonObject();
    JsonObject tools = scores.toJson(Instruments.NAMES);
    tools.addProperty(
        "convention", "endossl: scikit-learn's average precision, Keras' precision and PR-AUC");
    json.add("tools", tools);
    JsonArray names = new JsonArray();
    videos.forEach(names::add);
    json.add("videos", names);
    json.addProperty("frames", rows);
    return json;
  }

  /** The state of one reading. */
  private static final class Reader {
    final Map<String, FrameSet> frames = new TreeMap<>();
    final List<boolean[]> labels = new ArrayList<>();
    final List<float[]> logits = new ArrayList<>();
    final List<String> of = new ArrayList<>();
    private final Map<String, List<Long>> numbers = new TreeMap<>();
    private final Path file;
    private int columns;

    Reader(Path file) {
      this.file = file;
    }

    void read(Lines lines) throws IOException {
      int[] column = lines.next() ? header(lines) : new int[0];
      while (lines.next()) {
        if (lines.length() > 0) {
          row(lines, column);
        }
      }
      if (labels.isEmpty()) {
        throw new DataException(file + ": has no rows; wanted one row per frame");
      }
    }

    /** Where video, frame, the instruments and their probabilities are. */
    private int[] header(Lines lines) throws DataException {
      List<String> found = lines.fields(file).stream().map(s -> s.strip()).toList();
      columns = found.size();
      List<String> names = new ArrayList<>(List.of("video", "frame"));
      names.addAll(Instruments.NAMES);
      Instruments.NAMES.forEach(name -> names.add(PredictionsCsv.PROBABILITY + name));
      int[] column = names.stream().mapToInt(found::indexOf).toArray();
      List<String> missing = names.stream().filter(name -> !found.contains(name)).toList();
      if (!missing.isEmpty()) {
        throw new DataException(
            file + " line 1: no columns " + missing + " in " + found + "; wanted all of " + names);
      }
      return column;
    }

    private void row(Lines lines, int[] column) throws DataException {
      String at = file + " line " + lines.number() + ": ";
      int n = lines.split(file);
      if (n != columns) {
        throw new DataException(at + n + " values, the header has " + columns);
      }
      String video = lines.text(column[0]);
      long frame = lines.number(column[1]);
      if (video.isEmpty() || frame < 0) {
        throw new DataException(
            at
                + "video \""
                + video
                + "\", frame \""
                + lines.text(column[1])
                + "\", wanted a name and a whole number from 0");
      } else if (!frames.computeIfAbsent(video, v -> new FrameSet()).add(frame)) {
        throw new DataException(
            at + video + " frame " + frame + " is there twice; wanted one row a frame");
      }
      numbers.computeIfAbsent(video, v -> new ArrayList<>()).add(frame);
      boolean[] there = new boolean[Instruments.COUNT];
      float[] logit = new float[Instruments.COUNT];
      for (int c = 0; c < there.length; c++) {
        String name = Instruments.NAMES.get(c);
        long label = lines.number(column[2 + c]);
        if (label < 0 || label > 1) {
          throw new DataException(
              at + name + " \"" + lines.text(column[2 + c]) + "\", wanted 0 or 1");
        }
        there[c] = label == 1;
        logit[c] = logit(at, name, lines.text(column[2 + Instruments.COUNT + c]).strip());
      }
      labels.add(there);
      logits.add(logit);
      of.add(video);
    }

    private static float logit(String at, String name, String text) throws DataException {
      double p;
      try {
        p = Double.parseDouble(text);
      } catch (NumberFormatException e) {
        p = Double.NaN;
      }
      if (!(p >= 0 && p <= 1)) {
        throw new DataException(
            at
                + PredictionsCsv.PROBABILITY
                + name
                + " \""
                + text
                + "\", wanted a probability from 0 to 1");
      }
      double z = Math.log(p) - Math.log1p(-p);
      return (float) Math.max(-LARGEST_LOGIT, Math.min(LARGEST_LOGIT, z));
    }

    void checkGaps() throws DataException {
      for (Map.Entry<String, List<Long>> video : numbers.entrySet()) {
        long[] sorted = video.getValue().stream().mapToLong(Long::longValue).toArray();
        Arrays.sort(sorted);
        String gap = FrameSteps.of(sorted).gap();
        if (gap != null) {
          throw new DataException(
              file
                  + ": "
                  + video.getKey()
                  + ": "
                  + gap
                  + "; predict every frame, or allow gaps (--gaps) if they are meant");
        }
      }
    }
  }
}
