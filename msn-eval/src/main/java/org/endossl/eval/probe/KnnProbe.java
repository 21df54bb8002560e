package org.endossl.eval.probe;

import java.util.Arrays;
import java.util.List;
import org.endossl.data.Split;
import org.endossl.eval.Progress;
import org.endossl.eval.ProgressListener;
import org.endossl.eval.features.FeatureSet;
import org.endossl.eval.features.FrameTable;
import org.endossl.eval.features.Matrix;
import org.endossl.eval.metrics.Predictions;
import org.endossl.tfrecords.PhaseOrder;
import org.endossl.train.SessionOptions;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.nn.TopK;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Weighted nearest neighbours by cosine; {@code knn_classifier} of facebookresearch/dino's {@code
 * eval_knn.py}: the k most similar training frames vote for their phase with exp(cosine / T).
 */
public final class KnnProbe {
  private static final int CHUNK = 256;

  private KnnProbe() {}

  /**
   * Scores the split's validation and test videos.
   *
   * @param name of the features, for tables
   * @throws IllegalArgumentException if the features lack a video of the split
   */
  public static ProbeResult run(
      String name, FeatureSet features, KnnConfig config, ProgressListener listener) {
    long start = System.nanoTime();
    Split split = config.data().split().videos();
    LinearProbe.requireVideos(features.frames(), split);
    FeatureSet train = features.select(split.train());
    Scaling.normalizeRows(train.matrix());
    ProbeResult.Scored validation;
    ProbeResult.Scored test;
    try (Graph graph = new Graph();
        Session session = new Session(graph, SessionOptions.DEFAULT.config())) {
      Neighbours neighbours =
          new Neighbours(Ops.create(graph), session, train.matrix(), config.k());
      int[] phases = train.frames().phases();
      validation = scored(features, split.validation(), neighbours, phases, config, listener);
      test = scored(features, split.test(), neighbours, phases, config, listener);
    }
    return new ProbeResult(
        name,
        config.source(),
        features.info(),
        split,
        List.of(),
        -1,
        validation,
        test,
        (System.nanoTime() - start) * 1e-9);
  }

  private static ProbeResult.@Nullable Scored scored(
      FeatureSet features,
      List<String> videos,
      Neighbours neighbours,
      int[] phases,
      KnnConfig config,
      ProgressListener listener) {
    if (videos.isEmpty()) {
      return null;
    }
    FeatureSet part = features.select(videos);
    Scaling.normalizeRows(part.matrix());
    Predictions.Builder rows = new Predictions.Builder();
    long start = System.nanoTime();
    int n = part.matrix().rows();
    for (int from = 0; from < n; from += CHUNK) {
      int to = Math.min(n, from + CHUNK);
      int[] predicted = neighbours.vote(part.matrix(), from, to, phases, config.temperature());
      for (int i = from; i < to; i++) {
        FrameTable.Row row = part.frames().rows().get(i);
        rows.add(row.video(), row.frame(), row.phase(), predicted[i - from]);
      }
      double seconds = Math.max(1e-9, (System.nanoTime() - start) * 1e-9);
      listener.progress(new Progress("knn", to, n, "frames", to / seconds, ""));
    }
    return ProbeResult.Scored.of(rows.build(PhaseOrder.ENDOSSL));
  }

  /** Finds the most similar rows of a matrix that the session holds. */
  private static final class Neighbours {
    private final Session session;
    private final Placeholder<TFloat32> query;
    private final TopK<TFloat32, TInt32> top;
    private final int k;

    Neighbours(Ops tf, Session session, Matrix train, int k) {
      this.session = session;
      this.k = Math.min(k, train.rows());
      Shape shape = Shape.of(train.rows(), train.columns());
      VarHandleOp handle = tf.varHandleOp(TFloat32.class, shape);
      Placeholder<TFloat32> value = tf.placeholder(TFloat32.class, Placeholder.shape(shape));
      try (TFloat32 fed = TFloat32.tensorOf(shape, DataBuffers.of(train.values()))) {
        session
            .runner()
            .feed(value, fed)
            .addTarget(tf.assignVariableOp(handle, value))
            .run()
            .close();
      }
      query =
          tf.placeholder(
              TFloat32.class, Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE, train.columns())));
      top =
          tf.nn.topK(
              tf.linalg.matMul(
                  query, tf.readVariableOp(handle, TFloat32.class), MatMul.transposeB(true)),
              tf.constant(this.k),
              TInt32.class);
    }

    int[] vote(Matrix x, int from, int to, int[] phases, double temperature) {
      int n = to - from;
      float[] rows = Arrays.copyOfRange(x.values(), x.start(from), x.start(to));
      float[] cosines = new float[n * k];
      int[] at = new int[n * k];
      try (TFloat32 fed = TFloat32.tensorOf(Shape.of(n, x.columns()), DataBuffers.of(rows));
          Result result =
              session.runner().feed(query, fed).fetch(top.values()).fetch(top.indices()).run()) {
        ((TFloat32) result.get(0)).copyTo(DataBuffers.of(cosines, false, false));
        ((TInt32) result.get(1)).copyTo(DataBuffers.of(at, false, false));
      }
      int[] predicted = new int[n];
      for (int i = 0; i < n; i++) {
        double[] votes = new double[PhaseOrder.PHASES];
        for (int j = i * k; j < (i + 1) * k; j++) {
          votes[phases[at[j]]] += Math.exp(cosines[j] / temperature);
        }
        for (int c = 1; c < votes.length; c++) {
          predicted[i] = votes[c] > votes[predicted[i]] ? c : predicted[i];
        }
      }
      return predicted;
    }
  }
}
