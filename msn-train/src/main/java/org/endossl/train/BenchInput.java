package org.endossl.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.endossl.data.FrameFiles;
import org.endossl.data.MsnInput;
import org.endossl.model.HostTensor;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.RecordFiles;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/** What a timed step sees: the views of records, or made-up images that are fed each time. */
final class BenchInput implements AutoCloseable {
  private final @Nullable MsnInput records;
  private final @Nullable InputWait wait;
  private final List<Placeholder<TFloat32>> fed = new ArrayList<>();
  private final List<Tensor> images = new ArrayList<>();
  private final Operand<TFloat32> target;
  private final Operand<TFloat32> random;
  private final @Nullable Operand<TFloat32> focal;
  private long drawn;
  private double waited;

  /** Runs a step; gives its loss. */
  interface Step {
    double run(Session.Runner runner, List<Operand<TFloat32>> more, List<HostTensor> got);
  }

  private BenchInput(Ops tf, MsnInput input) {
    this.records = input;
    this.wait = InputWait.build(tf, input.rows());
    this.target = input.target();
    this.random = input.random();
    this.focal = input.focal();
  }

  private BenchInput(Ops tf, int batch, int focalViews) {
    this.records = null;
    this.wait = null;
    this.target = placeholder(tf, batch, StepBench.SIZE);
    this.random = placeholder(tf, batch, StepBench.SIZE);
    this.focal = focalViews == 0 ? null : placeholder(tf, batch * focalViews, StepBench.FOCAL);
  }

  static BenchInput of(Ops tf, StepBench.Request request) throws IOException {
    if (request.records().isEmpty()) {
      return new BenchInput(tf, request.batch(), request.focalViews());
    }
    FrameIndex index = FrameIndex.scan(RecordFiles.list(request.records()));
    return new BenchInput(
        tf,
        MsnInput.build(
            tf.withSubScope("input"),
            FrameFiles.select(index, index.videos()),
            InputBench.views(request.focalViews()),
            request.batch(),
            1024,
            0));
  }

  private Placeholder<TFloat32> placeholder(Ops tf, int rows, int side) {
    Placeholder<TFloat32> made =
        tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(rows, side, side, 3)));
    fed.add(made);
    return made;
  }

  Operand<TFloat32> target() {
    return target;
  }

  Operand<TFloat32> random() {
    return random;
  }

  @Nullable Operand<TFloat32> focal() {
    return focal;
  }

  /** As {@link InputWait#behind}, where there is something to wait for. */
  MsnViews behind(Ops tf, MsnViews views) {
    return wait == null ? views : wait.behind(tf, views);
  }

  /** Draws made-up images. */
  void begin(Session session) {
    Random numbers = new Random(1);
    for (Placeholder<TFloat32> image : fed) {
      float[] values = new float[(int) image.shape().size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = 4 * numbers.nextFloat() - 2;
      }
      images.add(TFloat32.tensorOf(image.shape(), DataBuffers.of(values)));
    }
  }

  /** Makes a runner see the next batch. */
  void feed(Session session, Session.Runner runner) {
    MsnInput input = records;
    if (input != null && drawn++ % input.stepsPerEpoch() == 0) {
      input.start(session, 0, (drawn - 1) / input.stepsPerEpoch(), 0);
    }
    for (int i = 0; i < fed.size(); i++) {
      runner.feed(fed.get(i), images.get(i));
    }
  }

  /** Runs a step on the next batch. */
  double run(Session session, Step step) {
    Session.Runner runner = session.runner();
    feed(session, runner);
    InputWait measured = wait;
    if (measured == null) {
      return step.run(runner, List.of(), new ArrayList<>());
    }
    List<HostTensor> got = new ArrayList<>();
    try (TFloat64 now = InputWait.now()) {
      double loss = step.run(runner.feed(measured.begin(), now), List.of(measured.waited()), got);
      waited += got.get(0).values().get(0);
      return loss;
    }
  }

  /** Counts the waiting from here on. */
  void forgetWaits() {
    waited = 0;
  }

  /** Seconds waited for input. */
  double waited() {
    return waited;
  }

  @Override
  public void close() {
    images.forEach(Tensor::close);
    if (records != null) {
      records.close();
    }
  }
}
