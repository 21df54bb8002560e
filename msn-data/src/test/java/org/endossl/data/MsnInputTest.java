package org.endossl.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import org.endossl.model.Compute;
import org.endossl.tfrecords.FrameIndex;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFOutOfRangeException;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

class MsnInputTest {
  private static final ViewsConfig VIEWS =
      new ViewsConfig(
          32,
          2,
          16,
          3,
          List.of(0.3, 1.0),
          List.of(0.05, 0.3),
          0.5,
          0.5,
          true,
          Normalization.IMAGENET);

  /** The same without the ops that take long to build. */
  private static final ViewsConfig LIGHT =
      new ViewsConfig(
          32, 1, 16, 3, List.of(0.3, 1.0), List.of(0.05, 0.3), 0, 0, true, Normalization.IMAGENET);

  @TempDir static Path directory;
  static FrameFiles plain;
  static FrameFiles mixed;

  @BeforeAll
  static void write() throws IOException {
    Path a = Fixtures.write(directory.resolve("a.tfrecord"), 9, 1, 2);
    Path b = Fixtures.write(directory.resolve("b.tfrecord"), 5, 3);
    Path c = Fixtures.write(directory.resolve("c.tfrecord.gz"), 8, 4);
    List<String> videos = List.of("video01", "video03");
    plain = FrameFiles.select(FrameIndex.scan(List.of(a, b)), videos);
    mixed =
        FrameFiles.select(
            FrameIndex.scan(List.of(a, b, c)), List.of("video01", "video03", "video04"));
  }

  /** One step's bits. */
  private record Step(List<Long> rows, List<float[]> views) {
    boolean same(Step other) {
      boolean same = rows.equals(other.rows);
      for (int i = 0; i < views.size(); i++) {
        same &= Arrays.equals(views.get(i), other.views.get(i));
      }
      return same;
    }
  }

  private static List<Step> run(
      FrameFiles files, ViewsConfig config, int batch, int workers, long epoch, long done) {
    try (Graph graph = new Graph();
        MsnInput input = MsnInput.build(Ops.create(graph), files, config, batch, 6, workers);
        Session session = new Session(graph)) {
      List<Step> steps = epoch(session, input, epoch, done);
      assertEquals((files.frames() - done) / batch, steps.size());
      assertEquals(files.frames() / batch, input.stepsPerEpoch());
      return steps;
    }
  }

  private static List<Step> epoch(Session session, MsnInput input, long epoch, long done) {
    List<Step> steps = new ArrayList<>();
    input.start(session, 7, epoch, done);
    while (true) {
      Session.Runner runner =
          session.runner().fetch(input.rows()).fetch(input.target()).fetch(input.random());
      if (input.focal() != null) {
        runner.fetch(input.focal());
      }
      try (Result result = runner.run()) {
        List<Long> rows = new ArrayList<>();
        ((TInt64) result.get(0)).scalars().forEach(r -> rows.add(r.getLong()));
        List<float[]> views = new ArrayList<>();
        for (int i = 1; i < result.size(); i++) {
          views.add(Graphs.floats((TFloat32) result.get(i)));
        }
        steps.add(new Step(rows, views));
      } catch (TFOutOfRangeException end) {
        return steps;
      }
    }
  }

  /** Each share has its frames' rows of every view. */
  @Test
  void sharesOfABatch_areItsFrames() {
    try (Graph graph = new Graph();
        MsnInput input = MsnInput.build(Ops.create(graph), plain, LIGHT, 4, 6, 1)) {
      Ops tf = Ops.create(graph);
      List<Operand<TFloat32>> each = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        MsnInput.Images images = input.images(tf, input.bytes(tf, i, 2));
        each.add(images.target());
        each.add(Objects.requireNonNull(images.focal()));
      }
      try (Session session = new Session(graph)) {
        input.start(session, 7, 0, 0);
        Session.Runner runner =
            session.runner().fetch(input.target()).fetch(Objects.requireNonNull(input.focal()));
        each.forEach(runner::fetch);
        try (Result result = runner.run()) {
          for (int kind = 0; kind < 2; kind++) {
            float[] all = Graphs.floats((TFloat32) result.get(kind));
            int views = kind == 0 ? 1 : 3;
            int share = all.length / views / 2; // of a view
            for (int i = 0; i < 2; i++) {
              float[] got = Graphs.floats((TFloat32) result.get(2 + 2 * i + kind));
              for (int v = 0; v < views; v++) {
                int from = (2 * v + i) * share;
                assertArrayEquals(
                    Arrays.copyOfRange(all, from, from + share),
                    Arrays.copyOfRange(got, v * share, (v + 1) * share));
              }
            }
          }
        }
      }
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> input.bytes(tf, 0, 3));
      assertEquals("shares: got 3, wanted a divisor of the batch, 4", e.getMessage());
    }
  }

  private static void assertSame(List<Step> a, List<Step> b) {
    assertEquals(a.size(), b.size());
    for (int i = 0; i < a.size(); i++) {
      assertTrue(a.get(i).same(b.get(i)), "step " + i);
    }
  }

  private static List<Long> rows(List<Step> steps) {
    return steps.stream().flatMap(s -> s.rows().stream()).toList();
  }

  @Test
  void batches_doNotDependOnWorkers() {
    List<Step> one = run(plain, VIEWS, 3, 1, 0, 0);
    assertSame(one, run(plain, VIEWS, 3, 2, 0, 0));
    assertSame(one, run(plain, VIEWS, 3, 0, 0, 0));
  }

  @Test
  void batchesOfCompressedFiles_doNotDependOnWorkers() {
    List<Step> one = run(mixed, LIGHT, 3, 1, 0, 0);
    assertSame(one, run(mixed, LIGHT, 3, 2, 0, 0));
    assertSame(one, run(mixed, LIGHT, 3, 0, 0, 0));
  }

  @Test
  void resumedEpoch_hasTheSameBits() {
    List<Step> whole = run(plain, VIEWS, 3, 0, 2, 0);
    assertSame(whole.subList(2, whole.size()), run(plain, VIEWS, 3, 0, 2, 6));
  }

  @Test
  void resumedEpochOfCompressedFiles_hasTheSameBits() {
    List<Step> whole = run(mixed, LIGHT, 3, 0, 2, 0);
    assertSame(whole.subList(2, whole.size()), run(mixed, LIGHT, 3, 0, 2, 6));
  }

  @Test
  void keptFrames_changeNoBit_inAnyEpochNorWhereARunGoesOn() throws IOException {
    for (FrameFiles files : List.of(plain, mixed)) {
      int cached = files == plain ? 5 : 1000;
      try (Graph graph = new Graph();
          MsnInput input =
              MsnInput.build(
                  Ops.create(graph), files, LIGHT, 3, 6, 0, cached, Compute.Kernels.AUTO);
          Session session = new Session(graph)) {
        epoch(session, input, 0, 0);
        assertSame(run(files, LIGHT, 3, 0, 1, 0), epoch(session, input, 1, 0));
        assertSame(run(files, LIGHT, 3, 0, 2, 6), epoch(session, input, 2, 6));
      }
    }
  }

  @Test
  void batches_doNotDependOnTheForm() {
    for (FrameFiles files : List.of(plain, mixed)) {
      List<List<Step>> both = new ArrayList<>();
      for (Compute.Kernels kernels : List.of(Compute.Kernels.AUTO, Compute.Kernels.COMPOSITE)) {
        try (Graph graph = new Graph();
            MsnInput input = MsnInput.build(Ops.create(graph), files, VIEWS, 4, 6, 2, 0, kernels);
            Session session = new Session(graph)) {
          both.add(epoch(session, input, 1, 4));
        }
      }
      assertSame(both.get(0), both.get(1));
    }
  }

  @Test
  void keptFrames_areNotReadAgain() throws IOException {
    Path file = Fixtures.write(directory.resolve("gone.tfrecord"), 6, 9);
    FrameIndex index = FrameIndex.scan(List.of(file));
    FrameFiles files = FrameFiles.select(index, index.videos());
    try (Graph graph = new Graph();
        MsnInput input =
            MsnInput.build(Ops.create(graph), files, LIGHT, 3, 6, 0, 6, Compute.Kernels.AUTO);
        Session session = new Session(graph)) {
      epoch(session, input, 0, 0);
      List<Step> second = epoch(session, input, 1, 0);
      Files.delete(file);
      assertSame(second, epoch(session, input, 1, 0));
    }
  }

  @Test
  void shards_giveEachFrameToOneWorker_withTheSameNumberOfSteps() {
    List<Long> all = new ArrayList<>();
    for (int worker = 0; worker < 2; worker++) {
      FrameFiles part = plain.shard(worker, 2);
      for (Step step : run(part, LIGHT, 1, 0, 0, 0)) {
        FrameIndex.Entry entry = part.entries().get(Math.toIntExact(step.rows().get(0)));
        all.add(Long.valueOf(plain.entries().indexOf(entry)));
      }
      assertEquals(7, part.frames());
    }
    assertEquals(14, new HashSet<>(all).size());
  }

  @Test
  void epoch_showsEachFrameWantedOnce_inAnotherOrderEachTime() {
    for (FrameFiles files : List.of(plain, mixed)) {
      List<Long> first;
      List<Long> second;
      try (Graph graph = new Graph();
          MsnInput input = MsnInput.build(Ops.create(graph), files, LIGHT, 1, 6, 0);
          Session session = new Session(graph)) {
        first = rows(epoch(session, input, 0, 0));
        second = rows(epoch(session, input, 1, 0));
      }
      assertEquals(files.frames(), first.size());
      assertEquals(files.frames(), new HashSet<>(first).size());
      assertEquals(new HashSet<>(first), new HashSet<>(second));
      assertNotEquals(first, second);
    }
  }

  @Test
  void views_differFromOneAnotherAndFromEpochToEpoch() {
    List<Step> first = run(plain, LIGHT, 1, 0, 0, 0);
    List<Step> second = run(plain, LIGHT, 1, 0, 1, 0);
    for (Step a : first) {
      assertFalse(Arrays.equals(a.views().get(0), a.views().get(1)));
      float[] focal = a.views().get(2);
      int third = focal.length / 3;
      assertFalse(
          Arrays.equals(Arrays.copyOf(focal, third), Arrays.copyOfRange(focal, third, 2 * third)));
      for (Step b : second) {
        assertFalse(Arrays.equals(a.views().get(0), b.views().get(0)));
      }
    }
  }

  @Test
  void views_areViewByView() {
    // Two frames together and one by one: positions are the same, so are the views.
    Step both = run(plain, LIGHT, 2, 0, 0, 0).get(0);
    List<Step> single = run(plain, LIGHT, 1, 0, 0, 0);
    int views = 3;
    int size = 16 * 16 * 3;
    for (int view = 0; view < views; view++) {
      for (int frame = 0; frame < 2; frame++) {
        int at = (view * 2 + frame) * size;
        assertArrayEquals(
            Arrays.copyOfRange(single.get(frame).views().get(2), view * size, (view + 1) * size),
            Arrays.copyOfRange(both.views().get(2), at, at + size));
      }
    }
  }

  @Test
  void wholeFrame_withoutAnyDraw_isTheFrameResized() {
    ViewsConfig still =
        new ViewsConfig(
            36, 1, 8, 0, List.of(1.0, 1.0), List.of(0.1, 0.2), 0, 0, false, Normalization.NONE);
    // 64 x 36 allows no box of all the area with an aspect below 4/3: the centre is taken.
    Step step = run(plain, still, 1, 0, 0, 0).get(0);
    int row = Math.toIntExact(step.rows().get(0));
    FrameIndex.Entry entry = plain.entries().get(row);
    int video = Integer.parseInt(entry.videoId().substring(5));
    var picture =
        Fixtures.picture(video, Math.toIntExact(entry.frameId()), Fixtures.WIDTH, Fixtures.HEIGHT);
    // 48 columns become 36; rows stay as they are.
    float mean = 0;
    for (int x = 8; x < 56; x++) {
      mean += (picture.getRGB(x, 20) & 0xff) / 48f;
    }
    float got = 0;
    for (int x = 0; x < 36; x++) {
      got += step.views().get(0)[(20 * 36 + x) * 3 + 2] * 255 / 36;
    }
    assertEquals(mean, got, 0.5);
  }

  @Test
  void batchOfMoreThanThereIs_isRefused() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      String message =
          assertThrows(
                  IllegalArgumentException.class, () -> MsnInput.build(tf, plain, VIEWS, 15, 1, 0))
              .getMessage();
      assertEquals("batch: got 15, wanted at most the 14 frames there are", message);
    }
  }
}
