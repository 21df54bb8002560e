package org.endossl.data.augment;

import java.util.Arrays;
import java.util.Locale;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/**
 * The operations of RandAugment as TensorFlow Model Garden 2.18 defines them ({@code
 * official/vision/ops/augment.py}), in the order in which they are numbered there.
 *
 * <p>Each takes and gives an image [height, width, 3] of bytes. A level on the scale 0 to 10
 * becomes the operation's argument by {@link #argument}.
 */
public enum RandAugmentOp {
  AUTO_CONTRAST("AutoContrast", false),
  EQUALIZE("Equalize", false),
  INVERT("Invert", false),
  ROTATE("Rotate", true),
  POSTERIZE("Posterize", false),
  SOLARIZE("Solarize", false),
  COLOR("Color", false),
  CONTRAST("Contrast", false),
  BRIGHTNESS("Brightness", false),
  SHARPNESS("Sharpness", false),
  SHEAR_X("ShearX", true),
  SHEAR_Y("ShearY", true),
  TRANSLATE_X("TranslateX", true),
  TRANSLATE_Y("TranslateY", true),
  CUTOUT("Cutout", false),
  SOLARIZE_ADD("SolarizeAdd", false);

  private static final double MAX_LEVEL = 10;

  private final String key;
  private final boolean isSigned;

  RandAugmentOp(String key, boolean isSigned) {
    this.key = key;
    this.isSigned = isSigned;
  }

  /** Model Garden's name: {@code AutoContrast}. */
  public String key() {
    return key;
  }

  /** Whether the argument is made negative in half the draws. */
  public boolean isSigned() {
    return isSigned;
  }

  /**
   * The operation of a name, in any case.
   *
   * @throws IllegalArgumentException if there is none; lists them
   */
  public static RandAugmentOp of(String key) {
    for (RandAugmentOp op : values()) {
      if (op.key.toLowerCase(Locale.ROOT).equals(key.toLowerCase(Locale.ROOT))) {
        return op;
      }
    }
    throw new IllegalArgumentException(
        "operation: got \""
            + key
            + "\", wanted one of "
            + String.join(", ", Arrays.stream(values()).map(RandAugmentOp::key).toList()));
  }

  /**
   * The argument that a level stands for, as Model Garden's {@code level_to_arg}: degrees (Rotate),
   * a factor (Color, Contrast, Brightness, Sharpness), shear in pixels per pixel, pixels
   * (Translate), bits (Posterize), grey levels (Solarize: the threshold; SolarizeAdd: what is
   * added), half the side of the square in pixels (Cutout); 0 for the rest.
   *
   * @param level 0 to 10; negative for the other direction
   * @param cutout Cutout's half side at level 10, pixels
   * @param translate Translate's way at level 10, pixels
   */
  public double argument(double level, double cutout, double translate) {
    double share = level / MAX_LEVEL;
    return switch (this) {
      case AUTO_CONTRAST, EQUALIZE, INVERT -> 0;
      case ROTATE -> share * 30;
      case POSTERIZE -> (int) (share * 4);
      case SOLARIZE -> (int) (share * 256);
      case SOLARIZE_ADD -> (int) (share * 110);
      case CUTOUT -> (int) (share * cutout);
      case COLOR, CONTRAST, BRIGHTNESS, SHARPNESS -> share * 1.8 + 0.1;
      case SHEAR_X, SHEAR_Y -> share * 0.3;
      case TRANSLATE_X, TRANSLATE_Y -> share * translate;
    };
  }

  /**
   * Does it.
   *
   * @param image [height, width, 3]
   * @param argument scalar, see {@link #argument}
   * @param centre [2], in [0, 1): where Cutout's square is, of height and width; others ignore it
   * @return [height, width, 3]
   */
  public Operand<TUint8> apply(
      Ops tf, Operand<TUint8> image, Operand<TFloat32> argument, Operand<TFloat32> centre) {
    return switch (this) {
      case AUTO_CONTRAST -> ToneOps.autoContrast(tf, image);
      case EQUALIZE -> ToneOps.equalize(tf, image);
      case INVERT -> ToneOps.invert(tf, image);
      case POSTERIZE -> ToneOps.posterize(tf, image, argument);
      case SOLARIZE -> ToneOps.solarize(tf, image, argument);
      case SOLARIZE_ADD -> ToneOps.solarizeAdd(tf, image, argument);
      case COLOR -> BlendOps.color(tf, image, argument);
      case CONTRAST -> BlendOps.contrast(tf, image, argument);
      case BRIGHTNESS -> BlendOps.brightness(tf, image, argument);
      case SHARPNESS -> BlendOps.sharpness(tf, image, argument);
      case ROTATE -> WarpOps.rotate(tf, image, argument);
      case SHEAR_X -> WarpOps.shearX(tf, image, argument);
      case SHEAR_Y -> WarpOps.shearY(tf, image, argument);
      case TRANSLATE_X -> WarpOps.translateX(tf, image, argument);
      case TRANSLATE_Y -> WarpOps.translateY(tf, image, argument);
      case CUTOUT -> WarpOps.cutout(tf, image, argument, centre);
    };
  }
}
