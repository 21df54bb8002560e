package org.endossl.eval.features;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.endossl.eval.AtomicFiles;
import org.endossl.tfrecords.DataException;

/**
 * Features of frames.
 *
 * @param matrix one row per frame
 * @param frames which frames
 * @param info what they were made from
 */
public record FeatureSet(Matrix matrix, FrameTable frames, FeatureInfo info) {
  /** The files of a directory of features; the last one is written last. */
  public static final List<String> FILES = List.of("features.npy", "features.csv", "features.json");

  private static final Gson GSON =
      new GsonBuilder()
          .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
          .setPrettyPrinting()
          .disableHtmlEscaping()
          .create();

  public FeatureSet {
    if (matrix.rows() != frames.size()) {
      throw new IllegalArgumentException(
          matrix.rows() + " rows of features for " + frames.size() + " frames");
    }
  }

  /** The rows of some videos. */
  public FeatureSet select(List<String> videos) {
    int[] rows = frames.rowsOf(videos);
    return new FeatureSet(matrix.select(rows), frames.select(rows), info);
  }

  /** Whether a directory holds complete features. */
  public static boolean isIn(Path directory) {
    return FILES.stream().allMatch(file -> Files.isRegularFile(directory.resolve(file)));
  }

  /** Writes {@code features.npy}, {@code .csv} and, when they are complete, {@code .json}. */
  public void write(Path directory) throws IOException {
    Files.createDirectories(directory);
    Files.deleteIfExists(directory.resolve(FILES.get(2)));
    NpyFile.write(directory.resolve(FILES.get(0)), matrix);
    frames.write(directory.resolve(FILES.get(1)));
    AtomicFiles.writeText(directory.resolve(FILES.get(2)), GSON.toJson(info) + "\n");
  }

  /**
   * Reads a directory of features.
   *
   * @throws DataException if a file is missing or damaged or the files do not fit
   */
  public static FeatureSet read(Path directory) throws IOException {
    for (String file : FILES) {
      if (!Files.isRegularFile(directory.resolve(file))) {
        throw new DataException(
            directory + ": no " + file + "; wanted a directory made by endossl features");
      }
    }
    Path json = directory.resolve(FILES.get(2));
    FeatureInfo info;
    try {
      info = GSON.fromJson(Files.readString(json, StandardCharsets.UTF_8), FeatureInfo.class);
    } catch (JsonParseException | IllegalArgumentException | NullPointerException e) {
      throw new DataException(json + ": cannot be read; make the features again", e);
    }
    Matrix matrix = NpyFile.read(directory.resolve(FILES.get(0)));
    FrameTable frames = FrameTable.read(directory.resolve(FILES.get(1)));
    if (info == null || matrix.rows() != frames.size() || matrix.columns() != info.width()) {
      throw new DataException(
          directory
              + ": "
              + matrix.rows()
              + " rows in features.npy and "
              + frames.size()
              + " in features.csv; make the features again");
    }
    return new FeatureSet(matrix, frames, info);
  }
}
