package org.endossl.data;

import java.util.ArrayList;
import java.util.List;
import org.endossl.data.augment.CropBoxes;
import org.endossl.data.augment.GaussianBlur;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * What views of one size are made of: everything that is drawn, before anything is done.
 *
 * @param whole [views, 11]: top, left, height and width of the box; the colour ops in their order,
 *     {@link #NOTHING} for none; whether grey, blurred, mirrored
 * @param real [views, 5]: the factors of brightness, contrast and saturation, the turn of the hue,
 *     the radius of the blur
 */
record ViewDraws(Operand<TInt32> whole, Operand<TFloat32> real) {
  // Columns of whole.
  static final int BOX = 0;
  static final int OPS = 4;
  static final int GRAY = 8;
  static final int BLUR = 9;
  static final int FLIP = 10;
  static final int WHOLE = 11;

  // Columns of real.
  static final int FACTORS = 0;
  static final int RADIUS = 4;
  static final int REAL = 5;

  /** The colour ops are 0 to 3: brightness, contrast, saturation, hue. */
  static final int COLOR_OPS = 4;

  static final int NOTHING = COLOR_OPS;

  private static final float JITTERED = 0.8f;
  private static final float GRAYED = 0.2f;
  private static final float MIRRORED = 0.5f;
  private static final float LEAST_RADIUS = 0.1f;

  // Columns of the uniform numbers, behind those of the box.
  private static final int U_JITTER = CropBoxes.DRAWS;
  private static final int U_ORDER = U_JITTER + 1;
  private static final int U_FACTORS = U_JITTER + 2;
  private static final int U_GRAY = U_FACTORS + COLOR_OPS;
  private static final int U_BLUR = U_GRAY + 1;
  private static final int U_RADIUS = U_GRAY + 2;
  private static final int U_FLIP = U_GRAY + 3;
  private static final int UNIFORMS = U_GRAY + 4;

  /**
   * Draws for all views of a frame: the target and the random views, then the focal views.
   *
   * @param image [height, width, 3]
   * @param seed [2]; decides everything
   * @return one or two
   */
  static List<ViewDraws> of(
      Ops tf, Operand<TUint8> image, Operand<TInt64> seed, ViewsConfig config) {
    Operand<TFloat32> uniform =
        tf.random.statelessRandomUniform(tf.constant(new int[] {config.views(), UNIFORMS}), seed);
    Operand<TInt32> size =
        tf.slice(tf.shape(image), tf.constant(new int[] {0}), tf.constant(new int[] {2}));
    int large = 1 + config.randViews();
    List<ViewDraws> draws = new ArrayList<>();
    draws.add(of(tf, size, part(tf, uniform, 0, 0, large, UNIFORMS), config.randScale(), config));
    if (config.focalViews() > 0) {
      Operand<TFloat32> focal = part(tf, uniform, large, 0, config.focalViews(), UNIFORMS);
      draws.add(of(tf, size, focal, config.focalScale(), config));
    }
    return draws;
  }

  private static ViewDraws of(
      Ops tf,
      Operand<TInt32> size,
      Operand<TFloat32> uniform,
      List<Double> scale,
      ViewsConfig config) {
    Operand<TFloat32> forBox = part(tf, uniform, 0, 0, -1, CropBoxes.DRAWS);
    Operand<TInt32> whole =
        tf.concat(
            List.of(
                CropBoxes.of(tf, size, forBox, scale.get(0), scale.get(1)),
                colorOps(tf, uniform),
                flag(tf, uniform, U_GRAY, GRAYED),
                flag(tf, uniform, U_BLUR, (float) config.blurProbability()),
                flag(tf, uniform, U_FLIP, MIRRORED)),
            tf.constant(1));
    return new ViewDraws(whole, real(tf, uniform, config.colorJitter()));
  }

  /** [views, 4] */
  private static Operand<TInt32> colorOps(Ops tf, Operand<TFloat32> uniform) {
    int[][] orders = orders();
    Operand<TFloat32> number =
        tf.math.mul(column(tf, uniform, U_ORDER), tf.constant((float) orders.length));
    Operand<TInt32> order =
        tf.gather(
            tf.constant(orders),
            tf.reshape(tf.dtypes.cast(number, TInt32.class), tf.constant(new int[] {-1})),
            tf.constant(0));
    Operand<TBool> jittered =
        tf.math.less(column(tf, uniform, U_JITTER), tf.constant(JITTERED)); // [views, 1]
    return tf.select(jittered, order, tf.constant(NOTHING));
  }

  private static Operand<TFloat32> real(Ops tf, Operand<TFloat32> uniform, double strength) {
    float blend = (float) (0.8 * strength);
    float turn = (float) (0.2 * strength);
    float least = Math.max(0, 1 - blend);
    float span = 1 + blend - least;
    Operand<TFloat32> drawn =
        tf.concat(
            List.of(part(tf, uniform, 0, U_FACTORS, -1, COLOR_OPS), column(tf, uniform, U_RADIUS)),
            tf.constant(1));
    float[] spans = {span, span, span, 2 * turn, GaussianBlur.MAX_RADIUS - LEAST_RADIUS};
    float[] starts = {least, least, least, -turn, LEAST_RADIUS};
    return tf.math.add(tf.math.mul(drawn, tf.constant(spans)), tf.constant(starts));
  }

  private static Operand<TInt32> flag(
      Ops tf, Operand<TFloat32> uniform, int column, float probability) {
    return tf.dtypes.cast(
        tf.math.less(column(tf, uniform, column), tf.constant(probability)), TInt32.class);
  }

  private static Operand<TFloat32> column(Ops tf, Operand<TFloat32> matrix, int column) {
    return part(tf, matrix, 0, column, -1, 1);
  }

  private static Operand<TFloat32> part(
      Ops tf, Operand<TFloat32> matrix, int row, int column, int rows, int columns) {
    return tf.slice(
        matrix, tf.constant(new int[] {row, column}), tf.constant(new int[] {rows, columns}));
  }

  /** The 24 orders of four ops. */
  private static int[][] orders() {
    List<int[]> orders = new ArrayList<>();
    for (int code = 0; code < 256; code++) { // four digits to base 4, all different
      int[] order = {code >> 6, code >> 4 & 3, code >> 2 & 3, code & 3};
      if ((1 << order[0] | 1 << order[1] | 1 << order[2] | 1 << order[3]) == 15) {
        orders.add(order);
      }
    }
    return orders.toArray(int[][]::new);
  }
}
