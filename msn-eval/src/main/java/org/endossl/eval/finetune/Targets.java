package org.endossl.eval.finetune;

import java.util.List;
import org.endossl.data.FrameFiles;
import org.endossl.eval.features.FrameTable;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * What frames are labelled with.
 *
 * @param table [frames, 7], 1 where a phase (in endossl's order) or a tool is there
 */
record Targets(Operand<TFloat32> table) {
  private static final int CLASSES = 7;

  static Targets of(Ops tf, FrameFiles files, FinetuneConfig.Task task) {
    List<FrameTable.Row> rows = FrameTable.of(files.entries(), files.phaseOrder()).rows();
    float[] values = new float[rows.size() * CLASSES];
    for (int i = 0; i < rows.size(); i++) {
      for (int c = 0; c < CLASSES; c++) {
        values[i * CLASSES + c] = there(rows.get(i), c, task) ? 1 : 0;
      }
    }
    return new Targets(tf.constant(Shape.of(rows.size(), CLASSES), DataBuffers.of(values)));
  }

  static boolean there(FrameTable.Row row, int c, FinetuneConfig.Task task) {
    return task == FinetuneConfig.Task.PHASES
        ? row.phase() == c
        : (row.instruments() >>> c & 1) == 1;
  }

  /** Those of a batch: [batch, 7]. */
  Operand<TFloat32> of(Ops tf, Operand<TInt64> rows) {
    return tf.gather(table, rows, tf.constant(0));
  }

  /**
   * The mean loss: cross-entropy of phases, binary cross-entropy of tools. Source: {@code get_loss}
   * of endossl's {@code train_lib.py}.
   */
  static Operand<TFloat32> loss(
      Ops tf, FinetuneConfig.Task task, Operand<TFloat32> logits, Operand<TFloat32> targets) {
    if (task == FinetuneConfig.Task.PHASES) {
      return tf.math.mean(
          tf.nn.softmaxCrossEntropyWithLogits(logits, targets).loss(), tf.constant(0));
    }
    Operand<TFloat32> log =
        tf.math.log1p(tf.math.exp(tf.math.neg(tf.math.abs(logits)))); // log(1 + exp(-|z|))
    Operand<TFloat32> all =
        tf.math.add(
            tf.math.sub(tf.nn.relu(logits), tf.math.mul(logits, targets)), log); // [batch, 7]
    return tf.math.mean(all, tf.constant(new int[] {0, 1}));
  }
}
