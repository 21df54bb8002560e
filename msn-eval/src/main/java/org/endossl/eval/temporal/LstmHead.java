package org.endossl.eval.temporal;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.endossl.train.SessionOptions;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * {@link Lstm} and its training: all training videos side by side, a chunk of frames a step, the
 * state carried on and the gradient cut at the chunk's start. Videos that have ended are masked.
 */
final class LstmHead implements Head {
  private static final int IGNORED = -1;

  private final Graph graph = new Graph();
  private final Session session;
  private final Trained trained;
  private final Lstm lstm;
  private final int inputs;
  private final int classes;
  private final long first;
  private final Placeholder<TFloat32> x;
  private final Placeholder<TFloat32> hidden;
  private final Placeholder<TFloat32> cell;
  private final Placeholder<TInt32> labels;
  private final Placeholder<TInt64> seed;
  private final Operand<TFloat32> loss;
  private final Lstm.Output training;
  private final Lstm.Output inference;
  private final Op step;

  LstmHead(TemporalConfig.HeadConfig config, int inputs, double[] classWeights, long seed) {
    this.first = seed;
    this.inputs = inputs;
    this.classes = classWeights.length;
    this.trained = new Trained(graph, seed, classWeights);
    Ops tf = trained.tf;
    this.lstm = Lstm.create(trained.store, config, inputs, classes);
    this.x = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, inputs)));
    Placeholder.Options state = Placeholder.shape(Shape.of(-1, config.width()));
    this.hidden = tf.placeholder(TFloat32.class, state);
    this.cell = tf.placeholder(TFloat32.class, state);
    this.labels = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
    this.seed = tf.placeholder(TInt64.class, Placeholder.shape(Shape.of(2)));
    this.training = lstm.apply(tf, x, hidden, cell, this.seed);
    this.loss = trained.loss(training.logits(), labels);
    this.step = trained.step(loss);
    this.inference = lstm.apply(tf, x, hidden, cell, null);
    this.session = new Session(graph, SessionOptions.DEFAULT.config());
    trained.initialize(session);
  }

  @Override
  public double epoch(List<Video> videos, RandomGenerator random, double learningRate) {
    int longest = videos.stream().mapToInt(Video::frames).max().orElse(0);
    State state = new State(videos.size(), lstm.width());
    double sum = 0;
    int chunks = 0;
    for (int from = 0; from < longest; from += lstm.chunk()) {
      Session.Runner runner = session.runner();
      List<Tensor> fed = trained.feed(runner, learningRate);
      try (TFloat32 features = features(videos, from);
          TInt32 phases = TInt32.vectorOf(phases(videos, from));
          TInt64 draw = TInt64.vectorOf(first, trained.steps());
          TFloat32 h = state.tensor(state.hidden);
          TFloat32 c = state.tensor(state.cell);
          Result result =
              runner
                  .feed(x, features)
                  .feed(labels, phases)
                  .feed(seed, draw)
                  .feed(hidden, h)
                  .feed(cell, c)
                  .fetch(loss)
                  .fetch(training.hidden())
                  .fetch(training.cell())
                  .addTarget(step)
                  .run()) {
        sum += ((TFloat32) result.get(0)).getFloat();
        chunks++;
        state.hidden = Trained.copy((TFloat32) result.get(1));
        state.cell = Trained.copy((TFloat32) result.get(2));
      } finally {
        fed.forEach(Tensor::close);
      }
    }
    return sum / chunks;
  }

  @Override
  public float[] logits(Video video) {
    float[] all = new float[video.frames() * classes];
    State state = new State(1, lstm.width());
    for (int from = 0; from < video.frames(); from += lstm.chunk()) {
      try (TFloat32 features = features(List.of(video), from);
          TFloat32 h = state.tensor(state.hidden);
          TFloat32 c = state.tensor(state.cell);
          Result result =
              session
                  .runner()
                  .feed(x, features)
                  .feed(hidden, h)
                  .feed(cell, c)
                  .fetch(inference.logits())
                  .fetch(inference.hidden())
                  .fetch(inference.cell())
                  .run()) {
        float[] some = Trained.copy((TFloat32) result.get(0));
        int n = Math.min(lstm.chunk(), video.frames() - from);
        System.arraycopy(some, 0, all, from * classes, n * classes);
        state.hidden = Trained.copy((TFloat32) result.get(1));
        state.cell = Trained.copy((TFloat32) result.get(2));
      }
    }
    return all;
  }

  /** [chunk * videos, inputs]; zeros behind a video's end. */
  private TFloat32 features(List<Video> videos, int from) {
    int n = videos.size();
    float[] values = new float[lstm.chunk() * n * inputs];
    for (int t = 0; t < lstm.chunk(); t++) {
      for (int v = 0; v < n; v++) {
        Video video = videos.get(v);
        if (from + t < video.frames()) {
          System.arraycopy(
              video.x().values(), video.x().start(from + t), values, (t * n + v) * inputs, inputs);
        }
      }
    }
    return TFloat32.tensorOf(Shape.of((long) lstm.chunk() * n, inputs), DataBuffers.of(values));
  }

  private int[] phases(List<Video> videos, int from) {
    int n = videos.size();
    int[] phases = new int[lstm.chunk() * n];
    Arrays.fill(phases, IGNORED);
    for (int t = 0; t < lstm.chunk(); t++) {
      for (int v = 0; v < n; v++) {
        if (from + t < videos.get(v).frames()) {
          phases[t * n + v] = videos.get(v).phases()[from + t];
        }
      }
    }
    return phases;
  }

  /** What goes from chunk to chunk, one row per video. */
  private static final class State {
    private final Shape shape;
    private float[] hidden;
    private float[] cell;

    State(int videos, int width) {
      shape = Shape.of(videos, width);
      hidden = new float[videos * width];
      cell = new float[videos * width];
    }

    TFloat32 tensor(float[] values) {
      return TFloat32.tensorOf(shape, DataBuffers.of(values));
    }
  }

  @Override
  public List<float[]> weights() {
    return trained.weights(session);
  }

  @Override
  public void restore(List<float[]> values) {
    trained.restore(session, values);
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
