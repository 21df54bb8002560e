package org.endossl.eval.inspect;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.endossl.eval.features.Matrix;
import org.endossl.model.CheckpointOps;
import org.endossl.model.HeadConfig;
import org.endossl.model.Initializer;
import org.endossl.model.ModelVariable;
import org.endossl.model.ProjectionHead;
import org.endossl.model.VariableStore;
import org.endossl.train.Checkpoint;
import org.endossl.train.SessionOptions;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * How near frames are to a run's prototypes: cosines of the target head's projections, with the
 * running averages of its BatchNorm. A frame is drawn by the prototype that it is nearest to, which
 * is where its target has its largest probability before Sinkhorn balances a batch.
 *
 * @param cosines [frames, prototypes]
 */
public record Prototypes(Matrix cosines) {

  /**
   * Projects features.
   *
   * @param features [frames, width] of the checkpoint's target encoder
   * @throws IllegalArgumentException if the width is another
   * @throws org.endossl.model.WeightsException if the checkpoint lacks head or prototypes
   */
  public static Prototypes of(Checkpoint checkpoint, Matrix features) throws IOException {
    HeadConfig head = checkpoint.config().head();
    int width = checkpoint.config().encoder().width();
    int count = checkpoint.config().criterion().prototypes();
    if (features.columns() != width) {
      throw new IllegalArgumentException(
          "prototypes: got features of " + features.columns() + " values, wanted " + width);
    }
    int n = features.rows();
    float[] z = new float[n * head.output()];
    float[] prototypes = new float[count * head.output()];
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      VariableStore target = new VariableStore(tf, "target.", 0);
      ProjectionHead.Weights weights = ProjectionHead.create(target, width, head);
      ModelVariable matrix =
          new VariableStore(tf, "", 0)
              .variable("prototypes", Shape.of(count, head.output()), Initializer.uniform(1), true);
      List<ModelVariable> variables = new ArrayList<>(target.variables());
      variables.add(matrix);
      CheckpointOps ops = CheckpointOps.build(tf, variables);
      Placeholder<TFloat32> x =
          tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE, width)));
      Operand<TFloat32> projected = ProjectionHead.infer(tf, weights, x);
      try (Session session = new Session(graph, SessionOptions.DEFAULT.config())) {
        ops.restorePart(session, checkpoint.prefix());
        try (TFloat32 fed =
                TFloat32.tensorOf(Shape.of(n, width), DataBuffers.of(features.values()));
            Result result =
                session.runner().feed(x, fed).fetch(projected).fetch(matrix.value()).run()) {
          ((TFloat32) result.get(0)).copyTo(DataBuffers.of(z, false, false));
          ((TFloat32) result.get(1)).copyTo(DataBuffers.of(prototypes, false, false));
        }
      }
    }
    return new Prototypes(
        cosines(new Matrix(n, head.output(), z), new Matrix(count, head.output(), prototypes)));
  }

  private static Matrix cosines(Matrix a, Matrix b) {
    Matrix cosines = Matrix.zeros(a.rows(), b.rows());
    double[] lengthsA = lengths(a);
    double[] lengthsB = lengths(b);
    for (int i = 0; i < a.rows(); i++) {
      for (int k = 0; k < b.rows(); k++) {
        double sum = 0;
        for (int c = 0; c < a.columns(); c++) {
          sum += (double) a.values()[a.start(i) + c] * b.values()[b.start(k) + c];
        }
        double lengths = lengthsA[i] * lengthsB[k];
        cosines.values()[cosines.start(i) + k] = (float) (sum / Math.max(1e-12, lengths));
      }
    }
    return cosines;
  }

  private static double[] lengths(Matrix rows) {
    double[] lengths = new double[rows.rows()];
    for (int i = 0; i < lengths.length; i++) {
      double squares = 0;
      for (int c = 0; c < rows.columns(); c++) {
        double value = rows.values()[rows.start(i) + c];
        squares += value * value;
      }
      lengths[i] = Math.sqrt(squares);
    }
    return lengths;
  }

  /** How many prototypes there are. */
  public int count() {
    return cosines.columns();
  }

  /** The cosine of a frame and a prototype. */
  public double cosine(int frame, int prototype) {
    return cosines.values()[cosines.start(frame) + prototype];
  }

  /** For each frame the prototype that it is nearest to. */
  public int[] drawnBy() {
    int[] drawn = new int[cosines.rows()];
    for (int i = 0; i < drawn.length; i++) {
      for (int k = 1; k < count(); k++) {
        drawn[i] = cosine(i, k) > cosine(i, drawn[i]) ? k : drawn[i];
      }
    }
    return drawn;
  }

  /** For each prototype how many frames it draws. */
  public int[] draws() {
    int[] draws = new int[count()];
    for (int k : drawnBy()) {
      draws[k]++;
    }
    return draws;
  }

  /** All frames, whether the prototype draws them or not, the nearest first. */
  public List<Integer> nearest(int prototype) {
    return IntStream.range(0, cosines.rows())
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -cosine(i, prototype)))
        .toList();
  }

  /** The exponential of the draws' entropy: as many prototypes drawing evenly would give it. */
  public double effective() {
    double entropy = 0;
    for (int draws : draws()) {
      double share = (double) draws / cosines.rows();
      entropy -= share > 0 ? share * Math.log(share) : 0;
    }
    return Math.exp(entropy);
  }
}
