package org.endossl.data;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.endossl.data.augment.KerasResizing;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.FrameIndex;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFOutOfRangeException;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

class FrameInputTest {
  @TempDir static Path directory;
  static FrameIndex index;

  @BeforeAll
  static void write() throws IOException {
    index =
        FrameIndex.scan(
            List.of(
                Fixtures.write(directory.resolve("a.tfrecord"), 5, 2, 1),
                Fixtures.write(directory.resolve("b.tfrecord.gz"), 4, 3)));
  }

  private record Seen(List<Long> rows, List<Integer> batches, Map<Long, float[]> images) {}

  private static Seen run(FrameFiles files, int size, Normalization normalization) {
    Seen seen = new Seen(new ArrayList<>(), new ArrayList<>(), new TreeMap<>());
    try (Graph graph = new Graph();
        FrameInput input = FrameInput.build(Ops.create(graph), files, size, normalization, 4, 2);
        Session session = new Session(graph)) {
      input.start(session);
      while (true) {
        try (Result r = session.runner().fetch(input.images()).fetch(input.rows()).run()) {
          float[] pixels = Graphs.floats((TFloat32) r.get(0));
          int each = size * size * 3;
          int count = pixels.length / each;
          seen.batches.add(count);
          for (int i = 0; i < count; i++) {
            long row = ((TInt64) r.get(1)).getLong(i);
            seen.rows.add(row);
            float[] image = new float[each];
            System.arraycopy(pixels, i * each, image, 0, each);
            seen.images.put(row, image);
          }
        } catch (TFOutOfRangeException end) {
          return seen;
        }
      }
    }
  }

  @Test
  void plainFiles_comeInTheIndexesOrder_lastBatchPartial() throws IOException {
    Seen seen = run(FrameFiles.select(index, List.of("video01", "video02")), 8, Normalization.NONE);
    assertEquals(LongStream.range(0, 10).boxed().toList(), seen.rows);
    assertEquals(List.of(4, 4, 2), seen.batches);
  }

  @Test
  void compressedFiles_giveEveryFrameWithItsRow() throws IOException {
    FrameFiles mixed = FrameFiles.select(index, List.of("video01", "video03"));
    Seen seen = run(mixed, 8, Normalization.NONE);
    assertEquals(LongStream.range(0, 9).boxed().toList(), seen.rows.stream().sorted().toList());
    FrameFiles plain = FrameFiles.select(index, List.of("video01"));
    Seen alone = run(plain, 8, Normalization.NONE);
    for (int i = 0; i < 5; i++) {
      assertEquals("video01", mixed.entries().get(i).videoId());
      assertArrayEquals(alone.images.get((long) i), seen.images.get((long) i));
    }
  }

  @Test
  void images_areNormalised() throws IOException {
    FrameFiles files = FrameFiles.select(index, List.of("video01"));
    float[] plain = requireNonNull(run(files, 8, Normalization.NONE).images.get(0L));
    float[] normal = requireNonNull(run(files, 8, Normalization.IMAGENET).images.get(0L));
    for (int i = 0; i < plain.length; i += 3) {
      assertEquals((plain[i] - 0.485) / 0.229, normal[i], 1e-5);
      assertEquals((plain[i + 2] - 0.406) / 0.225, normal[i + 2], 1e-5);
    }
  }

  @Test
  void videoWithoutFrames_isRefused() {
    assertEquals(
        "no frames of video07, video08; the records hold video01, video02, video03; change the"
            + " split or add records",
        assertThrows(
                DataException.class,
                () -> FrameFiles.select(index, List.of("video08", "video01", "video07")))
            .getMessage());
  }

  @Test
  void resizing_isKeras() {
    Map<String, Golden.Array> golden = Golden.read("keras_resizing.safetensors");
    Golden.Array input = requireNonNull(golden.get("input"));
    assertClose(
        requireNonNull(golden.get("resizing_224")).values(),
        Graphs.run(tf -> KerasResizing.apply(tf, Graphs.image(tf, input), 224)));
    assertClose(
        requireNonNull(golden.get("resizing_224_crop")).values(),
        Graphs.run(tf -> KerasResizing.cropped(tf, Graphs.image(tf, input), 224)));
  }

  private static void assertClose(float[] want, float[] got) {
    double max = 0;
    for (int i = 0; i < want.length; i++) {
      max = Math.max(max, Math.abs(want[i] - got[i]));
    }
    assertTrue(max <= 1e-4, "largest difference " + max);
  }
}
