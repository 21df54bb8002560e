package org.endossl.model;

import java.util.function.Supplier;
import org.endossl.model.ops.FusedOps;
import org.endossl.model.ops.NativeLibrary;

/**
 * How a network is computed.
 *
 * @param precision of activations and matrix products; weights, the residual stream, LayerNorm,
 *     softmax and the loss are float32 always
 * @param kernels native ops or TensorFlow's own
 * @param gradients whether gradients may be taken: native ops then keep what these need
 */
public record Compute(Precision precision, Kernels kernels, boolean gradients) {
  /** TensorFlow's own ops in float32: runs, and can be saved for, anywhere. */
  public static final Compute PORTABLE = new Compute(Precision.FLOAT32, Kernels.COMPOSITE);

  /** The fastest form in float32 that this process has. */
  public static final Compute FLOAT32 = new Compute(Precision.FLOAT32, Kernels.AUTO);

  /** The fastest form in bfloat16 that this process has. */
  public static final Compute BFLOAT16 = new Compute(Precision.BFLOAT16, Kernels.AUTO);

  /** Gradients may be taken. */
  public Compute(Precision precision, Kernels kernels) {
    this(precision, kernels, true);
  }

  /** The same, forward only. */
  public Compute withoutGradients() {
    return new Compute(precision, kernels, false);
  }

  /** The type of activations and matrix products. */
  public enum Precision {
    FLOAT32,
    /** Eight bits of mantissa; as PyTorch's autocast. */
    BFLOAT16
  }

  /** Who computes LayerNorm, GELU and attention. */
  public enum Kernels {
    /** Native where {@link FusedOps} has loaded its library, else composite. */
    AUTO,
    /** The native ops; CPU only. */
    NATIVE,
    /** TensorFlow's own ops; any device. */
    COMPOSITE;

    /**
     * Whether a library's native ops are used.
     *
     * @param library its status, asked for only where it decides: to ask loads it
     * @throws IllegalStateException if they are asked for and not loaded
     */
    public boolean fused(Supplier<NativeLibrary.Status> library) {
      if (this == COMPOSITE) {
        return false;
      }
      NativeLibrary.Status status = library.get();
      if (this == NATIVE && !status.loaded()) {
        throw new IllegalStateException("native kernels: " + status.reason());
      }
      return status.loaded();
    }
  }

  /**
   * Whether native ops are used.
   *
   * @throws IllegalStateException if they are asked for and not loaded
   */
  public boolean fused() {
    return kernels.fused(FusedOps::status);
  }

  boolean bfloat16() {
    return precision == Precision.BFLOAT16;
  }
}
