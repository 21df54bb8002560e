package org.endossl.tfrecords;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.Example;
import org.tensorflow.proto.Feature;

class FrameCodecTest {

  private static final Place WHERE = new Place(Path.of("x.tfrecord"), 8192, 3);

  @Test
  void frames_comeBack() throws IOException {
    for (String format : List.of("png", "jpg")) {
      byte[] image = TestFrames.image(format, 31, 17, 1);
      FrameRecord frame =
          new FrameRecord(image, "video_07-b", 12, 99, List.of(0, 1, 0, 1, 0, 1, 0), 6);
      FrameRecord read = FrameCodec.decode(FrameCodec.encode(frame), WHERE);
      assertEquals(frame, read);
      assertArrayEquals(image, read.image());
    }
  }

  @Test
  void encoding_isAnExampleOfSixFeatures() throws IOException {
    byte[] bytes = FrameCodec.encode(TestFrames.frame("video01", 2, 5, 4));
    Example example = Example.parseFrom(bytes);
    assertEquals(6, example.getFeatures().getFeatureCount());
    assertEquals(4, example.getFeatures().getFeatureOrThrow("phase").getInt64List().getValue(0));
    assertArrayEquals(bytes, FrameCodec.encode(TestFrames.frame("video01", 2, 5, 4)));
  }

  private static DataException refused(String name, Feature feature) {
    Example.Builder example;
    try {
      example = Example.parseFrom(FrameCodec.encode(TestFrames.frame("v", 0, 1, 0))).toBuilder();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    example.getFeaturesBuilder().putFeature(name, feature);
    byte[] bytes = example.build().toByteArray();
    return assertThrows(DataException.class, () -> FrameCodec.decode(bytes, WHERE));
  }

  private static Feature text(String value) {
    return ExampleCodec.feature(ByteString.copyFromUtf8(value));
  }

  private static Feature integers(Long... values) {
    return ExampleCodec.feature(Arrays.asList(values));
  }

  @Test
  void brokenRules_areNamed() {
    assertEquals(
        "x.tfrecord at byte 8192, record 3: phase is 7, wanted 0 to 6; correct the record or leave"
            + " it out",
        refused("phase", integers(7L)).getMessage());
    assertEquals(WHERE, refused("phase", integers(-1L)).place());
    assertTrue(refused("phase", integers(1L << 32)).problem().contains("phase is 4294967296"));
    assertTrue(refused("phase", text("1")).problem().contains("phase has bytes, wanted integers"));
    assertTrue(refused("frame_id", integers(2L)).problem().contains("frame_id is 2"));
    assertTrue(refused("frame_id", integers(-1L)).problem().contains("frame_id is -1"));
    assertTrue(refused("total_frames", integers(-5L)).problem().contains("total_frames is -5"));
    assertTrue(refused("video_id", text("")).problem().contains("video_id is \"\""));
    assertTrue(refused("video_id", text("a/b\n")).problem().contains("\"a/b\\u000a\""));
    assertTrue(
        refused("instruments", integers(0L, 0L, 0L, 0L, 0L, 1L << 32, 0L))
            .problem()
            .contains("instruments[5] is 2147483647, wanted 0 or 1"));
    assertTrue(refused("frame", text("GIF89a")).problem().contains("no image"));
    assertTrue(refused("frame", text("")).problem().contains("0 bytes that are no image"));
  }

  @Test
  void furtherFeatures_areIgnored() throws IOException {
    FrameRecord frame = TestFrames.frame("video01", 0, 1, 0);
    Example.Builder example = Example.parseFrom(FrameCodec.encode(frame)).toBuilder();
    example.getFeaturesBuilder().putFeature("hospital", text("Strasbourg"));
    assertEquals(frame, FrameCodec.decode(example.build().toByteArray(), WHERE));
  }

  @Test
  void lastFrameId_mayEqualTheTotal() throws IOException {
    FrameRecord frame = TestFrames.frame("video01", 5, 5, 0);
    assertEquals(frame, FrameCodec.decode(FrameCodec.encode(frame), WHERE));
    FrameRecord unknown = TestFrames.frame("video01", 5, 0, 0);
    assertEquals(unknown, FrameCodec.decode(FrameCodec.encode(unknown), WHERE));
  }

  @Test
  void aWrongRecord_cannotBeMade() {
    byte[] image = TestFrames.image("png", 3, 3, 1);
    List<Integer> none = List.of(0, 0, 0, 0, 0, 0, 0);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> new FrameRecord(image, "v", 0, 0, none, 7));
    assertEquals("frame record: phase is 7, wanted 0 to 6", e.getMessage());
  }
}
