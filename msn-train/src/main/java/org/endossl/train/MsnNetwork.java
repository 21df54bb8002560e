package org.endossl.train;

import java.util.ArrayList;
import java.util.List;
import org.endossl.model.HeadConfig;
import org.endossl.model.Initializer;
import org.endossl.model.ModelVariable;
import org.endossl.model.ProjectionHead;
import org.endossl.model.VariableStore;
import org.endossl.model.Vit;
import org.endossl.model.VitConfig;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;

/**
 * The variables of a Masked Siamese Network: the anchor's and the target's encoder with head, and
 * the prototypes. The target starts as a copy of the anchor.
 *
 * @param encoder the shape of both encoders
 * @param head the shape of both heads
 * @param anchor weights of the anchor's encoder
 * @param anchorHead weights of the anchor's head
 * @param anchorStore all variables of the anchor, {@code anchor.*}
 * @param target weights of the target's encoder
 * @param targetHead weights of the target's head
 * @param targetStore all variables of the target, {@code target.*}
 * @param prototypes [K, output]
 */
record MsnNetwork(
    VitConfig encoder,
    HeadConfig head,
    Vit.Weights anchor,
    ProjectionHead.Weights anchorHead,
    VariableStore anchorStore,
    Vit.Weights target,
    ProjectionHead.Weights targetHead,
    VariableStore targetStore,
    ModelVariable prototypes) {

  static MsnNetwork create(Ops tf, VitConfig encoder, HeadConfig head, int prototypes, long seed) {
    VariableStore anchor = new VariableStore(tf, "anchor.", seed);
    Vit.Weights vit = Vit.create(anchor, encoder);
    ProjectionHead.Weights projection = ProjectionHead.create(anchor, encoder.width(), head);
    // The same seed draws the same values: the target is a copy, as deepcopy makes it.
    VariableStore target = new VariableStore(tf, "target.", seed);
    Vit.Weights targetVit = Vit.create(target, encoder);
    ProjectionHead.Weights targetProjection = ProjectionHead.create(target, encoder.width(), head);
    ModelVariable matrix =
        new VariableStore(tf, "", seed)
            .variable(
                "prototypes",
                Shape.of(prototypes, head.output()),
                Initializer.uniform(1 / Math.sqrt(head.output())),
                true);
    return new MsnNetwork(
        encoder, head, vit, projection, anchor, targetVit, targetProjection, target, matrix);
  }

  /** Every variable: anchor, target, prototypes. */
  List<ModelVariable> variables() {
    List<ModelVariable> all = new ArrayList<>(anchorStore.variables());
    all.addAll(targetStore.variables());
    all.add(prototypes);
    return all;
  }

  /** The parameters of the anchor's encoder, without its head's. */
  List<ModelVariable> encoderParameters() {
    return parameters(anchorStore).stream()
        .filter(v -> !v.name().startsWith("anchor.fc."))
        .toList();
  }

  /** What the optimizer updates: the anchor's parameters, then the prototypes. */
  List<ModelVariable> trainable() {
    List<ModelVariable> all = new ArrayList<>(parameters(anchorStore));
    all.add(prototypes);
    return all;
  }

  /** The parameters of a store, without the running averages of BatchNorm. */
  static List<ModelVariable> parameters(VariableStore store) {
    return store.variables().stream().filter(ModelVariable::trainable).toList();
  }
}
