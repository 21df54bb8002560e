package org.endossl.train.optim;

import java.util.ArrayList;
import java.util.List;
import org.endossl.model.Initializer;
import org.endossl.model.ModelVariable;
import org.endossl.model.VariableStore;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/**
 * AdamW over all trained variables of a run, as one native op or as TensorFlow's own, one by one.
 *
 * <p>Deviation: facebookresearch/msn zeroes the decay of biases, 1-D parameters and prototypes by
 * parameter groups; here decay is simply not built for them.
 */
public final class AdamWUpdates {
  private AdamWUpdates() {}

  /**
   * Builds them.
   *
   * @param slots gets the moments, {@code first_moment.NAME} and {@code second_moment.NAME}
   * @param trainable the encoder's variables, then the prototypes, which are not clipped
   * @param raw their gradients before clipping
   * @param clipped the encoder's gradients clipped
   * @param fused whether the native op is used
   */
  public static List<Op> build(
      AdamW adamW,
      VariableStore slots,
      List<ModelVariable> trainable,
      List<Operand<TFloat32>> raw,
      GradientClipping clipped,
      boolean fused) {
    List<ModelVariable> first = new ArrayList<>();
    List<ModelVariable> second = new ArrayList<>();
    for (ModelVariable v : trainable) {
      first.add(moment(slots, "first_moment.", v));
      second.add(moment(slots, "second_moment.", v));
    }
    int encoder = trainable.size() - 1;
    if (fused) {
      boolean[] decayed = new boolean[trainable.size()];
      boolean[] clips = new boolean[trainable.size()];
      for (int i = 0; i < trainable.size(); i++) {
        decayed[i] = decayed(trainable.get(i));
        clips[i] = i < encoder;
      }
      return List.of(
          adamW.updateAll(
              handles(trainable),
              handles(first),
              handles(second),
              raw,
              clipped.factor(),
              decayed,
              clips));
    }
    List<Op> steps = new ArrayList<>();
    for (int i = 0; i < trainable.size(); i++) {
      ModelVariable v = trainable.get(i);
      steps.add(
          adamW.update(
              v.handle(),
              v.value(),
              first.get(i).handle(),
              second.get(i).handle(),
              i < encoder ? clipped.gradients().get(i) : raw.get(i),
              decayed(v)));
    }
    return steps;
  }

  private static ModelVariable moment(VariableStore slots, String prefix, ModelVariable v) {
    return slots.variable(prefix + v.name(), v.shape(), Initializer.zeros(), false);
  }

  /** Decay spares biases, BatchNorm, every 1-D parameter, and the prototypes. */
  static boolean decayed(ModelVariable v) {
    return v.shape().numDimensions() > 1
        && !v.name().contains("bias")
        && !v.name().contains("bn")
        && !v.name().equals("prototypes");
  }

  private static List<Operand<? extends TType>> handles(List<ModelVariable> variables) {
    List<Operand<? extends TType>> handles = new ArrayList<>();
    variables.forEach(v -> handles.add(v.handle()));
    return handles;
  }
}
