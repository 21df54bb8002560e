package org.endossl.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.endossl.data.FrameFiles;
import org.endossl.data.FrameStore;
import org.endossl.data.MsnInput;
import org.endossl.data.Normalization;
import org.endossl.data.ViewsConfig;
import org.endossl.model.Compute;
import org.endossl.tfrecords.BadRecords;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.RecordFiles;
import org.endossl.train.config.Require;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;

/** Times the input by itself: reading, decoding, drawing the views of frames, normalising them. */
public final class InputBench {
  /**
   * What to time.
   *
   * @param records files, globs or directories
   * @param batch frames per batch
   * @param focalViews views of 96 pixels, besides target and random view of 224
   * @param workers threads that decode and augment; 0 lets TensorFlow choose
   * @param batches to draw, of which the first two do not count
   * @param cached decoded frames kept in memory; 0 for none
   */
  public record Request(
      List<String> records, int batch, int focalViews, int workers, int batches, int cached) {
    public Request {
      Require.atLeast("cache", cached, 0);
      records = List.copyOf(records);
      Require.atLeast("batch", batch, 1);
      Require.atLeast("focal", focalViews, 0);
      Require.atLeast("workers", workers, 0);
      Require.atLeast("batches", batches, 3);
    }
  }

  /** The recipe's views. */
  static ViewsConfig views(int focalViews) {
    return new ViewsConfig(
        224,
        1,
        96,
        focalViews,
        List.of(0.3, 1.0),
        List.of(0.05, 0.3),
        0.5,
        0.5,
        true,
        Normalization.IMAGENET);
  }

  /**
   * What was measured.
   *
   * @param request what was asked for
   * @param frames that the records hold
   * @param framesPerSecond decoded, with all views drawn
   * @param viewsPerSecond the same times the views of a frame
   * @param firstBatchSeconds until the first batch was there, the graph built before
   */
  public record Figures(
      Request request,
      long frames,
      double framesPerSecond,
      double viewsPerSecond,
      double firstBatchSeconds) {}

  private InputBench() {}

  /**
   * Runs over the records, again and again where they are few.
   *
   * @throws org.endossl.tfrecords.DataException if records are missing or damaged
   */
  public static Figures run(Request request) throws IOException {
    return run(request, BadRecords.fail());
  }

  /** Makes a batch as a step gets it, normalised. */
  private static void next(Session session, MsnInput input) {
    Session.Runner runner =
        session
            .runner()
            .addTarget(input.rows())
            .addTarget(input.target())
            .addTarget(input.random());
    if (input.focal() != null) {
      runner.addTarget(input.focal());
    }
    runner.run().close();
  }

  /** As {@link #run(Request)}; what is done about bad records is up to bad. */
  public static Figures run(Request request, BadRecords bad) throws IOException {
    return run(request, bad, null);
  }

  /**
   * As {@link #run(Request)}.
   *
   * @param frameCache where decoded frames are kept on disk; null keeps none
   */
  public static Figures run(Request request, BadRecords bad, @Nullable Path frameCache)
      throws IOException {
    List<Path> paths = RecordFiles.list(request.records());
    FrameIndex index = FrameIndex.scan(paths, bad, bytes -> {});
    FrameFiles files =
        FrameStore.of(FrameFiles.select(index, index.videos()), frameCache, done -> {});
    try (Graph graph = new Graph();
        MsnInput input =
            MsnInput.build(
                Ops.create(graph),
                files,
                views(request.focalViews()),
                request.batch(),
                1024,
                request.workers(),
                request.cached(),
                Compute.Kernels.AUTO);
        Session session = new Session(graph, SessionOptions.DEFAULT.config())) {
      long perEpoch = input.stepsPerEpoch();
      long begin = System.nanoTime();
      long counted = begin;
      double first = 0;
      for (int i = 0; i < request.batches(); i++) {
        if (i % perEpoch == 0) {
          input.start(session, 0, i / perEpoch, 0);
        }
        next(session, input);
        if (i == 0) {
          first = (System.nanoTime() - begin) / 1e9;
        }
        if (i == 1) {
          counted = System.nanoTime();
        }
      }
      double seconds = (System.nanoTime() - counted) / 1e9;
      double frames = (double) (request.batches() - 2) * request.batch() / seconds;
      return new Figures(
          request, files.frames(), frames, frames * views(request.focalViews()).views(), first);
    }
  }
}
