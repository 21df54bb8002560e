package org.endossl.model.serving;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.endossl.model.TensorSource;
import org.endossl.model.VariableStore;
import org.endossl.model.Vit;
import org.endossl.model.VitConfig;
import org.endossl.model.WeightLoader;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.TensorFlow;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;

/**
 * Writes an encoder as a SavedModel that both worlds use:
 *
 * <ul>
 *   <li>{@code tf.saved_model.load(dir)(images)[1]} in Python, as endossl's {@code inference.py}
 *       calls its backbones. Item 1 is the embedding, the class token after the last LayerNorm;
 *       item 0 is the same divided by its length, where those of endossl have logits.
 *   <li>the signature {@code serving_default} of TF Serving and TensorFlow Java: {@code images} to
 *       {@code embedding} and {@code normalized}.
 * </ul>
 *
 * Images are [any, side, side, 3] in the {@link ImageScale} that is asked for; the normalisation of
 * training is inside. {@code assets.extra/endossl.json} says so in a form that programs read, and
 * {@code backbone.json} declares what this program needs to take the directory as weights.
 */
public final class SavedModelExport {
  private static final float SMALLEST = 1e-12f; // under the square root, as tf.math.l2_normalize

  /**
   * What is written.
   *
   * @param config of the encoder
   * @param weights under our names; may hold more
   * @param mean of red, green and blue on 0..1, taken off
   * @param std likewise, divided by
   * @param scale of the images that the SavedModel takes
   */
  public record Model(
      VitConfig config,
      TensorSource weights,
      List<Double> mean,
      List<Double> std,
      ImageScale scale) {
    public Model {
      mean = List.copyOf(mean);
      std = List.copyOf(std);
      if (mean.size() != 3 || std.size() != 3) {
        throw new IllegalArgumentException(
            "got " + mean.size() + " means and " + std.size() + " deviations, wanted 3 of each");
      }
    }
  }

  private SavedModelExport() {}

  /**
   * Writes the directory. It is written beside its place and moved there when complete.
   *
   * @param directory must not be there, or be empty
   * @throws IllegalArgumentException if it is there
   * @throws org.endossl.model.WeightsException if the weights do not fit the configuration
   * @throws IOException if it cannot be written
   */
  public static void write(Path directory, Model model) throws IOException {
    Path target = directory.toAbsolutePath();
    if (Files.exists(target) && !isEmpty(target)) {
      throw new IllegalArgumentException(
          directory + ": is there already and is not empty; choose another directory");
    }
    Path parent = target.getParent();
    if (parent == null) {
      throw new IllegalArgumentException(directory + ": wanted a directory below another");
    }
    Files.createDirectories(parent);
    Path part = Files.createTempDirectory(parent, "." + target.getFileName() + "-");
    try {
      fill(part, model);
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (TensorFlowException e) {
      throw new IOException(directory + ": was not written: " + e.getMessage(), e);
    } finally {
      remove(part);
    }
  }

  private static void fill(Path directory, Model model) throws IOException {
    Path prefix = Files.createDirectories(directory.resolve("variables")).resolve("variables");
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      VariableStore store = new VariableStore(tf, "", 0);
      Vit.Weights vit = Vit.create(store, model.config());
      ServingGraph.Body body = body(tf, vit, model);
      ObjectTree objects = new ObjectTree();
      List<Integer> numbers = new ArrayList<>();
      store.variables().forEach(variable -> numbers.add(objects.variable(variable)));
      ServingGraph serving =
          new ServingGraph(body, model.config().imageSize(), store.variables(), objects, numbers);
      VariableFiles files =
          VariableFiles.build(
              tf.withSubScope("saver"), store.variables(), objects.trackable().toByteString());
      try (Session session = new Session(graph)) {
        WeightLoader.build(tf, store.variables()).assign(session, model.weights());
        try (TString at = TString.scalarOf(prefix.toString())) {
          session.runner().feed(files.prefix(), at).addTarget(files.save()).run().close();
        }
      }
      Files.write(
          directory.resolve("saved_model.pb"),
          serving
              .savedModel(graph.toGraphDef(), TensorFlow.registeredOpList(), files)
              .toByteArray());
    }
    Path extra = Files.createDirectories(directory.resolve("assets.extra"));
    Files.writeString(extra.resolve("endossl.json"), description(model));
    Files.writeString(directory.resolve("backbone.json"), declaration(model));
  }

  /** The keys of org.endossl.eval.SavedModelOptions. */
  private static String declaration(Model model) {
    JsonObject root = new JsonObject();
    root.addProperty("input_scale", model.scale().text());
    root.addProperty("output", 1);
    root.addProperty("image_size", model.config().imageSize());
    return root + "\n";
  }

  private static ServingGraph.Body body(Ops tf, Vit.Weights vit, Model model) {
    int side = model.config().imageSize();
    Placeholder<TFloat32> images =
        tf.withName("images")
            .placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, side, side, 3)));
    float[] factor = new float[3];
    float[] offset = new float[3];
    for (int i = 0; i < 3; i++) {
      factor[i] = (float) (1 / (model.scale().white() * model.std().get(i)));
      offset[i] = (float) (model.mean().get(i) / model.std().get(i));
    }
    Operand<TFloat32> x =
        tf.math.sub(tf.math.mul(images, tf.constant(factor)), tf.constant(offset));
    Operand<TFloat32> embedding = Vit.classToken(tf, vit, model.config(), x, null);
    Operand<TFloat32> squares =
        tf.reduceSum(
            tf.math.square(embedding),
            tf.constant(new int[] {1}),
            org.tensorflow.op.core.ReduceSum.keepDims(true));
    Operand<TFloat32> normalized =
        tf.math.mul(embedding, tf.math.rsqrt(tf.math.maximum(squares, tf.constant(SMALLEST))));
    return new ServingGraph.Body(
        images.op().name(), embedding.op().name(), normalized.op().name(), model.config().width());
  }

  private static String description(Model model) {
    JsonObject root = new JsonObject();
    root.addProperty("image_size", model.config().imageSize());
    root.addProperty("image_scale", model.scale().text());
    root.addProperty("normalisation", "inside");
    root.addProperty("width", model.config().width());
    root.addProperty("call", "tuple: 0 normalized embedding, 1 embedding");
    root.addProperty("signature", "serving_default: images to embedding, normalized");
    root.addProperty("network", model.config().toString());
    return new GsonBuilder().setPrettyPrinting().create().toJson(root) + "\n";
  }

  private static boolean isEmpty(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return false;
    }
    try (var files = Files.list(directory)) {
      return files.findAny().isEmpty();
    }
  }

  private static void remove(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    List<Path> all;
    try (var files = Files.walk(directory)) {
      all = new ArrayList<>(files.toList());
    }
    java.util.Collections.reverse(all);
    for (Path file : all) {
      Files.delete(file);
    }
  }
}
