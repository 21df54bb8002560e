package org.endossl.data;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.endossl.data.augment.ColorOps;
import org.endossl.data.augment.GaussianBlur;
import org.endossl.data.augment.Planar;
import org.endossl.data.augment.ResizedCrop;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/**
 * The views of a decoded frame made of TensorFlow's own ops: the portable form of {@link Views}.
 *
 * <p>The views of one size are made in a loop, so that an op which only some of them draw is a
 * branch of one function: TensorFlow optimises every branch anew wherever it is called, and each
 * time that an iterator is made.
 */
final class ViewLoops implements AutoCloseable {
  private static final Shape IMAGE = Shape.of(-1, -1, 3);
  private static final Shape PLANAR = Shape.of(3, -1, -1);

  private final ViewsConfig config;
  private final List<ConcreteFunction> functions = new ArrayList<>();
  private final List<ConcreteFunction> color = new ArrayList<>();
  private final List<ConcreteFunction> gray = new ArrayList<>();
  private final List<Loop> loops = new ArrayList<>();

  /** Planar image and a parameter to planar image. */
  private interface Body {
    Operand<TFloat32> apply(Ops tf, Operand<TFloat32> x, Operand<TFloat32> parameter);
  }

  /** Makes the views of one size. */
  private record Loop(int count, int size, ConcreteFunction condition, ConcreteFunction body) {}

  /** Builds what the configuration can draw, and nothing that it cannot. */
  ViewLoops(ViewsConfig config) {
    this.config = config;
    ConcreteFunction nothing = branch("nothing", (tf, x, p) -> tf.identity(x));
    if (config.colorJitter() > 0) {
      color.add(branch("brightness", ColorOps::brightness));
      color.add(branch("contrast", ColorOps::contrast));
      color.add(branch("saturation", ColorOps::saturation));
      color.add(branch("hue", ColorOps::hue));
      color.add(nothing);
      gray.add(nothing);
      gray.add(branch("gray", (tf, x, p) -> ColorOps.grayscale(tf, x)));
    }
    addLoop(1 + config.randViews(), config.randSize(), nothing);
    if (config.focalViews() > 0) {
      addLoop(config.focalViews(), config.focalSize(), nothing);
    }
  }

  private ConcreteFunction branch(String name, Body body) {
    return function(
        tf -> {
          Placeholder<TFloat32> x = tf.placeholder(TFloat32.class, Placeholder.shape(PLANAR));
          Placeholder<TFloat32> p =
              tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
          return Signature.builder(name)
              .input("x", x)
              .input("parameter", p)
              .output("y", body.apply(tf, x, p))
              .build();
        });
  }

  private ConcreteFunction function(Function<Ops, Signature> body) {
    ConcreteFunction function = ConcreteFunction.create(body);
    functions.add(function);
    return function;
  }

  private void addLoop(int count, int size, ConcreteFunction nothing) {
    List<ConcreteFunction> blur = new ArrayList<>();
    if (config.blurProbability() > 0) {
      blur.add(nothing);
      blur.add(branch("blur" + size, (tf, x, r) -> GaussianBlur.apply(tf, x, size, r)));
    }
    loops.add(
        new Loop(
            count,
            size,
            function(tf -> new Variables(tf, count, size).condition(tf, count)),
            function(tf -> body(tf, new Variables(tf, count, size), size, blur))));
  }

  /** The loop's variables, as placeholders of its functions. */
  private static final class Variables {
    final Placeholder<TInt32> index;
    final Placeholder<TUint8> image;
    final Placeholder<TInt32> whole;
    final Placeholder<TFloat32> real;
    final Placeholder<TUint8> views;
    private final String form; // functions are told apart by name and nodes, not by shapes

    Variables(Ops tf, int count, int size) {
      index = tf.placeholder(TInt32.class, Placeholder.shape(Shape.scalar()));
      image = tf.placeholder(TUint8.class, Placeholder.shape(IMAGE));
      whole = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(count, ViewDraws.WHOLE)));
      real = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(count, ViewDraws.REAL)));
      views = tf.placeholder(TUint8.class, Placeholder.shape(Shape.of(count, size, size, 3)));
      form = count + "_of_" + size;
    }

    Signature.Builder inputs(String name) {
      return Signature.builder(name + form)
          .input("index", index)
          .input("image", image)
          .input("whole", whole)
          .input("real", real)
          .input("views", views);
    }

    Signature condition(Ops tf, int count) {
      return inputs("more").output("more", tf.math.less(index, tf.constant(count))).build();
    }
  }

  /** Makes view {@code index} and puts it among the views. */
  private Signature body(Ops tf, Variables in, int size, List<ConcreteFunction> blur) {
    Operand<TInt32> whole = tf.gather(in.whole, in.index, tf.constant(0)); // [11]
    Operand<TFloat32> real = tf.gather(in.real, in.index, tf.constant(0)); // [5]
    Operand<TInt32> box =
        tf.slice(whole, tf.constant(new int[] {ViewDraws.BOX}), tf.constant(new int[] {4}));
    Operand<TFloat32> x = ResizedCrop.apply(tf, in.image, box, size);
    if (!color.isEmpty()) {
      for (int i = 0; i < ViewDraws.COLOR_OPS; i++) {
        Operand<TInt32> op = tf.gather(whole, tf.constant(ViewDraws.OPS + i), tf.constant(0));
        Operand<TInt32> factor = tf.math.minimum(op, tf.constant(ViewDraws.COLOR_OPS - 1));
        x = choose(tf, op, x, tf.gather(real, factor, tf.constant(0)), color);
      }
      Operand<TInt32> isGray = tf.gather(whole, tf.constant(ViewDraws.GRAY), tf.constant(0));
      x = choose(tf, isGray, x, tf.constant(0f), gray);
    }
    if (!blur.isEmpty()) {
      Operand<TInt32> isBlurred = tf.gather(whole, tf.constant(ViewDraws.BLUR), tf.constant(0));
      Operand<TFloat32> radius = tf.gather(real, tf.constant(ViewDraws.RADIUS), tf.constant(0));
      x = choose(tf, isBlurred, x, radius, blur);
    }
    Operand<TUint8> view = Planar.toImage(tf, x);
    if (config.flip()) { // the list of axes to reverse is [1] or []
      Operand<TInt32> length =
          tf.slice(whole, tf.constant(new int[] {ViewDraws.FLIP}), tf.constant(new int[] {1}));
      view =
          tf.reverse(
              view, tf.slice(tf.constant(new int[] {1}), tf.constant(new int[] {0}), length));
    }
    Operand<TInt32> at = tf.reshape(in.index, tf.constant(new int[] {1, 1}));
    Operand<TUint8> views =
        tf.tensorScatterNdUpdate(in.views, at, tf.expandDims(view, tf.constant(0)));
    return in.inputs("view")
        .output("next", tf.math.add(in.index, tf.constant(1)))
        .output("same_image", tf.identity(in.image))
        .output("same_whole", tf.identity(in.whole))
        .output("same_real", tf.identity(in.real))
        .output("more_views", views)
        .build();
  }

  @SuppressWarnings("unchecked")
  private static Operand<TFloat32> choose(
      Ops tf,
      Operand<TInt32> branch,
      Operand<TFloat32> x,
      Operand<TFloat32> parameter,
      List<ConcreteFunction> branches) {
    return (Operand<TFloat32>)
        (Operand<?>)
            tf.caseOp(branch, List.of(x, parameter), List.of(TFloat32.class), branches)
                .iterator()
                .next();
  }

  /**
   * Makes the views of one size.
   *
   * @param sizes 0 for target and random views, 1 for focal views
   * @param image [height, width, 3]
   * @return [views, size, size, 3]
   */
  Operand<TUint8> of(Ops tf, int sizes, Operand<TUint8> image, ViewDraws draws) {
    return run(tf, loops.get(sizes), image, draws);
  }

  @SuppressWarnings("unchecked")
  private static Operand<TUint8> run(Ops tf, Loop loop, Operand<TUint8> image, ViewDraws draws) {
    Operand<TUint8> none =
        tf.zeros(tf.constant(new int[] {loop.count, loop.size, loop.size, 3}), TUint8.class);
    List<Output<?>> out = new ArrayList<>();
    tf.whileOp(
            List.of(tf.constant(0), image, draws.whole(), draws.real(), none),
            loop.condition,
            loop.body)
        .iterator()
        .forEachRemaining(o -> out.add(o.asOutput()));
    return (Operand<TUint8>) (Operand<?>) out.get(out.size() - 1);
  }

  @Override
  public void close() {
    functions.forEach(ConcreteFunction::close);
  }
}
