package org.endossl.train;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.endossl.data.MsnInput;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Stage;
import org.tensorflow.op.core.StageClear;
import org.tensorflow.op.core.Unstage;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/**
 * A place for a batch on the devices that compute it: while a step computes on what was put there
 * before, the bytes of the next batch are read and copied. A batch that lies there is not yet used;
 * a run that ends leaves it, and resumed reads it again.
 *
 * @param put reads a batch and puts each device's share there
 * @param take takes a batch and leaves it
 * @param clear empties the places
 * @param images each device's share, normalised there; what reads one takes the batch
 */
record Staging(Op put, Op take, Op clear, List<MsnInput.Images> images) {
  Staging {
    images = List.copyOf(images);
  }

  /**
   * Builds the nodes.
   *
   * @param devices as in {@link SessionOptions#towers}
   */
  static Staging build(Graph graph, MsnInput input, List<String> devices) {
    Ops tf = Ops.create(graph).withSubScope("staging");
    Placement placement = new Placement(graph);
    List<Op> puts = new ArrayList<>();
    List<Op> takes = new ArrayList<>();
    List<Op> clears = new ArrayList<>();
    List<MsnInput.Images> images = new ArrayList<>();
    for (int i = 0; i < devices.size(); i++) {
      List<Operand<TUint8>> bytes = input.bytes(tf, i, devices.size());
      String name = "staged" + i;
      List<Class<? extends TType>> types =
          new ArrayList<>(Collections.nCopies(bytes.size(), TUint8.class));
      images.add(
          placement.on(
              devices.get(i),
              () -> {
                puts.add(tf.stage(List.copyOf(bytes), Stage.sharedName(name)));
                clears.add(tf.stageClear(types, StageClear.sharedName(name)));
                Unstage taken = tf.unstage(types, Unstage.sharedName(name));
                takes.add(taken);
                return input.images(tf, shaped(tf, taken, bytes));
              }));
    }
    return new Staging(
        tf.withControlDependencies(puts).noOp(),
        tf.withControlDependencies(takes).noOp(),
        tf.withControlDependencies(clears).noOp(),
        images);
  }

  /** What was taken, whose shapes the op does not tell, as what was put. */
  @SuppressWarnings("unchecked") // so it is declared
  private static List<Operand<TUint8>> shaped(Ops tf, Unstage taken, List<Operand<TUint8>> like) {
    List<Operand<TUint8>> known = new ArrayList<>();
    for (int i = 0; i < like.size(); i++) {
      Operand<TUint8> value = (Operand<TUint8>) (Operand<?>) taken.values().get(i);
      known.add(tf.ensureShape(value, like.get(i).shape()));
    }
    return known;
  }
}
