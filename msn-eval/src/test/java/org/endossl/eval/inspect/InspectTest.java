package org.endossl.eval.inspect;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.endossl.data.FrameFiles;
import org.endossl.data.Normalization;
import org.endossl.eval.Encoder;
import org.endossl.eval.Preprocessing;
import org.endossl.eval.ProgressListener;
import org.endossl.eval.WeightsSource;
import org.endossl.eval.features.FeatureInfo;
import org.endossl.eval.features.FeatureSet;
import org.endossl.eval.features.Features;
import org.endossl.eval.features.FeaturesRequest;
import org.endossl.eval.features.FrameTable;
import org.endossl.eval.features.Frames;
import org.endossl.eval.features.Matrix;
import org.endossl.tfrecords.BadRecords;
import org.endossl.tfrecords.Compression;
import org.endossl.train.Checkpoint;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class InspectTest {
  @TempDir static Path temp;

  private static Path records = Path.of("");
  private static Path run = Path.of("");

  @BeforeAll
  static void train() throws IOException {
    records = Frames.write(temp.resolve("a.tfrecord"), 3, 9, Compression.NONE);
    run = temp.resolve("run");
    TinyRun.train(records, run);
  }

  @Test
  void attention_isTheLastBlocksRowOfTheClassToken() throws IOException {
    Encoder encoder = new WeightsSource.Run(run).open();
    Attention got = AttentionMaps.of(encoder, List.of(Frames.png(Frames.colour(1, 2)))).get(0);
    assertEquals(TinyRun.ACROSS, got.across());
    assertEquals(TinyRun.HEADS, got.heads().length);
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Encoder.Network network = encoder.create(tf);
      var colour = Frames.colour(1, 2);
      Operand<TFloat32> pixels =
          tf.broadcastTo(
              tf.constant(new float[] {colour.getRed(), colour.getGreen(), colour.getBlue()}),
              tf.constant(new int[] {1, 32, 32, 3}));
      List<Operand<TFloat32>> maps =
          network.forward(encoder.preprocessing().normalization().apply(tf, pixels)).attentions();
      try (Session session = new Session(graph)) {
        network.load(session);
        try (Result result = session.runner().fetch(maps.get(1)).run()) {
          TFloat32 row = (TFloat32) result.get(0);
          for (int h = 0; h < TinyRun.HEADS; h++) {
            for (int p = 0; p < got.heads()[h].length; p++) {
              assertEquals(row.getFloat(0, h, 0, p + 1), got.heads()[h][p], 1e-5);
            }
            double rest = 1 - row.getFloat(0, h, 0, 0);
            assertEquals(rest, Arrays.stream(got.heads()[h]).sum(), 1e-5);
          }
        }
      }
    }
  }

  @Test
  void attention_ofWhatHasNone_isRefused() throws IOException {
    Encoder colours = WeightsSource.parse("mean-colour").open();
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> AttentionMaps.of(colours, List.of()));
    assertTrue(String.valueOf(e.getMessage()).contains("mean-colour: has no attention"));
  }

  @Test
  void half_isOfTheFewestPatches() {
    assertArrayEquals(
        new boolean[] {false, true, false, true},
        Attention.half(new double[] {0.1, 0.15, 0.1, 0.12}));
    Attention attention = new Attention(1, new double[][] {{0.2}, {0.6}});
    assertArrayEquals(new double[] {0.4}, attention.mean(), 1e-12);
  }

  @Test
  void prototypes_drawEveryFrameOnce_theNearestFirst() throws IOException {
    Checkpoint checkpoint = Checkpoint.open(run);
    Matrix features = features().matrix();
    Prototypes prototypes = Prototypes.of(checkpoint, features);
    assertEquals(TinyRun.PROTOTYPES, prototypes.count());
    assertEquals(features.rows(), Arrays.stream(prototypes.draws()).sum());
    for (float cosine : prototypes.cosines().values()) {
      assertTrue(Math.abs(cosine) <= 1 + 1e-6, "cosine " + cosine);
    }
    int[] by = prototypes.drawnBy();
    for (int k = 0; k < prototypes.count(); k++) {
      List<Integer> nearest = prototypes.nearest(k);
      for (int r = 1; r < nearest.size(); r++) {
        assertTrue(
            prototypes.cosine(nearest.get(r - 1), k) >= prototypes.cosine(nearest.get(r), k));
      }
    }
    for (int i = 0; i < by.length; i++) {
      for (int k = 0; k < prototypes.count(); k++) {
        assertTrue(prototypes.cosine(i, by[i]) >= prototypes.cosine(i, k));
      }
    }
    assertThrows(
        IllegalArgumentException.class, () -> Prototypes.of(checkpoint, Matrix.zeros(2, 3)));
  }

  @Test
  void effectivePrototypes_areAllThatDrawEvenly() {
    Matrix cosines = new Matrix(4, 4, new float[16]);
    for (int i = 0; i < 4; i++) {
      cosines.values()[4 * i + i / 2] = 1;
    }
    assertEquals(2, new Prototypes(cosines).effective(), 1e-9);
  }

  @Test
  void neighbours_areOfOtherVideos() {
    List<FrameTable.Row> rows = new ArrayList<>();
    float[] values = new float[24];
    for (int i = 0; i < 12; i++) {
      rows.add(new FrameTable.Row("video0" + (1 + i % 2), i, i % 3, 0));
      values[2 * i] = i % 3;
    }
    FeatureSet set = new FeatureSet(new Matrix(12, 2, values), new FrameTable(rows), info(12, 2));
    Neighbours neighbours = Neighbours.of(set, 2);
    assertTrue(neighbours.otherVideos());
    assertEquals(1, neighbours.same(), 1e-12);
    assertEquals(1 / 3.0, neighbours.chance(), 1e-12);
  }

  @Test
  void footage_spreadsOverVideos_andReadsWhatIsThere() throws IOException {
    Footage footage =
        Footage.open(List.of(records.toString()), BadRecords.fail(), ProgressListener.NONE);
    assertEquals(List.of("video01", "video02", "video03"), footage.videos());
    FrameFiles spread = footage.spread(footage.videos(), 10);
    assertEquals(9, spread.frames());
    assertEquals(27, footage.spread(footage.videos(), 27).frames());
    assertEquals(3, footage.spread(footage.videos(), 27).videos().size());
    List<Footage.Key> got = new ArrayList<>();
    footage.read(
        List.of(
            new Footage.Key("video02", 50),
            new Footage.Key("video02", 51),
            new Footage.Key("video01", 0)),
        (key, encoded, image) -> {
          int frame = (int) key.frame() / 25;
          int video = key.video().charAt(6) - '0';
          assertEquals(Frames.colour(video, frame).getRGB(), image.getRGB(3, 3));
          got.add(key);
        });
    assertEquals(2, got.size());
    assertFalse(footage.has(new Footage.Key("video02", 51)));
  }

  private static FeatureSet features() throws IOException {
    return Features.run(
        new FeaturesRequest(
            new WeightsSource.Run(run),
            List.of(records.toString()),
            List.of(),
            null,
            4,
            1,
            null,
            null),
        ProgressListener.NONE);
  }

  private static FeatureInfo info(int frames, int width) {
    return new FeatureInfo(
        "",
        "",
        "",
        "",
        "",
        List.of(),
        List.of(),
        frames,
        width,
        new Preprocessing(1, Normalization.NONE),
        "endossl",
        List.of());
  }
}
