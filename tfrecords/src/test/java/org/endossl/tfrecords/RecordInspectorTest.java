package org.endossl.tfrecords;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.hash.Hashing;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordInspectorTest {

  @TempDir Path directory;

  @Test
  void jsonLines_haveTheFixedKeys() throws IOException {
    Path file = TestFrames.file(directory.resolve("x.tfrecord"), "video01", 2);
    List<String> lines = new ArrayList<>();
    RecordInspector.json(List.of(file), lines::add);
    FrameRecord second = TestFrames.frame("video01", 1, 2, 1);
    int offset = FrameCodec.encode(TestFrames.frame("video01", 0, 2, 0)).length + 16;
    assertEquals(2, lines.size());
    assertEquals(
        "{\"file\":\"x.tfrecord\",\"record\":1,\"offset\":"
            + offset
            + ",\"video_id\":\"video01\",\"frame_id\":1,\"total_frames\":2,"
            + "\"instruments\":[1,0,1,0,0,0,1],\"phase\":1,\"frame_sha256\":\""
            + Hashing.sha256().hashBytes(second.image())
            + "\"}",
        lines.get(1));
  }

  @Test
  void table_hasALinePerRecord() throws IOException {
    PhaseOrder.ENDOSSL.write(directory);
    Path file = TestFrames.file(directory.resolve("x.tfrecord.gz"), "video01", 2);
    List<String> lines = new ArrayList<>();
    RecordInspector.table(List.of(file), lines::add);
    assertEquals(3, lines.size());
    assertTrue(lines.get(2).contains("1 CleaningCoagulation"), lines.get(2));
    assertTrue(lines.get(2).contains("Grasper,Hook,SpecimenBag"), lines.get(2));
  }

  @Test
  void badRecord_stopsIt() throws IOException {
    Path file = directory.resolve("x.tfrecord");
    try (TfRecordWriter writer = TfRecordWriter.create(file)) {
      writer.write(new byte[] {1, 2, 3});
      writer.commit();
    }
    DataException e =
        assertThrows(DataException.class, () -> RecordInspector.json(List.of(file), line -> {}));
    assertTrue(e.problem().contains("not a frame's Example"), e.getMessage());
  }

  @Test
  void goldenFiles_areShownAsExpected() throws IOException {
    Path folder = Golden.folder("tf_cholec80");
    JsonArray expected =
        JsonParser.parseString(Files.readString(folder.resolve("expected.json"))).getAsJsonArray();
    List<String> lines = new ArrayList<>();
    RecordInspector.json(RecordFiles.list(List.of(folder.toString())), lines::add);
    assertEquals(expected.size(), lines.size());
    for (int i = 0; i < lines.size(); i++) {
      JsonObject wanted = expected.get(i).getAsJsonObject();
      JsonObject got = JsonParser.parseString(lines.get(i)).getAsJsonObject();
      got.remove("record");
      got.remove("offset");
      got.add("png_sha256", got.remove("frame_sha256"));
      assertEquals(wanted, got);
    }
  }
}
