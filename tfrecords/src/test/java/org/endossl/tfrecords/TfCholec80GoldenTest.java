package org.endossl.tfrecords;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.hash.Hashing;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that TensorFlow's Python writer made. */
class TfCholec80GoldenTest {

  @Test
  void everyRecord_isWhatPythonWrote() throws IOException {
    Path folder = Golden.folder("tf_cholec80");
    JsonArray expected =
        JsonParser.parseString(Files.readString(folder.resolve("expected.json"))).getAsJsonArray();
    List<JsonObject> got = new ArrayList<>();
    for (Path file : RecordFiles.list(List.of(folder.toString()))) {
      try (TfRecordReader reader = TfRecordReader.open(file)) {
        byte[] data;
        while ((data = reader.next()) != null) {
          got.add(json(file, FrameCodec.decode(data, reader.place())));
        }
      }
    }
    assertEquals(expected.size(), got.size());
    for (int i = 0; i < got.size(); i++) {
      assertEquals(expected.get(i), got.get(i));
    }
  }

  private static JsonObject json(Path file, FrameRecord frame) {
    JsonObject json = new JsonObject();
    json.addProperty("file", String.valueOf(file.getFileName()));
    json.addProperty("video_id", frame.videoId());
    json.addProperty("frame_id", frame.frameId());
    json.addProperty("total_frames", frame.totalFrames());
    JsonArray instruments = new JsonArray();
    frame.instruments().forEach(instruments::add);
    json.add("instruments", instruments);
    json.addProperty("phase", frame.phase());
    json.addProperty("png_sha256", Hashing.sha256().hashBytes(frame.image()).toString());
    return json;
  }

  @Test
  void index_holdsEveryRecord() throws IOException {
    Path folder = Golden.folder("tf_cholec80");
    FrameIndex index = FrameIndex.scan(RecordFiles.list(List.of(folder + "/video*.tfrecord*")));
    assertEquals(List.of("video01", "video41", "video49"), index.videos());
    assertEquals(24, index.entries().size());
    assertEquals(PhaseOrder.TF_CHOLEC80, index.phaseOrder());
    assertEquals(Compression.GZIP, index.entries().get(23).compression());
    JsonElement first =
        JsonParser.parseString(Files.readString(folder.resolve("expected.json")))
            .getAsJsonArray()
            .get(0);
    assertEquals(first.getAsJsonObject().get("phase").getAsInt(), index.entries().get(0).phase());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bad_length|22697|1|the length's checksum is",
        "bad_payload_crc|22697|1|the data's checksum is",
        "empty|0|0|the file is empty, wanted at least one record",
        "missing_phase|0|0|no feature phase, wanted integers",
        "not_tfrecord|0|0|not a TFRecord file",
        "phase_out_of_range|0|0|phase is 9, wanted 0 to 6",
        "png_truncated|0|0|frame is a PNG chunk of",
        "six_instruments|0|0|instruments has 6 values, wanted 7",
        "truncated_header|22697|1|the file ends 5 bytes into a record's 12-byte header",
        "truncated_payload|204365|9|the file ends after 21922 bytes of data, wanted 22018",
        "video_id_traversal|0|0|video_id is \"../../etc/x\", wanted letters"
      })
  void damaged_isRefused(String name, long offset, long record, String expectation) {
    Path file = Golden.folder("tf_cholec80").resolve("damaged/" + name + ".tfrecord");
    DataException e = assertThrows(DataException.class, () -> FrameIndex.scan(List.of(file)));
    String message = String.valueOf(e.getMessage());
    assertTrue(
        message.startsWith(file + " at byte " + offset + ", record " + record + ": "), message);
    assertTrue(message.contains(expectation), message);
    assertEquals(1, message.lines().count());
  }
}
