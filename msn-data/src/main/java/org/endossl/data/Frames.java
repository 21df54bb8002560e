package org.endossl.data;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.image.DecodePng;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/** From a record's bytes to pixels. */
final class Frames {
  private static final String IMAGE = "frame";

  private Frames() {}

  /**
   * The image of one record, whatever else it holds.
   *
   * @param example a serialised tf.Example
   * @return [height, width, 3]
   */
  @SuppressWarnings("unchecked")
  static Operand<TUint8> image(Ops tf, Operand<TString> example) {
    Operand<TString> noDefault = tf.constant(NdArrays.ofObjects(String.class, Shape.of(0)));
    return decode(
        tf,
        (Operand<TString>)
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
                .get(0));
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
