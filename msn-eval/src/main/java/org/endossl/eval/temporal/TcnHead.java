package org.endossl.eval.temporal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
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

/** {@link Tcn} and its training, a whole video a step; the loss is the mean of the stages'. */
final class TcnHead implements Head {
  private final Graph graph = new Graph();
  private final Session session;
  private final Trained trained;
  private final Placeholder<TFloat32> x;
  private final Placeholder<TInt32> labels;
  private final Placeholder<TInt64> seed;
  private final Operand<TFloat32> loss;
  private final Operand<TFloat32> logits;
  private final Op step;
  private final long first;

  TcnHead(TemporalConfig.HeadConfig config, int inputs, double[] classWeights, long seed) {
    this.first = seed;
    this.trained = new Trained(graph, seed, classWeights);
    Ops tf = trained.tf;
    Tcn tcn = Tcn.create(trained.store, config, inputs, classWeights.length);
    this.x = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, inputs)));
    this.labels = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
    this.seed = tf.placeholder(TInt64.class, Placeholder.shape(Shape.of(2)));
    List<Operand<TFloat32>> losses = new ArrayList<>();
    for (Operand<TFloat32> stage : tcn.logits(tf, x, this.seed)) {
      losses.add(trained.loss(stage, labels));
    }
    this.loss = tf.math.div(tf.math.addN(losses), tf.constant((float) losses.size()));
    this.step = trained.step(loss);
    List<Operand<TFloat32>> stages = tcn.logits(tf, x, null);
    this.logits = stages.get(stages.size() - 1);
    this.session = new Session(graph, SessionOptions.DEFAULT.config());
    trained.initialize(session);
  }

  @Override
  public double epoch(List<Video> videos, RandomGenerator random, double learningRate) {
    List<Video> order = new ArrayList<>(videos);
    Collections.shuffle(order, new Random(random.nextLong()));
    double sum = 0;
    for (Video video : order) {
      Session.Runner runner = session.runner();
      List<Tensor> fed = trained.feed(runner, learningRate);
      try (TFloat32 features = features(video);
          TInt32 phases = TInt32.vectorOf(video.phases());
          TInt64 draw = TInt64.vectorOf(first, trained.steps());
          Result result =
              runner
                  .feed(x, features)
                  .feed(labels, phases)
                  .feed(seed, draw)
                  .fetch(loss)
                  .addTarget(step)
                  .run()) {
        sum += ((TFloat32) result.get(0)).getFloat();
      } finally {
        fed.forEach(Tensor::close);
      }
    }
    return sum / order.size();
  }

  private static TFloat32 features(Video video) {
    return TFloat32.tensorOf(
        Shape.of(video.frames(), video.x().columns()), DataBuffers.of(video.x().values()));
  }

  @Override
  public float[] logits(Video video) {
    try (TFloat32 features = features(video);
        Result result = session.runner().feed(x, features).fetch(logits).run()) {
      return Trained.copy((TFloat32) result.get(0));
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
