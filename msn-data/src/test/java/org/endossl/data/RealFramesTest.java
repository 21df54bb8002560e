package org.endossl.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.RecordFiles;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * Real Cholec80 frames in files that TensorFlow's Python writer made: plain ones and a gzipped one,
 * of two sizes. They are not in the repository; their licence forbids it.
 */
class RealFramesTest {
  private static FrameIndex index() throws IOException {
    Path folder = Golden.shared("golden/tf_cholec80");
    return FrameIndex.scan(RecordFiles.list(List.of(folder.toString())));
  }

  private static void check(FrameFiles files) {
    ViewsConfig config =
        new ViewsConfig(
            64,
            1,
            32,
            2,
            List.of(0.3, 1.0),
            List.of(0.05, 0.3),
            0.5,
            0.5,
            true,
            Normalization.IMAGENET);
    Set<Long> rows = new HashSet<>();
    try (Graph graph = new Graph();
        MsnInput input = MsnInput.build(Ops.create(graph), files, config, 2, 8, 2);
        Session session = new Session(graph)) {
      input.start(session, 3, 0, 0);
      for (long step = 0; step < input.stepsPerEpoch(); step++) {
        try (Result r =
            session
                .runner()
                .fetch(input.rows())
                .fetch(input.target())
                .fetch(input.random())
                .run()) {
          ((TInt64) r.get(0)).scalars().forEach(row -> rows.add(row.getLong()));
          for (float value : Graphs.floats((TFloat32) r.get(1))) {
            assertTrue(value >= -2.2 && value <= 2.7, "normalised value " + value);
          }
        }
      }
    }
    assertEquals(files.frames() / 2 * 2, rows.size());
  }

  @Test
  void views_ofPlainRecords() throws IOException {
    check(FrameFiles.select(index(), List.of("video01", "video41")));
  }

  @Test
  void views_ofPlainAndCompressedRecords() throws IOException {
    FrameIndex index = index();
    check(FrameFiles.select(index, index.videos()));
  }
}
