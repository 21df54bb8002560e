package org.endossl.model.ops;

import java.util.ArrayList;
import java.util.List;
import org.endossl.model.ops.NativeLibrary.Status;
import org.jspecify.annotations.Nullable;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Operation;
import org.tensorflow.OperationBuilder;
import org.tensorflow.Output;
import org.tensorflow.TensorFlow;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Builders of the native ops. Activations are float32 or bfloat16; the residual stream, weights,
 * statistics and sums are float32. Each op checks its inputs' shapes when it runs and has a
 * gradient; {@code native/register.c} lists them, for CPU only.
 *
 * <p>{@code -Dendossl.ops=composite} keeps the library from being loaded.
 */
public final class FusedOps {
  private static final String ADD_LAYER_NORM = "EndosslAddLayerNorm";
  private static final String LAYER_NORM = "EndosslLayerNorm";
  private static final String BIAS_GELU = "EndosslBiasGelu";
  private static final String ATTENTION = "EndosslAttention";
  private static final String BATCH_NORM_GELU = "EndosslBatchNormGelu";
  private static final String CLASS_ATTENTION = "EndosslClassAttention";
  private static final String TOKENS = "EndosslTokens";
  private static final String PATCHES = "EndosslPatches";
  private static final String MAT_MUL = "EndosslMatMul";
  private static final String MLP = "EndosslMlp";
  private static final String ADAMW = "EndosslAdamW";
  private static final String GLOBAL_NORM = "EndosslGlobalNorm";

  /** TensorFlow's library for GPU, where it is on the class path. */
  private static final String GPU_BUILD =
      "org/tensorflow/internal/c_api/linux-x86_64-gpu/libtensorflow_cc.so.2";

  private static final Status STATUS = load();

  private FusedOps() {}

  /** The outcome of loading, the same for the whole process. */
  public static Status status() {
    return STATUS;
  }

  private static Status load() {
    if (ClassLoader.getSystemResource(GPU_BUILD) != null) {
      return new Status(false, "the native ops are for CPU; this is a GPU build");
    }
    Status status =
        new NativeLibrary("libendossl_ops.so", "ENDOSSL_OPS.SHA256SUMS", "endossl.ops").load();
    if (status.loaded()) {
      registerGradients();
    }
    return status;
  }

  /**
   * What {@link #addLayerNorm} gives.
   *
   * @param sum [rows, width] the residual stream with the branch
   * @param y [rows, width] normalised
   */
  public record Added(Operand<TFloat32> sum, Operand<?> y) {}

  /**
   * {@code sum = h + branch + bias}, {@code y = LayerNorm(sum) * weight + beta}.
   *
   * @param h [rows, width]
   * @param branch [rows, width], decides the type of {@code y}
   * @param bias [width]
   * @param weight [width]
   * @param beta [width]
   * @param epsilon added to the variance
   */
  public static Added addLayerNorm(
      Ops tf,
      Operand<TFloat32> h,
      Operand<?> branch,
      Operand<TFloat32> bias,
      Operand<TFloat32> weight,
      Operand<TFloat32> beta,
      double epsilon) {
    Operation op =
        builder(tf, ADD_LAYER_NORM, h, branch, bias, weight, beta)
            .setAttr("epsilon", (float) epsilon)
            .build();
    return new Added(op.output(0), op.output(1));
  }

  /**
   * LayerNorm over the rows.
   *
   * @param x [rows, width]
   * @param type of the result, float32 or bfloat16
   * @return [rows, width]
   */
  public static Operand<?> layerNorm(
      Ops tf,
      Operand<TFloat32> x,
      Operand<TFloat32> weight,
      Operand<TFloat32> beta,
      double epsilon,
      DataType type) {
    return builder(tf, LAYER_NORM, x, weight, beta)
        .setAttr("T", type)
        .setAttr("epsilon", (float) epsilon)
        .build()
        .output(0);
  }

  /**
   * {@code gelu(u + bias)} with the error function.
   *
   * @param u [rows, width]
   * @param bias [width]
   * @return [rows, width] of {@code u}'s type
   */
  public static Operand<?> biasGelu(Ops tf, Operand<?> u, Operand<TFloat32> bias) {
    return builder(tf, BIAS_GELU, u, bias).build().output(0);
  }

  /**
   * What {@link #batchNormGelu} gives.
   *
   * @param y [rows, width]
   * @param mean [groups, width]
   * @param variance [groups, width], biased
   */
  public record BatchNormed(
      Operand<TFloat32> y, Operand<TFloat32> mean, Operand<TFloat32> variance) {}

  /**
   * GELU of rows that are normalised group by group, with the error function. No gradient flows by
   * the statistics.
   *
   * @param x [rows, width]
   * @param weight [width]
   * @param beta [width]
   * @param groups [n] rows of each, which make {@code rows}
   * @param epsilon added to the variance
   */
  public static BatchNormed batchNormGelu(
      Ops tf,
      Operand<TFloat32> x,
      Operand<TFloat32> weight,
      Operand<TFloat32> beta,
      Operand<TInt32> groups,
      double epsilon) {
    Operation op =
        builder(tf, BATCH_NORM_GELU, x, weight, beta, groups)
            .setAttr("epsilon", (float) epsilon)
            .build();
    return new BatchNormed(op.output(0), op.output(1), op.output(2));
  }

  /**
   * Multi-head self-attention within each of many sequences that lie one after the other.
   *
   * @param qkv [rows, 3 * width] without bias, queries before keys before values, heads within each
   * @param bias [3 * width]
   * @param groups [n, 2], each row a number of sequences and their tokens; all tokens make {@code
   *     rows}
   * @param heads divides width
   * @return [rows, width] of {@code qkv}'s type
   */
  public static Operand<?> attention(
      Ops tf, Operand<?> qkv, Operand<TFloat32> bias, Operand<TInt32> groups, int heads) {
    return builder(tf, ATTENTION, qkv, bias, groups).setAttr("heads", heads).build().output(0);
  }

  /**
   * As {@link #attention} for the first token of each sequence, without keys and values of the
   * others. The key bias has no part in it. Sums are float32, also of bfloat16.
   *
   * @param x [rows, width], what queries, keys and values are made of
   * @param kernel [width, 3 * width], queries before keys before values, heads within each
   * @param bias [3 * width]
   * @return [sequences, width] of {@code x}'s type
   */
  public static Operand<?> classAttention(
      Ops tf,
      Operand<?> x,
      Operand<TFloat32> kernel,
      Operand<TFloat32> bias,
      Operand<TInt32> groups,
      int heads) {
    return builder(tf, CLASS_ATTENTION, x, kernel, bias, groups)
        .setAttr("heads", heads)
        .build()
        .output(0);
  }

  /**
   * The tokens of images: what is added to the class token, then the patches with what is added to
   * them.
   *
   * @param projected [batch * kept, width]
   * @param added [1 + kept, width], the class token's first
   * @return [batch * (1 + kept), width]
   */
  public static Operand<TFloat32> tokens(Ops tf, Operand<?> projected, Operand<TFloat32> added) {
    return builder(tf, TOKENS, projected, added).build().output(0);
  }

  /**
   * Cuts images into patches. Has no gradient.
   *
   * @param images [batch, side, side, 3]
   * @param keep [kept] indices of the patches, from 0; empty for all
   * @param patch side of a patch in pixels
   * @param type of the result, float32 or bfloat16
   * @return [batch * kept, patch * patch * 3], by row, column, channel
   */
  public static Operand<?> patches(
      Ops tf, Operand<TFloat32> images, Operand<TInt32> keep, int patch, DataType type) {
    return builder(tf, PATCHES, images, keep)
        .setAttr("T", type)
        .setAttr("patch", patch)
        .build()
        .output(0);
  }

  /**
   * Matrix product by panels that stay in the caches. The kernel of a bfloat16 product is rounded
   * to bfloat16; its gradient is not.
   *
   * @param x [rows, k], of a type that {@link #multiplies}
   * @param kernel [k, n]
   * @return [rows, n] of {@code x}'s type
   */
  public static Operand<?> matMul(Ops tf, Operand<?> x, Operand<TFloat32> kernel) {
    return builder(tf, MAT_MUL, x, kernel).build().output(0);
  }

  /**
   * {@code gelu(x kernel1 + bias1) kernel2}, in bfloat16: where {@link #multiplies} says so. GELU
   * is applied while the first product is written, its slope while the gradient's is; {@code x
   * kernel1} alone is kept for the gradient.
   *
   * @param x [rows, width]
   * @param kernel1 [width, hidden], rounded to bfloat16 as that of {@link #matMul}
   * @param bias1 [hidden]
   * @param kernel2 [hidden, out]
   * @param gradient whether it is kept
   * @return [rows, out] of {@code x}'s type
   */
  public static Operand<?> mlp(
      Ops tf,
      Operand<?> x,
      Operand<TFloat32> kernel1,
      Operand<TFloat32> bias1,
      Operand<TFloat32> kernel2,
      boolean gradient) {
    return builder(tf, MLP, x, kernel1, bias1, kernel2)
        .setAttr("gradient", gradient)
        .build()
        .output(0);
  }

  /** Whether there are matrix products of this type: bfloat16's where the processor has AMX. */
  public static boolean multiplies(DataType type) {
    return STATUS.takes(MAT_MUL, type);
  }

  /**
   * A step of AdamW over many weights at once, in place. The betas are 0.9 and 0.999; corrections
   * for the first steps are the caller's, in {@code rate} and {@code epsilon}.
   *
   * @param weights handles of float32 resource variables, each once
   * @param first handles of the first moments, in the same order
   * @param second handles of the second moments
   * @param gradients of the same shapes
   * @param rate scalar
   * @param epsilon scalar
   * @param decay scalar, the share of a decayed weight that a step takes away
   * @param scale scalar that scaled gradients are multiplied by
   * @param decayed which weights decay
   * @param scaled which gradients are scaled
   */
  public static Op adamW(
      Ops tf,
      List<? extends Operand<?>> weights,
      List<? extends Operand<?>> first,
      List<? extends Operand<?>> second,
      List<? extends Operand<?>> gradients,
      Operand<TFloat32> rate,
      Operand<TFloat32> epsilon,
      Operand<TFloat32> decay,
      Operand<TFloat32> scale,
      boolean[] decayed,
      boolean[] scaled) {
    OperationBuilder builder = tf.scope().opBuilder(ADAMW, ADAMW);
    for (List<? extends Operand<?>> list : List.of(weights, first, second, gradients)) {
      builder.addInputList(
          list.stream().map(Operand::asOutput).toArray(size -> new Output<?>[size]));
    }
    for (Operand<TFloat32> scalar : List.of(rate, epsilon, decay, scale)) {
      builder.addInput(scalar.asOutput());
    }
    Operation op = builder.setAttr("decayed", decayed).setAttr("scaled", scaled).build();
    return () -> op;
  }

  /**
   * The root of the sum of the squares of all values, a scalar. Of kernels' gradients the op that
   * makes them has summed the squares.
   */
  public static Operand<TFloat32> globalNorm(Ops tf, List<Operand<TFloat32>> values) {
    List<Output<?>> read = new ArrayList<>();
    List<Output<?>> sums = new ArrayList<>();
    for (Operand<TFloat32> value : values) {
      Output<?> output = value.asOutput();
      int sum = squares(output.op().type(), output.index());
      if (sum < 0) {
        read.add(output);
      } else {
        sums.add(output.op().output(sum));
      }
    }
    return tf.scope()
        .opBuilder(GLOBAL_NORM, GLOBAL_NORM)
        .addInputList(read.toArray(Output<?>[]::new))
        .addInputList(sums.toArray(Output<?>[]::new))
        .build()
        .output(0);
  }

  /** Which output has the sum of the squares of an op's output; -1: none. */
  private static int squares(String op, int output) {
    return switch (op) {
      case MAT_MUL + "Grad" -> output == 1 ? 2 : -1;
      case MLP + "Grad" -> output == 1 ? 4 : output == 3 ? 5 : -1;
      default -> -1;
    };
  }

  private static OperationBuilder builder(Ops tf, String type, Operand<?>... inputs) {
    OperationBuilder builder = tf.scope().opBuilder(type, type);
    for (Operand<?> input : inputs) {
      builder.addInput(input.asOutput());
    }
    return builder;
  }

  private static Output<?>[] run(OperationBuilder builder) {
    Operation op = builder.build();
    Output<?>[] outputs = new Output<?>[op.numOutputs()];
    for (int i = 0; i < outputs.length; i++) {
      outputs[i] = op.output(i);
    }
    return outputs;
  }

  /** Once per process: TensorFlow keeps them by the op's type. */
  private static void registerGradients() {
    TensorFlow.registerCustomGradient(
        ADD_LAYER_NORM, (tf, op, given) -> addLayerNormGradient(tf, op, given));
    TensorFlow.registerCustomGradient(
        LAYER_NORM,
        (tf, op, given) -> {
          Output<?>[] d =
              run(
                  builder(
                      tf,
                      LAYER_NORM + "Grad",
                      given.get(0),
                      op.input(0),
                      op.output(1),
                      op.input(1)));
          return List.of(d[0], d[1], d[2]);
        });
    TensorFlow.registerCustomGradient(
        BIAS_GELU,
        (tf, op, given) -> {
          Output<?>[] d =
              run(builder(tf, BIAS_GELU + "Grad", given.get(0), op.input(0), op.input(1)));
          return List.of(d[0], d[1]);
        });
    TensorFlow.registerCustomGradient(
        MAT_MUL,
        (tf, op, given) -> {
          Output<?>[] d =
              run(builder(tf, MAT_MUL + "Grad", given.get(0), op.input(0), op.input(1)));
          return List.of(d[0], d[1]);
        });
    TensorFlow.registerCustomGradient(
        MLP,
        (tf, op, given) -> {
          if (!op.attributes().getAttrBool("gradient")) {
            throw new IllegalStateException(MLP + ": it was built for the forward pass alone");
          }
          Output<?>[] d =
              run(
                  builder(
                      tf,
                      MLP + "Grad",
                      given.get(0),
                      op.input(0),
                      op.input(1),
                      op.input(2),
                      op.input(3),
                      op.output(1)));
          return List.of(d[0], d[1], d[2], d[3]);
        });
    TensorFlow.registerCustomGradient(
        ATTENTION,
        (tf, op, given) -> {
          Output<?>[] d =
              run(
                  builder(
                          tf,
                          ATTENTION + "Grad",
                          given.get(0),
                          op.input(0),
                          op.input(1),
                          op.output(1),
                          op.input(2))
                      .setAttr("heads", op.attributes().getAttrInt("heads")));
          return List.of(d[0], d[1], tf.constant(0));
        });
    TensorFlow.registerCustomGradient(
        BATCH_NORM_GELU,
        (tf, op, given) -> {
          Output<?>[] d =
              run(
                  builder(
                          tf,
                          BATCH_NORM_GELU + "Grad",
                          given.get(0),
                          op.input(0),
                          op.input(1),
                          op.input(2),
                          op.output(1),
                          op.output(2),
                          op.input(3))
                      .setAttr("epsilon", op.attributes().getAttrFloat("epsilon")));
          return List.of(d[0], d[1], d[2], tf.constant(0));
        });
    TensorFlow.registerCustomGradient(
        TOKENS,
        (tf, op, given) -> {
          Output<?>[] d =
              run(
                  builder(tf, TOKENS + "Grad", given.get(0), op.input(1))
                      .setAttr("T", op.attributes().getAttrType("T")));
          return List.of(d[0], d[1]);
        });
    TensorFlow.registerCustomGradient(
        CLASS_ATTENTION,
        (tf, op, given) -> {
          Output<?>[] d =
              run(
                  builder(
                          tf,
                          CLASS_ATTENTION + "Grad",
                          given.get(0),
                          op.input(0),
                          op.input(1),
                          op.output(1),
                          op.output(2),
                          op.output(3),
                          op.output(4),
                          op.input(3))
                      .setAttr("heads", op.attributes().getAttrInt("heads")));
          return List.of(d[0], d[1], d[2], tf.constant(0));
        });
  }

  /** The stream's gradient is missing behind the last LayerNorm, where nothing reads the sum. */
  private static List<Operand<?>> addLayerNormGradient(
      Ops tf, GraphOperation op, List<? extends @Nullable Output<?>> given) {
    Output<?> sum = given.get(0);
    Operand<?> stream = sum == null ? tf.zeros(tf.array(0), TFloat32.class) : sum;
    Output<?> y = given.get(1);
    if (y == null) {
      throw new IllegalStateException(ADD_LAYER_NORM + ": the loss does not depend on y");
    }
    Output<?>[] d =
        run(
            builder(
                tf, ADD_LAYER_NORM + "Grad", stream, y, op.output(0), op.output(2), op.input(3)));
    boolean float32 = op.<TFloat32>output(1).dataType() == DataType.DT_FLOAT;
    return List.of(d[0], float32 ? d[0] : d[1], d[2], d[3], d[4]);
  }

  /** A vector of no values, for {@code keep} of {@link #patches}. */
  public static Operand<TInt32> none(Ops tf) {
    return tf.zeros(tf.constant(new int[] {0}), TInt32.class);
  }
}
