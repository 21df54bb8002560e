package org.endossl.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.endossl.tfrecords.PhaseOrder;

/**
 * Weights of the phases in a loss. Off unless asked for.
 *
 * <p>endossl's {@code _CHOLEC80_PHASES_WEIGHTS} go by the numbers of its own order of phases. They
 * look like reciprocals of frequencies made for TF-Cholec80's order: by endossl's own the most
 * frequent phases (CalotTriangleDissection) weigh most. Both readings are here.
 *
 * @param order of the phases that the weights go with
 * @param weights by number
 */
public record ClassWeights(PhaseOrder order, List<Double> weights) {

  private static final List<Double> VALUES =
      List.of(
          1.9219914802981897,
          0.19571110990619747,
          0.9849911311229362,
          0.2993075998175712,
          1.942680301399354,
          1.0,
          2.2015858493443123);

  /** All phases weigh the same. */
  public static final ClassWeights OFF =
      new ClassWeights(PhaseOrder.TF_CHOLEC80, Collections.nCopies(PhaseOrder.PHASES, 1.0));

  /** As endossl writes them: keyed to its own order. */
  public static final ClassWeights ENDOSSL = new ClassWeights(PhaseOrder.ENDOSSL, VALUES);

  /** As they look to be meant: the same numbers keyed to TF-Cholec80's order. */
  public static final ClassWeights ENDOSSL_AS_MEANT =
      new ClassWeights(PhaseOrder.TF_CHOLEC80, VALUES);

  public ClassWeights {
    weights = List.copyOf(weights);
    if (weights.size() != PhaseOrder.PHASES
        || weights.stream().anyMatch(w -> !(w >= 0 && Double.isFinite(w)))) {
      throw new IllegalArgumentException(
          "class weights: got " + weights + ", wanted " + PhaseOrder.PHASES + " numbers >= 0");
    }
  }

  /** The weights by the numbers of another order: the phases keep theirs. */
  public ClassWeights in(PhaseOrder to) {
    List<Double> moved = new ArrayList<>(weights);
    for (int phase = 0; phase < weights.size(); phase++) {
      moved.set(order.convert(phase, to), weights.get(phase));
    }
    return new ClassWeights(to, moved);
  }
}
