package org.endossl.eval.parity;

import com.google.common.hash.Hashing;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.FrameCodec;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.FrameRecord;
import org.endossl.tfrecords.TfRecordReader;

/**
 * Records written by TensorFlow's own writer, every field and the image's SHA-256; and damaged
 * files, each of which must be refused.
 */
final class RecordsCheck implements GoldenCheck {
  @Override
  public void run(Path golden, Findings findings) throws IOException {
    JsonElement json = GoldenJson.read(golden.resolve("expected.json"));
    if (json == null || !json.isJsonArray()) {
      throw new DataException(golden.resolve("expected.json") + ": wanted a JSON list of records");
    }
    Map<String, List<JsonObject>> files = new TreeMap<>();
    for (JsonElement element : json.getAsJsonArray()) {
      JsonObject record = element.getAsJsonObject();
      files.computeIfAbsent(record.get("file").getAsString(), f -> new ArrayList<>()).add(record);
    }
    for (Map.Entry<String, List<JsonObject>> file : files.entrySet()) {
      findings.compare(
          file.getKey(),
          differing(golden.resolve(file.getKey()), file.getValue()),
          0,
          "fields and records that differ, of " + file.getValue().size() + " records");
    }
    Path damaged = golden.resolve("damaged");
    if (Files.isDirectory(damaged)) {
      for (Path file : list(damaged)) {
        findings.compare(
            "damaged/" + file.getFileName(), accepted(file) ? 1 : 0, 0, "1 if accepted");
      }
    }
  }

  private static int differing(Path file, List<JsonObject> wanted) throws IOException {
    int differing = 0;
    int next = 0;
    try (TfRecordReader reader = TfRecordReader.open(file)) {
      byte[] data;
      while ((data = reader.next()) != null) {
        FrameRecord frame = FrameCodec.decode(data, reader.place());
        differing += next < wanted.size() ? differing(frame, wanted.get(next)) : 1;
        next++;
      }
    }
    return differing + Math.max(0, wanted.size() - next);
  }

  private static int differing(FrameRecord got, JsonObject wanted) {
    int differing = 0;
    differing += got.videoId().equals(wanted.get("video_id").getAsString()) ? 0 : 1;
    differing += got.frameId() == wanted.get("frame_id").getAsLong() ? 0 : 1;
    differing += got.totalFrames() == wanted.get("total_frames").getAsLong() ? 0 : 1;
    differing += got.phase() == wanted.get("phase").getAsInt() ? 0 : 1;
    JsonArray instruments = wanted.getAsJsonArray("instruments");
    differing += got.instruments().equals(integers(instruments)) ? 0 : 1;
    String sha = Hashing.sha256().hashBytes(got.image()).toString();
    differing += sha.equals(wanted.get("png_sha256").getAsString()) ? 0 : 1;
    return differing;
  }

  private static List<Integer> integers(JsonArray array) {
    List<Integer> values = new ArrayList<>();
    array.forEach(value -> values.add(value.getAsInt()));
    return values;
  }

  private static boolean accepted(Path file) throws IOException {
    try {
      FrameIndex.scan(List.of(file));
      return true;
    } catch (DataException e) {
      return false; // as it should be
    }
  }

  private static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(Files::isRegularFile)
          .filter(f -> !f.toString().endsWith(".index"))
          .sorted()
          .toList();
    }
  }
}
