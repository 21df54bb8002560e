package org.endossl.eval;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.endossl.data.Normalization;
import org.endossl.model.CheckpointOps;
import org.endossl.model.HostTensor;
import org.endossl.model.HuggingFaceVit;
import org.endossl.model.ModelVariable;
import org.endossl.model.TensorSource;
import org.endossl.model.VariableStore;
import org.endossl.model.Vit;
import org.endossl.model.VitConfig;
import org.endossl.model.WeightLoader;
import org.endossl.model.WeightsException;
import org.endossl.train.Checkpoint;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * A frozen encoder: images to one row of features each, the class token after the last LayerNorm.
 * It can be built into any graph; its weights stay on disk until a session loads them.
 */
public final class Encoder {
  private static final String PREFIX = "target.";
  private static final int COLOUR_SIZE = 224;

  private final String source;
  private final String hash;
  private final @Nullable VitConfig config;
  private final int width;
  private final Preprocessing preprocessing;
  private final long seed;
  private final Loading loading;

  private Encoder(
      String source,
      String hash,
      @Nullable VitConfig config,
      int width,
      Preprocessing preprocessing,
      long seed,
      Loading loading) {
    this.source = source;
    this.hash = hash;
    this.config = config;
    this.width = width;
    this.preprocessing = preprocessing;
    this.seed = seed;
    this.loading = loading;
  }

  /** Sets the variables of a session. */
  @FunctionalInterface
  private interface Load {
    void into(Session session) throws IOException;
  }

  /** Builds the ops that set variables. */
  @FunctionalInterface
  private interface Loading {
    Load build(Ops tf, List<ModelVariable> variables);
  }

  /** The target encoder of a checkpoint. */
  static Encoder ofCheckpoint(String source, Checkpoint checkpoint) throws IOException {
    Path prefix = checkpoint.prefix();
    return vit(
        source,
        Hashes.ofCheckpoint(prefix),
        checkpoint.config().encoder(),
        checkpoint.config().views().normalization(),
        0,
        (tf, variables) -> {
          CheckpointOps ops = CheckpointOps.build(tf, variables);
          return session -> ops.restorePart(session, prefix);
        });
  }

  /** A Hugging Face directory; images are normalised by ImageNet's values. */
  static Encoder ofHuggingFace(Path path) throws IOException {
    HuggingFaceVit.Model model = HuggingFaceVit.open(path);
    return vit(
        path.toString(),
        Hashes.ofHuggingFace(path),
        model.config(),
        Normalization.IMAGENET,
        0,
        (tf, variables) -> {
          WeightLoader loader = WeightLoader.build(tf, variables);
          TensorSource named = new Prefixed(model.weights());
          return session -> loader.assign(session, named);
        });
  }

  /** Weights drawn as a new run with this seed draws them. */
  static Encoder random(String source, VitConfig config, Normalization normalization, long seed) {
    return vit(
        source,
        Hashes.ofText("random " + config + " " + seed),
        config,
        normalization,
        seed,
        (tf, variables) ->
            session -> {
              Session.Runner runner = session.runner();
              variables.forEach(variable -> runner.addTarget(variable.initializer()));
              runner.run().close();
            });
  }

  private static Encoder vit(
      String source,
      String hash,
      VitConfig config,
      Normalization normalization,
      long seed,
      Loading loading) {
    Preprocessing preprocessing = new Preprocessing(config.imageSize(), normalization);
    return new Encoder(source, hash, config, config.width(), preprocessing, seed, loading);
  }

  /** Mean colours, and deviations if asked for. */
  static Encoder meanColour(String source, boolean deviation) {
    return new Encoder(
        source,
        Hashes.ofText(source),
        null,
        deviation ? 6 : 3,
        new Preprocessing(COLOUR_SIZE, Normalization.NONE),
        0,
        (tf, variables) -> session -> {});
  }

  /** The source as it was given. */
  public String source() {
    return source;
  }

  /** SHA-256 of what decides the weights' values. */
  public String hash() {
    return hash;
  }

  /** The network; null where there is none. */
  public @Nullable VitConfig config() {
    return config;
  }

  /** Values per image. */
  public int width() {
    return width;
  }

  /** What its images were like when it was trained. */
  public Preprocessing preprocessing() {
    return preprocessing;
  }

  /** The network in words. */
  public String description() {
    return config == null ? source : config.toString();
  }

  /** Creates the network's variables in a graph, once. */
  public Network create(Ops tf) {
    if (config == null) {
      return new Network(tf, null, null, width, loading.build(tf, List.of()));
    }
    VariableStore store = new VariableStore(tf, PREFIX, seed);
    Vit.Weights weights = Vit.create(store, config);
    return new Network(tf, config, weights, width, loading.build(tf, store.variables()));
  }

  /** The encoder in a graph. */
  public static final class Network {
    private final Ops tf;
    private final @Nullable VitConfig config;
    private final Vit.@Nullable Weights weights;
    private final int width;
    private final Load load;

    private Network(
        Ops tf, @Nullable VitConfig config, Vit.@Nullable Weights weights, int width, Load load) {
      this.tf = tf;
      this.config = config;
      this.weights = weights;
      this.width = width;
      this.load = load;
    }

    /**
     * The features of images.
     *
     * @param images [batch, side, side, 3], preprocessed
     * @return [batch, width]
     */
    public Operand<TFloat32> features(Operand<TFloat32> images) {
      if (config != null && weights != null) {
        return Vit.classToken(tf, weights, config, images, null);
      }
      Operand<TFloat32> mean = mean(images); // [batch, 3]
      if (width == 3) {
        return mean;
      }
      Operand<TFloat32> centre = tf.reshape(mean, tf.constant(new int[] {-1, 1, 1, 3}));
      Operand<TFloat32> deviation =
          tf.math.sqrt(mean(tf.math.squaredDifference(images, centre))); // [batch, 3]
      return tf.concat(List.of(mean, deviation), tf.constant(1)); // [batch, 6]
    }

    /** By rows, then by columns: one float32 sum of all pixels is off in the fourth digit. */
    private Operand<TFloat32> mean(Operand<TFloat32> x) {
      return tf.math.mean(tf.math.mean(x, tf.constant(2)), tf.constant(1));
    }

    /**
     * All tokens, blocks and attention maps.
     *
     * @throws IllegalArgumentException if there is no network, only colours
     */
    public Vit.Output forward(Operand<TFloat32> images) {
      if (config == null || weights == null) {
        throw new IllegalArgumentException("mean colours have no attention");
      }
      return Vit.forward(tf, weights, config, images, null);
    }

    /**
     * Sets the weights.
     *
     * @throws WeightsException if they do not fit or are damaged
     */
    public void load(Session session) throws IOException {
      load.into(session);
    }
  }

  /** Tensors under the prefix of the variables. */
  private record Prefixed(TensorSource source) implements TensorSource {
    @Override
    public String where() {
      return source.where();
    }

    @Override
    public Map<String, Shape> shapes() {
      Map<String, Shape> shapes = new LinkedHashMap<>();
      source.shapes().forEach((name, shape) -> shapes.put(PREFIX + name, shape));
      return shapes;
    }

    @Override
    public HostTensor tensor(String name) throws IOException {
      return source.tensor(name.substring(PREFIX.length()));
    }
  }
}
