package org.endossl.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.PhaseOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

class VideoInputTest {
  private static final int SIZE = 8;

  @TempDir Path directory;

  private FrameFiles files() throws IOException {
    FrameIndex index =
        FrameIndex.scan(
            List.of(
                Fixtures.write(directory.resolve("a.tfrecord"), 5, 2, 1),
                Fixtures.write(directory.resolve("b.tfrecord"), 3, 3)));
    return FrameFiles.select(index, index.videos());
  }

  private static float[][] frames(FrameFiles files) {
    float[][] frames = new float[(int) files.frames()][];
    try (Graph graph = new Graph();
        FrameInput input =
            FrameInput.build(Ops.create(graph), files, SIZE, Normalization.NONE, 1, 1);
        Session session = new Session(graph)) {
      input.start(session);
      for (int i = 0; i < frames.length; i++) {
        try (Result r = session.runner().fetch(input.images()).run()) {
          frames[i] = Graphs.floats((TFloat32) r.get(0));
        }
      }
    }
    return frames;
  }

  @Test
  void videos_comeWhole_inOrder_paddedAndLabelled() throws IOException {
    FrameFiles files = files();
    float[][] single = frames(files);
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      try (VideoInput input = VideoInput.build(tf, files, SIZE, Normalization.NONE, 2, 2);
          Session session = new Session(graph)) {
        Operand<TInt32> phases =
            FrameLabels.phases(tf, files, input.rows(), PhaseOrder.TF_CHOLEC80);
        assertEquals(2, input.batches());
        assertEquals(List.of("video01", "video02"), input.videos(0));
        assertEquals(List.of(5, 5), input.lengths(0));
        assertEquals(List.of("video03"), input.videos(1));
        for (int epoch = 0; epoch < 2; epoch++) {
          int row = 0;
          for (int batch = 0; batch < 2; batch++) {
            input.start(session, batch);
            try (Result r =
                session.runner().fetch(input.images()).fetch(input.rows()).fetch(phases).run()) {
              float[] images = Graphs.floats((TFloat32) r.get(0));
              for (int v = 0; v < input.videos(batch).size(); v++) {
                for (int i = 0; i < input.lengths(batch).get(v); i++) {
                  assertEquals(row, ((TInt64) r.get(1)).getLong(v, i));
                  assertEquals(i % 7, ((TInt32) r.get(2)).getInt(v, i));
                  int at = (v * 5 + i) * SIZE * SIZE * 3;
                  assertArrayEquals(
                      single[row], Arrays.copyOfRange(images, at, at + SIZE * SIZE * 3));
                  row++;
                }
              }
            }
          }
        }
      }
    }
  }

  @Test
  void aShorterVideo_isPadded() throws IOException {
    FrameFiles files = files();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      try (VideoInput input = VideoInput.build(tf, files, SIZE, Normalization.NONE, 3, 1);
          Session session = new Session(graph)) {
        Operand<TInt32> phases = FrameLabels.phases(tf, files, input.rows(), PhaseOrder.ENDOSSL);
        Operand<TFloat32> tools = FrameLabels.instruments(tf, files, input.rows());
        input.start(session, 0);
        try (Result r =
            session
                .runner()
                .fetch(input.rows())
                .fetch(phases)
                .fetch(input.images())
                .fetch(tools)
                .run()) {
          assertEquals(-1, ((TInt64) r.get(0)).getLong(2, 3));
          assertEquals(-1, ((TInt32) r.get(1)).getInt(2, 4));
          assertEquals(12, ((TInt64) r.get(0)).getLong(2, 2));
          assertEquals(
              PhaseOrder.TF_CHOLEC80.convert(2, PhaseOrder.ENDOSSL),
              ((TInt32) r.get(1)).getInt(2, 2));
          assertEquals(0, ((TFloat32) r.get(2)).getFloat(2, 4, 3, 3, 0));
          assertEquals(
              List.of(3L, 5L, 7L), Arrays.stream(r.get(3).shape().asArray()).boxed().toList());
        }
      }
    }
  }

  @Test
  void compressedFiles_giveTheSame_andLeaveNothingBehind() throws IOException {
    FrameFiles plain = files();
    Path copies = Files.createDirectories(directory.resolve("copies"));
    FrameIndex index =
        FrameIndex.scan(
            List.of(
                Fixtures.write(copies.resolve("a.tfrecord.gz"), 5, 2, 1),
                Fixtures.write(copies.resolve("b.tfrecord.zlib"), 3, 3)));
    FrameFiles compressed = FrameFiles.select(index, index.videos());
    float[][] expected = videos(plain);
    float[][] actual = videos(compressed);
    for (int batch = 0; batch < expected.length; batch++) {
      assertArrayEquals(expected[batch], actual[batch]);
    }
    PlainCopies unpacked = PlainCopies.of(compressed);
    Path folder = unpacked.files().entries().get(0).file().getParent();
    assertTrue(folder != null && Files.exists(folder));
    unpacked.close();
    assertTrue(Files.notExists(folder));
  }

  private static float[][] videos(FrameFiles files) throws IOException {
    try (Graph graph = new Graph();
        VideoInput input =
            VideoInput.build(Ops.create(graph), files, SIZE, Normalization.NONE, 2, 2);
        Session session = new Session(graph)) {
      float[][] batches = new float[input.batches()][];
      for (int batch = 0; batch < batches.length; batch++) {
        input.start(session, batch);
        try (Result r = session.runner().fetch(input.images()).run()) {
          batches[batch] = Graphs.floats((TFloat32) r.get(0));
        }
      }
      return batches;
    }
  }
}
