package org.endossl.eval.weights;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.endossl.data.Normalization;
import org.endossl.eval.SavedModelOptions;
import org.endossl.model.TensorSource;
import org.endossl.model.VariableStore;
import org.endossl.model.Vit;
import org.endossl.model.VitConfig;
import org.endossl.model.VitConfig.Activation;
import org.endossl.model.WeightLoader;
import org.endossl.model.WeightsException;
import org.endossl.model.flax.FlaxFile;
import org.endossl.model.flax.ScenicVit;
import org.endossl.model.savedmodel.CheckpointTensors;
import org.endossl.model.savedmodel.SavedModelFile;
import org.endossl.model.savedmodel.SavedModelNetwork;
import org.endossl.model.serving.ImageScale;
import org.endossl.train.SessionOptions;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * scenic's Vision Transformer, from a SavedModel's variables or a Flax file, in our own. What comes
 * from a SavedModel is compared with it on an image of noise, and refused if it differs: names
 * alone do not tell the activation or what follows the encoder.
 */
final class ScenicImport {
  /** Of the embedding's largest value, or of 1 if that is less. */
  private static final double BAR = 1e-4;

  /** A converted encoder and how its images are normalised. */
  record Imported(
      String kind, VitConfig config, TensorSource weights, Normalization normalization) {}

  private ScenicImport() {}

  /** From a Flax file, whose activation is Flax' default. */
  static Imported ofFlax(Path file, String tree, SavedModelOptions declared) throws IOException {
    ScenicVit.Model model = ScenicVit.open(FlaxFile.open(file), tree);
    ImageScale scale = declared.requireScale(file);
    return new Imported(
        "scenic's ViT from a Flax checkpoint, GELU by tanh, images on " + scale.text(),
        model.config(),
        model.weights(),
        SavedModelOptions.normalization(scale));
  }

  /** From a SavedModel. */
  static Imported ofSavedModel(Path directory, String tree, SavedModelOptions declared)
      throws IOException {
    SavedModelFile file = SavedModelFile.open(directory);
    SavedModelOptions options = declared.or(SavedModelOptions.read(directory));
    CheckpointTensors tensors = CheckpointTensors.open(file.variables());
    if (!ScenicVit.isOne(tensors)) {
      throw new WeightsException(
          directory
              + ": its variables are not scenic's Vision Transformer"
              + " (.../encoderblock_0/LayerNorm_0/scale), so it cannot be converted; --weights takes"
              + " it as it is");
    }
    ScenicVit.Model model = ScenicVit.open(tensors, tree);
    ImageScale scale = options.requireScale(directory);
    double[] differences = differences(file, options.outputOrDefault(), model, scale);
    boolean tanh = differences[0] <= differences[1];
    double difference = Math.min(differences[0], differences[1]);
    if (!(difference <= BAR)) {
      throw new WeightsException(
          directory
              + ": the converted network differs from the SavedModel by "
              + String.format(Locale.ROOT, "%.2g", difference)
              + " of its output "
              + options.outputOrDefault()
              + ", at most "
              + BAR
              + "; it computes something else with these weights. --weights takes it as it is");
    }
    return new Imported(
        String.format(
            Locale.ROOT,
            "scenic's ViT from a SavedModel, GELU by %s, equal to it within %.1g, images on %s",
            tanh ? "tanh" : "the error function",
            difference,
            scale.text()),
        model.config().with(tanh ? Activation.GELU_TANH : Activation.GELU),
        model.weights(),
        SavedModelOptions.normalization(scale));
  }

  /** From the SavedModel's output, with GELU by tanh and with the exact one. */
  private static double[] differences(
      SavedModelFile file, int output, ScenicVit.Model model, ImageScale scale) throws IOException {
    VitConfig config = model.config();
    int width = file.width(output);
    if (width != config.width()) {
      throw new WeightsException(
          file.directory()
              + ": output "
              + output
              + ": got "
              + width
              + " values, wanted "
              + config.width()
              + ", the encoder's width; name the embedding's by --output-index");
    }
    int side = file.imageSize() > 0 ? file.imageSize() : config.imageSize();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> noise =
          tf.random.statelessRandomUniform(
              tf.constant(Shape.of(1, side, side, 3)), tf.constant(new long[] {1, 2}));
      Operand<TFloat32> images = tf.math.mul(noise, tf.constant((float) scale.white()));
      SavedModelNetwork network = SavedModelNetwork.create(tf, file);
      VariableStore store = new VariableStore(tf, "", 0);
      Vit.Weights weights = Vit.create(store, config);
      List<Operand<TFloat32>> outputs =
          List.of(
              network.call(images, output),
              Vit.classToken(tf, weights, config.with(Activation.GELU_TANH), images, null),
              Vit.classToken(tf, weights, config.with(Activation.GELU), images, null));
      WeightLoader loader = WeightLoader.build(tf, store.variables());
      try (Session session = new Session(graph, SessionOptions.DEFAULT.config())) {
        network.load(session);
        loader.assign(session, model.weights());
        Session.Runner runner = session.runner();
        outputs.forEach(runner::fetch);
        try (Result result = runner.run()) {
          float[] wanted = floats(result.get(0), width);
          return new double[] {
            difference(wanted, floats(result.get(1), width)),
            difference(wanted, floats(result.get(2), width))
          };
        }
      }
    }
  }

  private static float[] floats(Tensor tensor, int width) {
    float[] values = new float[width];
    tensor.asRawTensor().data().asFloats().read(values);
    return values;
  }

  private static double difference(float[] wanted, float[] got) {
    double largest = 0;
    double scale = 1;
    for (int i = 0; i < wanted.length; i++) {
      largest = Math.max(largest, Math.abs((double) wanted[i] - got[i]));
      scale = Math.max(scale, Math.abs(wanted[i]));
    }
    return largest / scale;
  }
}
