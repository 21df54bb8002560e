package org.endossl.eval;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.endossl.data.Normalization;
import org.endossl.model.CheckpointOps;
import org.endossl.model.Compute;
import org.endossl.model.HuggingFaceVit;
import org.endossl.model.ModelVariable;
import org.endossl.model.TensorSource;
import org.endossl.model.Vit;
import org.endossl.model.VitConfig;
import org.endossl.model.WeightLoader;
import org.endossl.model.WeightsException;
import org.endossl.model.resnet.KerasResNetV2;
import org.endossl.model.resnet.ResNetV2Config;
import org.endossl.model.savedmodel.SavedModelFile;
import org.endossl.model.serving.ImageScale;
import org.endossl.train.Checkpoint;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * A frozen encoder: images to one row of features each, of a Vision Transformer the class token. It
 * can be built into any graph; its weights stay on disk until a session loads them.
 */
public final class Encoder {
  private static final int COLOUR_SIZE = 224;
  private static final int RESNET_SIZE = 224;

  /** {@code x / 127.5 - 1}: Keras' mode "tf". */
  private static final Normalization HALF =
      new Normalization(List.of(0.5, 0.5, 0.5), List.of(0.5, 0.5, 0.5));

  /** Builds the network in a graph. */
  @FunctionalInterface
  private interface Body {
    Network create(Ops tf);
  }

  /** Writes weights of the network below a directory. */
  @FunctionalInterface
  private interface Writer {
    Path write(Path directory, TensorSource weights) throws IOException;
  }

  /** Computes a hash of the weights, for which their files may have to be read whole. */
  @FunctionalInterface
  private interface Hash {
    String compute() throws IOException;
  }

  private final String source;
  private final Hash hash;
  private final @Nullable VitConfig config;
  private final String description;
  private final int width;
  private final Preprocessing preprocessing;
  private final Body body;
  private final @Nullable Writer writer;

  private Encoder(
      String source,
      Hash hash,
      @Nullable VitConfig config,
      String description,
      int width,
      Preprocessing preprocessing,
      Body body,
      @Nullable Writer writer) {
    this.source = source;
    this.hash = hash;
    this.config = config;
    this.description = description;
    this.width = width;
    this.preprocessing = preprocessing;
    this.body = body;
    this.writer = writer;
  }

  /** The target encoder of a checkpoint. */
  static Encoder ofCheckpoint(String source, Checkpoint checkpoint) throws IOException {
    Path prefix = checkpoint.prefix();
    return vit(
        source,
        () -> Hashes.ofCheckpoint(prefix),
        checkpoint.config().encoder(),
        checkpoint.config().views().normalization(),
        0,
        (tf, variables) -> {
          CheckpointOps ops = CheckpointOps.build(tf, variables);
          return session -> ops.restorePart(session, prefix);
        });
  }

  /** A Hugging Face directory; images are normalised as its processor says, else as ImageNet's. */
  static Encoder ofHuggingFace(Path path) throws IOException {
    HuggingFaceVit.Model model = HuggingFaceVit.open(path);
    return vit(
        path.toString(),
        () -> Hashes.ofHuggingFace(path),
        model.config(),
        ProcessorConfig.normalization(path),
        0,
        (tf, variables) -> {
          WeightLoader loader = WeightLoader.build(tf, variables);
          TensorSource named = VitNetwork.prefixed(model.weights());
          return session -> loader.assign(session, named);
        });
  }

  /** Weights drawn as a new run with this seed draws them. */
  static Encoder random(String source, VitConfig config, Normalization normalization, long seed) {
    return vit(
        source,
        () -> Hashes.ofText("random " + config + " " + seed),
        config,
        normalization,
        seed,
        (tf, variables) -> session -> initialize(session, variables));
  }

  private static Encoder vit(
      String source,
      Hash hash,
      VitConfig config,
      Normalization normalization,
      long seed,
      VitNetwork.Loading loading) {
    return new Encoder(
        source,
        hash,
        config,
        config.toString(),
        config.width(),
        new Preprocessing(config.imageSize(), normalization),
        tf -> VitNetwork.create(tf, config, seed, loading),
        (directory, weights) -> {
          Path out = directory.resolve("encoder");
          HuggingFaceVit.export(out, config, VitNetwork.unprefixed(weights));
          ProcessorConfig.write(out, normalization, config.imageSize());
          return out;
        });
  }

  /** Keras' ResNetV2 of an .h5 file; its images are {@code x / 127.5 - 1}. */
  static Encoder ofKeras(Path file) throws IOException {
    KerasResNetV2.Model model = KerasResNetV2.open(file);
    return resNet(
        file.toString(),
        () -> Hashes.ofFiles(List.of(file)),
        model.config(),
        0,
        (tf, variables) -> {
          WeightLoader loader = WeightLoader.build(tf, variables);
          return session -> loader.assign(session, model.weights());
        });
  }

  /** A ResNetV2 with weights drawn as Keras draws them; images as {@link #ofKeras} has them. */
  static Encoder randomResNet(String source, ResNetV2Config config, long seed) {
    return resNet(
        source,
        () -> Hashes.ofText("random " + config + " " + seed),
        config,
        seed,
        (tf, variables) -> session -> initialize(session, variables));
  }

  private static Encoder resNet(
      String source, Hash hash, ResNetV2Config config, long seed, VitNetwork.Loading loading) {
    return new Encoder(
        source,
        hash,
        null,
        config.toString(),
        config.width(),
        new Preprocessing(RESNET_SIZE, HALF),
        tf -> ResNetNetwork.create(tf, config, seed, loading),
        (directory, weights) -> {
          Path out = directory.resolve("encoder.h5");
          KerasResNetV2.write(out, config, weights);
          return out;
        });
  }

  private static void initialize(Session session, List<ModelVariable> variables) {
    Session.Runner runner = session.runner();
    variables.forEach(variable -> runner.addTarget(variable.initializer()));
    runner.run().close();
  }

  /**
   * A SavedModel as it is.
   *
   * @throws IllegalArgumentException if the scale of its images is not declared, or their size is
   *     neither declared nor in the model
   */
  static Encoder ofSavedModel(Path directory, SavedModelOptions declared) throws IOException {
    SavedModelFile file = SavedModelFile.open(directory);
    SavedModelOptions options = declared.or(SavedModelOptions.read(directory));
    ImageScale scale = options.requireScale(directory);
    int output = options.outputOrDefault();
    int width = file.width(output);
    return new Encoder(
        directory.toString(),
        () -> Hashes.ofSavedModel(directory),
        null,
        "SavedModel, output " + output,
        width,
        new Preprocessing(
            options.size(directory, file.imageSize()), SavedModelOptions.normalization(scale)),
        tf -> SavedModelBackbone.create(tf, file, output),
        null);
  }

  /** Mean colours, and deviations if asked for. */
  static Encoder meanColour(String source, boolean deviation) {
    return new Encoder(
        source,
        () -> Hashes.ofText(source),
        null,
        source,
        deviation ? 6 : 3,
        new Preprocessing(COLOUR_SIZE, Normalization.NONE),
        tf -> new ColourNetwork(tf, deviation),
        null);
  }

  /**
   * The same encoder, which cannot be trained, with its class token from elsewhere.
   *
   * @throws IllegalArgumentException if a token before the norm is wanted of anything but a Vision
   *     Transformer of ours
   */
  Encoder beforeNorm() {
    if (config == null) {
      throw new IllegalArgumentException(
          "token: before_norm is for a Vision Transformer's weights, "
              + source
              + " is "
              + description
              + "; --set data.token=after_norm takes the features that it gives");
    }
    return new Encoder(
        source,
        hash,
        config,
        description + Token.BEFORE,
        width,
        preprocessing,
        tf -> ((VitNetwork) body.create(tf)).beforeNorm(),
        null);
  }

  /** The source as it was given. */
  public String source() {
    return source;
  }

  /** SHA-256 of what decides the weights' values; reads their files. */
  public String hash() throws IOException {
    return hash.compute();
  }

  /** The Vision Transformer; null where it is none. */
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
    return description;
  }

  /** Whether the network can be trained and its weights be written. */
  public boolean trainable() {
    return writer != null;
  }

  /**
   * Writes weights of this network so that {@link WeightsSource#parse} takes them: a Hugging Face
   * directory, or Keras' .h5.
   *
   * @param directory where they go, as {@code encoder} or {@code encoder.h5}
   * @param weights under the names of {@link Network#variables}
   * @return the path to give
   * @throws IllegalStateException if the network cannot be trained
   * @throws WeightsException if a value is not finite
   */
  public Path write(Path directory, TensorSource weights) throws IOException {
    if (writer == null) {
      throw new IllegalStateException(description + ": has no weights to write");
    }
    return writer.write(directory, weights);
  }

  /** Creates the network's variables in a graph, once. */
  public Network create(Ops tf) {
    return body.create(tf);
  }

  /** The encoder in a graph. */
  public interface Network {
    /**
     * The features of images.
     *
     * @param images [batch, side, side, 3], preprocessed
     * @return [batch, width]
     */
    Operand<TFloat32> features(Operand<TFloat32> images);

    /**
     * The features of images in a precision and by kernels of choice.
     *
     * @throws IllegalArgumentException if bfloat16 is wanted of anything but a Vision Transformer
     *     of ours
     */
    default Operand<TFloat32> features(Operand<TFloat32> images, Compute compute) {
      if (compute.precision() != Compute.Precision.FLOAT32) {
        throw new IllegalArgumentException(
            "precision: got bf16, wanted fp32: only Vision Transformers have bf16");
      }
      return features(images);
    }

    /**
     * What a training step computes.
     *
     * @param features [batch, width]
     * @param updates of moving averages; run them once per step
     */
    record Training(Operand<TFloat32> features, List<Op> updates) {
      public Training {
        updates = List.copyOf(updates);
      }
    }

    /**
     * The features of images as a training step has them: a ResNet by the batch's own statistics.
     *
     * @param images as in {@link #features(Operand)}
     */
    default Training training(Operand<TFloat32> images) {
      return new Training(features(images), List.of());
    }

    /** All its weights, moving averages too; empty where the network is taken as it is. */
    default List<ModelVariable> variables() {
      return List.of();
    }

    /**
     * All tokens, blocks and attention maps.
     *
     * @throws IllegalArgumentException if this is no Vision Transformer of ours
     */
    default Vit.Output forward(Operand<TFloat32> images) {
      throw new IllegalArgumentException(
          "attention: wanted a Vision Transformer's weights; these have no attention to show");
    }

    /**
     * Sets the weights.
     *
     * @throws WeightsException if they do not fit or are damaged
     */
    void load(Session session) throws IOException;
  }
}
