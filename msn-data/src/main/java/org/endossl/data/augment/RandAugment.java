package org.endossl.data.augment;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * RandAugment (arXiv 1909.13719) as TensorFlow Model Garden 2.18 draws it ({@code
 * RandAugment.distort}): in each layer one of the operations, or nothing, with equal chances; every
 * operation drawn is applied, at the level {@link RandAugmentConfig#magnitude}, the signed ones to
 * either side with equal chances.
 *
 * <p>Deviation: what is drawn is a function of the seed alone.
 *
 * <p>Used where an image is decoded, inside a tf.data map function or outside. The layers are a
 * loop over one set of branches. May be closed when the graph is built.
 */
public final class RandAugment implements AutoCloseable {
  private static final Shape IMAGE = Shape.of(-1, -1, 3);

  // Columns of what is drawn for a layer.
  private static final int OP = 0;
  private static final int SIGN = 1;
  private static final int CENTRE = 2;
  private static final int DRAWS = 4;

  private final RandAugmentConfig config;
  private final List<ConcreteFunction> functions = new ArrayList<>();
  private final ConcreteFunction condition;
  private final ConcreteFunction body;

  /** Builds the operations that can be drawn. */
  public RandAugment(RandAugmentConfig config) {
    this.config = config;
    List<ConcreteFunction> branches = new ArrayList<>();
    for (RandAugmentOp op : config.drawn()) {
      branches.add(function(tf -> branch(tf, op)));
    }
    branches.add(function(RandAugment::nothing)); // for the number behind the last
    this.condition =
        function(
            tf -> {
              Loop in = new Loop(tf, config.layers());
              return in.inputs("more_randaugment")
                  .output("more", tf.math.less(in.layer, tf.constant(config.layers())))
                  .build();
            });
    this.body = function(tf -> layer(tf, new Loop(tf, config.layers()), branches));
  }

  private ConcreteFunction function(Function<Ops, Signature> body) {
    ConcreteFunction function = ConcreteFunction.create(body);
    functions.add(function);
    return function;
  }

  private Signature branch(Ops tf, RandAugmentOp op) {
    Placeholder<TUint8> image = tf.placeholder(TUint8.class, Placeholder.shape(IMAGE));
    Placeholder<TFloat32> draws =
        tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(DRAWS)));
    Operand<TFloat32> argument = tf.constant((float) config.argument(op));
    if (op.isSigned()) {
      argument =
          tf.select(
              tf.math.less(element(tf, draws, SIGN), tf.constant(0.5f)),
              tf.math.neg(argument),
              argument);
    }
    Operand<TFloat32> centre =
        tf.slice(draws, tf.constant(new int[] {CENTRE}), tf.constant(new int[] {2}));
    return Signature.builder("randaugment_" + op.key())
        .input("image", image)
        .input("draws", draws)
        .output("augmented", op.apply(tf, image, argument, centre))
        .build();
  }

  private static Signature nothing(Ops tf) {
    Placeholder<TUint8> image = tf.placeholder(TUint8.class, Placeholder.shape(IMAGE));
    Placeholder<TFloat32> draws =
        tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(DRAWS)));
    return Signature.builder("randaugment_nothing")
        .input("image", image)
        .input("draws", draws)
        .output("same", tf.identity(image))
        .build();
  }

  /** The loop's variables, as placeholders of its functions. */
  private static final class Loop {
    final Placeholder<TInt32> layer;
    final Placeholder<TUint8> image;
    final Placeholder<TFloat32> draws;

    Loop(Ops tf, int layers) {
      layer = tf.placeholder(TInt32.class, Placeholder.shape(Shape.scalar()));
      image = tf.placeholder(TUint8.class, Placeholder.shape(IMAGE));
      draws = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(layers, DRAWS)));
    }

    Signature.Builder inputs(String name) {
      return Signature.builder(name)
          .input("layer", layer)
          .input("image", image)
          .input("draws", draws);
    }
  }

  @SuppressWarnings("unchecked")
  private Signature layer(Ops tf, Loop in, List<ConcreteFunction> branches) {
    Operand<TFloat32> draws = tf.gather(in.draws, in.layer, tf.constant(0)); // [4]
    Operand<TFloat32> number =
        tf.math.mul(element(tf, draws, OP), tf.constant((float) branches.size()));
    Operand<TInt32> branch =
        tf.math.minimum(tf.dtypes.cast(number, TInt32.class), tf.constant(branches.size() - 1));
    Operand<TUint8> augmented =
        (Operand<TUint8>)
            (Operand<?>)
                tf.caseOp(branch, List.of(in.image, draws), List.of(TUint8.class), branches)
                    .iterator()
                    .next();
    return in.inputs("randaugment_layer")
        .output("next", tf.math.add(in.layer, tf.constant(1)))
        .output("augmented", augmented)
        .output("same_draws", tf.identity(in.draws))
        .build();
  }

  private static Operand<TFloat32> element(Ops tf, Operand<TFloat32> vector, int index) {
    return tf.gather(vector, tf.constant(index), tf.constant(0));
  }

  /**
   * Augments an image of bytes.
   *
   * @param image [height, width, 3]
   * @param seed [2]; decides everything that is drawn
   * @return [height, width, 3]
   */
  @SuppressWarnings("unchecked")
  public Operand<TUint8> apply(Ops tf, Operand<TUint8> image, Operand<TInt64> seed) {
    Operand<TFloat32> draws =
        tf.random.statelessRandomUniform(tf.constant(new int[] {config.layers(), DRAWS}), seed);
    List<Output<?>> out = new ArrayList<>();
    tf.whileOp(List.of(tf.constant(0), image, draws), condition, body)
        .iterator()
        .forEachRemaining(o -> out.add(o.asOutput()));
    return (Operand<TUint8>) (Operand<?>) out.get(1);
  }

  /**
   * Augments an image of numbers: they are cut to 0..255 and truncated, as Model Garden does.
   *
   * @param image [height, width, 3], 0..255
   * @param seed [2]; decides everything that is drawn
   * @return [height, width, 3], whole numbers 0..255
   */
  public Operand<TFloat32> applyToFloats(Ops tf, Operand<TFloat32> image, Operand<TInt64> seed) {
    return tf.dtypes.cast(apply(tf, ToneOps.bytes(tf, image), seed), TFloat32.class);
  }

  @Override
  public void close() {
    functions.forEach(ConcreteFunction::close);
  }
}
