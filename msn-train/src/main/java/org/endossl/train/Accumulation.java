package org.endossl.train;

import java.util.ArrayList;
import java.util.List;
import org.endossl.model.Initializer;
import org.endossl.model.ModelVariable;
import org.endossl.model.VariableStore;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * The nodes of a step whose batch is computed in parts, so that the activations of one part only
 * are in memory. Source: gradient caching (Gao et al. 2021, "Scaling Deep Contrastive Learning
 * Batch Size under Memory Limited Setup").
 *
 * <p>A first pass computes the projections of all parts and keeps nothing else; the loss of the
 * whole batch and its gradient by the projections follow, small matrices; a second pass computes
 * each part's projections again and carries that gradient on to the weights, where it is summed.
 * The result is the gradient of the whole batch, exact in real numbers for every term of the loss:
 * me-max, which depends on the mean over the batch, and Sinkhorn's balance too. BatchNorm alone
 * differs: its statistics are those of a part, and its running averages move once per part.
 *
 * @param whole what the loss is computed from
 * @param anchors [views * rows, d] projections of a part
 * @param targets [rows, d] projections of a part
 * @param averages moves BatchNorm's running averages by a part
 * @param byAnchors [views * batch, d] the loss' gradient by the anchors' projections
 * @param part [views * rows, d] its rows for a part, fed
 * @param store writes a part's gradients over what was summed before
 * @param add adds a part's gradients
 * @param gradients of the whole batch by every trained variable
 */
record Accumulation(
    WholeProjections whole,
    Operand<TFloat32> anchors,
    Operand<TFloat32> targets,
    Op averages,
    Operand<TFloat32> byAnchors,
    Placeholder<TFloat32> part,
    Op store,
    Op add,
    List<Operand<TFloat32>> gradients) {
  Accumulation {
    gradients = List.copyOf(gradients);
  }

  /**
   * Builds the nodes.
   *
   * @param encoders of a part
   * @param total the loss of the whole batch
   * @param trainable the encoder's variables, then the prototypes
   */
  static Accumulation build(
      Graph graph,
      WholeProjections whole,
      Encoders encoders,
      Operand<TFloat32> total,
      List<ModelVariable> trainable) {
    Ops tf = Ops.create(graph).withSubScope("accumulation");
    List<ModelVariable> encoder = trainable.subList(0, trainable.size() - 1);
    Operand<TFloat32> prototypes = trainable.get(trainable.size() - 1).value();
    List<Operand<TFloat32>> byLoss =
        Gradients.of(graph, total, null, List.of(whole.anchors(), prototypes));
    Placeholder<TFloat32> part = WholeProjections.placeholder(tf, encoders.anchor(), 1);
    List<Operand<TFloat32>> ofPart =
        encoders.gradients(encoders.anchor(), part, Encoders.values(encoder));
    VariableStore sums = new VariableStore(tf, "accumulation.", 0);
    List<Op> store = new ArrayList<>();
    List<Op> add = new ArrayList<>();
    List<Operand<TFloat32>> gradients = new ArrayList<>();
    for (int i = 0; i < encoder.size(); i++) {
      ModelVariable sum =
          sums.variable(encoder.get(i).name(), encoder.get(i).shape(), Initializer.zeros(), false);
      store.add(tf.assignVariableOp(sum.handle(), ofPart.get(i)));
      add.add(tf.assignAddVariableOp(sum.handle(), ofPart.get(i)));
      gradients.add(sum.value());
    }
    gradients.add(byLoss.get(1));
    return new Accumulation(
        whole,
        encoders.anchor(),
        encoders.target(),
        tf.withControlDependencies(encoders.updates()).noOp(),
        byLoss.get(0),
        part,
        tf.withControlDependencies(store).noOp(),
        tf.withControlDependencies(add).noOp(),
        gradients);
  }
}
