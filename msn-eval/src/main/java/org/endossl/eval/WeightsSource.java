package org.endossl.eval;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.endossl.data.Normalization;
import org.endossl.model.HuggingFaceVit;
import org.endossl.model.VitConfig;
import org.endossl.model.WeightsException;
import org.endossl.model.resnet.ResNetV2Config;
import org.endossl.model.savedmodel.SavedModelFile;
import org.endossl.train.Checkpoint;
import org.endossl.train.PretrainConfig;
import org.endossl.train.config.YamlConfig;

/** Where the weights of a frozen encoder come from. */
public sealed interface WeightsSource {
  /** What {@link #parse} takes, in a line. */
  String SYNTAX =
      "a run's folder, a checkpoint's prefix, a Hugging Face folder, a SavedModel's folder, Keras'"
          + " ResNetV2 .h5, random:CONFIG.yaml:SEED, random:RUN:SEED, random:resnet50v2:SEED,"
          + " mean-colour or mean-colour+std";

  /** As {@link #parse} takes it. */
  String text();

  /**
   * Finds the weights; nothing large is read yet.
   *
   * @throws IllegalArgumentException if there are none
   * @throws WeightsException if their files are damaged
   */
  Encoder open() throws IOException;

  /** The same weights with the class token taken there. */
  default WeightsSource token(Token token) {
    return token == Token.BEFORE_NORM ? new BeforeNorm(this) : this;
  }

  /**
   * Reads a source.
   *
   * @param text see {@link #SYNTAX}
   * @throws IllegalArgumentException if it names nothing
   */
  static WeightsSource parse(String text) {
    return parse(text, SavedModelOptions.NONE);
  }

  /**
   * Reads a source.
   *
   * @param text see {@link #SYNTAX}
   * @param declared of a SavedModel; what it leaves out is read from its backbone.json
   * @throws IllegalArgumentException if it names nothing, or something is declared of another kind
   *     of weights
   */
  static WeightsSource parse(String text, SavedModelOptions declared) {
    WeightsSource source = source(text, declared);
    if (!declared.equals(SavedModelOptions.NONE) && !(source instanceof SavedModel)) {
      throw new IllegalArgumentException(
          "weights: "
              + text
              + " is no SavedModel; leave out --input-scale and --output-index, other weights say"
              + " these of themselves");
    }
    return source;
  }

  private static WeightsSource source(String text, SavedModelOptions declared) {
    if (text.equals(MeanColour.NAME)) {
      return new MeanColour(false);
    } else if (text.equals(MeanColour.NAME_STD)) {
      return new MeanColour(true);
    } else if (text.startsWith(Random.PREFIX)) {
      return Random.parse(text);
    }
    Path path = Path.of(text);
    if (HuggingFaceVit.isOne(path)) {
      return new HuggingFace(path);
    } else if (SavedModelFile.isOne(path)) {
      return new SavedModel(path, declared);
    }
    return text.endsWith(".h5") || text.endsWith(".hdf5") ? new Keras(path) : new Run(path);
  }

  /**
   * A Vision Transformer's class token as its last block leaves it.
   *
   * @param weights of the network
   */
  record BeforeNorm(WeightsSource weights) implements WeightsSource {
    @Override
    public String text() {
      return weights.text();
    }

    @Override
    public Encoder open() throws IOException {
      return weights.open().beforeNorm();
    }
  }

  /**
   * The target encoder of a pre-training run.
   *
   * @param path the run's folder, its folder of checkpoints, or a prefix
   */
  record Run(Path path) implements WeightsSource {
    @Override
    public String text() {
      return path.toString();
    }

    @Override
    public Encoder open() throws IOException {
      if (!Files.exists(path) && !Files.exists(Path.of(path + ".index"))) {
        throw new IllegalArgumentException("weights: no " + path + "; wanted " + SYNTAX);
      }
      return Encoder.ofCheckpoint(text(), Checkpoint.open(path));
    }
  }

  /**
   * A directory as transformers writes it.
   *
   * @param path with config.json and model.safetensors
   */
  record HuggingFace(Path path) implements WeightsSource {
    @Override
    public String text() {
      return path.toString();
    }

    @Override
    public Encoder open() throws IOException {
      return Encoder.ofHuggingFace(path);
    }
  }

  /**
   * A SavedModel, called as Python calls it.
   *
   * @param path its directory
   * @param declared what it does not say of itself
   */
  record SavedModel(Path path, SavedModelOptions declared) implements WeightsSource {
    @Override
    public String text() {
      return path.toString();
    }

    @Override
    public Encoder open() throws IOException {
      return Encoder.ofSavedModel(path, declared);
    }
  }

  /**
   * A ResNetV2 of Keras.
   *
   * @param path its .h5 file
   */
  record Keras(Path path) implements WeightsSource {
    @Override
    public String text() {
      return path.toString();
    }

    @Override
    public Encoder open() throws IOException {
      return Encoder.ofKeras(path);
    }
  }

  /**
   * The weights that a run of this configuration would start from.
   *
   * @param config a pre-training configuration, or a run's folder
   * @param seed of the weights
   */
  record Random(Path config, long seed) implements WeightsSource {
    private static final String PREFIX = "random:";
    private static final String RESNET = "resnet50v2";

    private static WeightsSource parse(String text) {
      int colon = text.lastIndexOf(':');
      if (colon > PREFIX.length()) {
        String config = text.substring(PREFIX.length(), colon);
        try {
          long seed = Long.parseLong(text.substring(colon + 1));
          return config.equals(RESNET)
              ? new RandomResNet(ResNetV2Config.RESNET50V2, seed)
              : new Random(Path.of(config), seed);
        } catch (NumberFormatException e) {
          throw new IllegalArgumentException(wrong(text), e);
        }
      }
      throw new IllegalArgumentException(wrong(text));
    }

    private static String wrong(String text) {
      return "weights: got " + text + ", wanted random:CONFIG.yaml:SEED or random:resnet50v2:SEED";
    }

    @Override
    public String text() {
      return PREFIX + config + ":" + seed;
    }

    @Override
    public Encoder open() throws IOException {
      Path file = Files.isDirectory(config) ? config.resolve("config.yaml") : config;
      PretrainConfig loaded = YamlConfig.load(file, PretrainConfig.class, List.of());
      return Encoder.random(text(), loaded.encoder(), loaded.views().normalization(), seed);
    }
  }

  /**
   * Random weights of a network that no file describes.
   *
   * @param config the network
   * @param normalization of its images
   * @param seed of the weights
   */
  record RandomVit(VitConfig config, Normalization normalization, long seed)
      implements WeightsSource {
    @Override
    public String text() {
      return "random, seed " + seed;
    }

    @Override
    public Encoder open() {
      return Encoder.random(text(), config, normalization, seed);
    }
  }

  /**
   * A ResNetV2 with weights as Keras draws them.
   *
   * @param config the network
   * @param seed of the weights
   */
  record RandomResNet(ResNetV2Config config, long seed) implements WeightsSource {
    @Override
    public String text() {
      return config.equals(ResNetV2Config.RESNET50V2)
          ? "random:resnet50v2:" + seed
          : "random ResNetV2, seed " + seed;
    }

    @Override
    public Encoder open() {
      return Encoder.randomResNet(text(), config, seed);
    }
  }

  /**
   * No weights: the mean of red, green and blue over the frame, on 0..1.
   *
   * @param deviation whether their deviations follow
   */
  record MeanColour(boolean deviation) implements WeightsSource {
    private static final String NAME = "mean-colour";
    private static final String NAME_STD = "mean-colour+std";

    @Override
    public String text() {
      return deviation ? NAME_STD : NAME;
    }

    @Override
    public Encoder open() {
      return Encoder.meanColour(text(), deviation);
    }
  }
}
