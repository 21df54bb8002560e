package org.endossl.data;

import java.util.List;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.Instruments;
import org.endossl.tfrecords.PhaseOrder;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * The labels of frames in a graph, by their places in {@link FrameFiles#entries}. An input by
 * itself has none: without these it is TF-Cholec80's INFER mode.
 */
public final class FrameLabels {

  private FrameLabels() {}

  /**
   * Phases.
   *
   * @param rows any shape, places in the entries; -1 for padding
   * @param order how they are numbered, whatever the records' order
   * @return the same shape, 0 to 6; -1 for padding
   */
  public static Operand<TInt32> phases(
      Ops tf, FrameFiles files, Operand<TInt64> rows, PhaseOrder order) {
    List<FrameIndex.Entry> entries = files.entries();
    int[] phases = new int[entries.size() + 1];
    phases[0] = -1;
    for (int i = 0; i < entries.size(); i++) {
      phases[i + 1] = files.phaseOrder().convert(entries.get(i).phase(), order);
    }
    return tf.gather(tf.constant(phases), behindPadding(tf, rows), tf.constant(0));
  }

  /**
   * Instruments.
   *
   * @param rows any shape, places in the entries; -1 for padding
   * @return the same shape and [7]: 0 or 1; 0 for padding
   */
  public static Operand<TFloat32> instruments(Ops tf, FrameFiles files, Operand<TInt64> rows) {
    List<FrameIndex.Entry> entries = files.entries();
    float[][] flags = new float[entries.size() + 1][Instruments.COUNT];
    for (int i = 0; i < entries.size(); i++) {
      for (int tool = 0; tool < Instruments.COUNT; tool++) {
        flags[i + 1][tool] = entries.get(i).instruments().get(tool);
      }
    }
    return tf.gather(tf.constant(flags), behindPadding(tf, rows), tf.constant(0));
  }

  private static Operand<TInt64> behindPadding(Ops tf, Operand<TInt64> rows) {
    return tf.math.add(rows, tf.constant(1L));
  }
}
