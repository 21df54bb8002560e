package org.endossl.data;

import java.util.List;
import org.endossl.model.Compute;
import org.endossl.model.ops.NativeLibrary;
import org.endossl.model.ops.NativeLibrary.Status;
import org.tensorflow.Operand;
import org.tensorflow.Operation;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/**
 * Builders of the native ops of the input, {@code native/ops.c}. They give the bytes that the graph
 * forms give, so nothing depends on which is used. The input is on the processor whatever device
 * the step is on, and so are they.
 *
 * <p>{@code -Dendossl.ops=composite} keeps the library from being loaded.
 */
final class InputOps {
  private static final Status STATUS =
      new NativeLibrary("libendossl_views.so", "ENDOSSL_VIEWS.SHA256SUMS", "endossl.ops").load();

  private InputOps() {}

  /** The outcome of loading, the same for the whole process. */
  static Status status() {
    return STATUS;
  }

  /**
   * Whether native ops are used.
   *
   * @throws IllegalStateException if they are asked for and not loaded
   */
  static boolean used(Compute.Kernels kernels) {
    return kernels.fused(InputOps::status);
  }

  /**
   * All views of one size of a frame.
   *
   * @param image [height, width, 3]
   * @param draws what they are made of
   * @param count how many rows draws has
   * @param size side, pixels
   * @param color whether colour ops and grey are done where they were drawn
   * @param flip whether views are mirrored where that was drawn
   * @return [count, size, size, 3]
   */
  static Operand<TUint8> views(
      Ops tf,
      Operand<TUint8> image,
      ViewDraws draws,
      int count,
      int size,
      boolean color,
      boolean flip) {
    Operand<TUint8> views =
        tf.scope()
            .opBuilder("EndosslMsnViews", "EndosslMsnViews")
            .addInput(image.asOutput())
            .addInput(draws.whole().asOutput())
            .addInput(draws.real().asOutput())
            .setAttr("size", size)
            .setAttr("color", color)
            .setAttr("flip", flip)
            .build()
            .output(0);
    return tf.ensureShape(views, Shape.of(count, size, size, 3));
  }

  /**
   * Views one behind the other, normalised.
   *
   * @param views each [batch, size, size, 3]
   * @return [views * batch, size, size, 3]
   */
  static Operand<TFloat32> normalize(
      Ops tf, List<Operand<TUint8>> views, Normalization normalization) {
    Shape shape = views.get(0).shape();
    Operand<TFloat32> all =
        tf.scope()
            .opBuilder("EndosslNormalize", "EndosslNormalize")
            .addInputList(views.stream().map(Operand::asOutput).toArray(n -> new Output<?>[n]))
            .setAttr("scale", normalization.scale(1))
            .setAttr("shift", normalization.shift(1))
            .build()
            .output(0);
    return tf.ensureShape(all, Shape.of(views.size() * shape.get(0)).append(shape.tail()));
  }

  /**
   * What {@link #png} gives.
   *
   * @param image [height, width, 3]
   * @param read whether the image is there
   */
  record Png(Operand<TUint8> image, Operand<TBool> read) {}

  /**
   * Decodes a PNG of 8-bit red, green and blue that has nothing wrong with it, and nothing else.
   *
   * @param file its bytes, scalar
   */
  static Png png(Ops tf, Operand<TString> file) {
    Operation op =
        tf.scope()
            .opBuilder("EndosslPng", "EndosslPng")
            .addInput(tf.io.decodeRaw(file, TUint8.class).asOutput())
            .build();
    return new Png(op.output(0), op.output(1));
  }
}
