package org.endossl.data;

import java.util.List;
import org.endossl.model.Compute;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Operand;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.image.DecodePng;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/** From a record's bytes to pixels. */
final class Frames {
  private static final String IMAGE = "frame";
  private static final Shape IMAGE_SHAPE = Shape.of(-1, -1, 3);

  private Frames() {}

  /** As {@link #image(Ops, Operand, Compute.Kernels)}, in the fastest form there is. */
  static Operand<TUint8> image(Ops tf, Operand<TString> example) {
    return image(tf, example, Compute.Kernels.AUTO);
  }

  /**
   * The image of one record, whatever else it holds.
   *
   * @param example a serialised tf.Example
   * @param kernels native op or TensorFlow's own; the pixels and errors are the same
   * @return [height, width, 3]
   */
  static Operand<TUint8> image(Ops tf, Operand<TString> example, Compute.Kernels kernels) {
    Operand<TString> encoded = encoded(tf, example);
    return InputOps.used(kernels) ? decodeFast(tf, encoded) : decode(tf, encoded);
  }

  @SuppressWarnings("unchecked")
  private static Operand<TString> encoded(Ops tf, Operand<TString> example) {
    Operand<TString> noDefault = tf.constant(NdArrays.ofObjects(String.class, Shape.of(0)));
    return (Operand<TString>)
        tf.io
            .parseSingleExample(
                example,
                List.of(noDefault),
                0L,
                List.of(),
                List.of(IMAGE),
                List.of(),
                List.of(Shape.scalar()))
            .denseValues()
            .get(0);
  }

  /** By the native op what it takes, and by TensorFlow's what it does not. */
  @SuppressWarnings("unchecked")
  private static Operand<TUint8> decodeFast(Ops tf, Operand<TString> encoded) {
    InputOps.Png png = InputOps.png(tf, encoded);
    try (ConcreteFunction read = branch("png_read", (fn, image, file) -> fn.identity(image));
        ConcreteFunction other = branch("png_other", (fn, image, file) -> decode(fn, file))) {
      Operand<?> image =
          tf.ifOp(png.read(), List.of(png.image(), encoded), List.of(TUint8.class), read, other)
              .iterator()
              .next();
      return tf.ensureShape((Operand<TUint8>) image, IMAGE_SHAPE);
    }
  }

  private interface Branch {
    Operand<TUint8> apply(Ops tf, Operand<TUint8> image, Operand<TString> file);
  }

  private static ConcreteFunction branch(String name, Branch body) {
    return ConcreteFunction.create(
        tf -> {
          Placeholder<TUint8> image = tf.placeholder(TUint8.class, Placeholder.shape(IMAGE_SHAPE));
          Placeholder<TString> file =
              tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
          return Signature.builder(name)
              .input("image", image)
              .input("file", file)
              .output("pixels", body.apply(tf, image, file))
              .build();
        });
  }

  /**
   * Decodes a PNG or JPEG: the kernel of DecodePng looks at the bytes, not at its name.
   *
   * @return [height, width, 3]; grey becomes three channels, alpha is dropped
   */
  static Operand<TUint8> decode(Ops tf, Operand<TString> encoded) {
    return tf.image.decodePng(encoded, TUint8.class, DecodePng.channels(3L));
  }
}
