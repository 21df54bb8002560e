package org.endossl.eval.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.endossl.data.Normalization;
import org.endossl.eval.ProcessorConfig;
import org.endossl.eval.SavedModelOptions;
import org.endossl.model.CheckpointOps;
import org.endossl.model.HostTensor;
import org.endossl.model.HuggingFaceVit;
import org.endossl.model.MsnCheckpoint;
import org.endossl.model.MsnOptimizer;
import org.endossl.model.TensorSource;
import org.endossl.model.VariableStore;
import org.endossl.model.Vit;
import org.endossl.model.VitConfig;
import org.endossl.model.WeightLoader;
import org.endossl.model.WeightsException;
import org.endossl.model.flax.FlaxFile;
import org.endossl.model.resnet.KerasResNetV2;
import org.endossl.model.resnet.KerasWeightsFile;
import org.endossl.model.savedmodel.SavedModelFile;
import org.endossl.model.serving.ImageScale;
import org.endossl.model.serving.SavedModelExport;
import org.endossl.train.Checkpoint;
import org.endossl.train.SessionOptions;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;

/**
 * Writes an encoder as a Hugging Face directory, which every command takes as weights, or as a
 * SavedModel for Python and TF Serving.
 */
public final class WeightsExport {
  private WeightsExport() {}

  /** Which of the two encoders of a training checkpoint. */
  public enum Part {
    /** The moving average: the one that is used afterwards. */
    TARGET("target.", "teacher"),
    /** The one that gradients move. */
    ANCHOR("anchor.", "student");

    private final String prefix;
    private final String tree;

    Part(String prefix, String tree) {
      this.prefix = prefix;
      this.tree = tree;
    }
  }

  /** What is written. */
  public enum Format {
    /** config.json and model.safetensors. */
    HUGGING_FACE,
    /** See {@link SavedModelExport}. */
    SAVEDMODEL
  }

  /**
   * What is written.
   *
   * @param from a run's folder, a checkpoint's prefix, a {@code .pth.tar} of facebookresearch/msn,
   *     a Hugging Face directory or file, a SavedModel or Flax file of scenic's ViT
   * @param part of a training checkpoint
   * @param heads attention heads of a {@code .pth.tar}; 0 for heads 64 wide
   * @param format of the directory
   * @param scale of the images that a SavedModel takes; a Hugging Face directory takes normalised
   *     images and does not say so
   * @param declared what a SavedModel or Flax file that is read does not say of itself
   * @param out the directory; must not hold weights yet
   */
  public record Request(
      Path from,
      Part part,
      int heads,
      Format format,
      ImageScale scale,
      SavedModelOptions declared,
      Path out) {
    /** Of weights that say all of themselves. */
    public Request(Path from, Part part, int heads, Format format, ImageScale scale, Path out) {
      this(from, part, heads, format, scale, SavedModelOptions.NONE, out);
    }
  }

  /**
   * What was written.
   *
   * @param kind of the source, in words
   * @param config the network
   */
  public record Result(String kind, VitConfig config) {}

  /**
   * Reads and writes.
   *
   * @throws IllegalArgumentException if the directory holds weights, or the source names nothing
   * @throws WeightsException if the source is damaged or no Vision Transformer
   */
  public static Result run(Request request) throws IOException {
    if (Files.exists(request.out().resolve("config.json"))) {
      throw new IllegalArgumentException(
          request.out() + ": holds weights already; choose another directory");
    }
    Path from = request.from();
    if (HuggingFaceVit.isOne(from)) {
      HuggingFaceVit.Model model = HuggingFaceVit.open(from);
      return write(
          request,
          "a Hugging Face ViT",
          model.config(),
          model.weights(),
          ProcessorConfig.normalization(from));
    }
    if (SavedModelFile.isOne(from)) {
      return write(
          request, ScenicImport.ofSavedModel(from, request.part().tree, request.declared()));
    }
    if (FlaxFile.isOne(from)) {
      return write(request, ScenicImport.ofFlax(from, request.part().tree, request.declared()));
    }
    if (KerasWeightsFile.isOne(from)) {
      throw new IllegalArgumentException(
          from
              + ": Keras' "
              + KerasResNetV2.open(from).config()
              + ", for which there is no Hugging Face directory; --weights takes the file as it is");
    }
    if (Files.isRegularFile(from)
        && String.valueOf(from.getFileName()).matches(".*\\.(pth|pt|tar|bin)")) {
      MsnCheckpoint.Model model = MsnCheckpoint.open(from, request.heads());
      return write(
          request,
          "facebookresearch/msn after epoch " + model.epoch() + also(model),
          model.config(),
          new Below(model.weights(), request.part().prefix),
          Normalization.IMAGENET);
    }
    return run(Checkpoint.open(from), request);
  }

  /** What else a training checkpoint holds; an encoder's directory has no place for it. */
  private static String also(MsnCheckpoint.Model model) throws IOException {
    return " (not written: "
        + (model.head() == null ? "" : "projection head, ")
        + (model.prediction() ? "prediction head, " : "")
        + model.prototypes()
        + " prototypes, "
        + optimizer(model)
        + ")";
  }

  private static String optimizer(MsnCheckpoint.Model model) throws IOException {
    try {
      MsnOptimizer optimizer = model.optimizer().read();
      return optimizer == null
          ? "no optimizer state"
          : "AdamW's state after " + optimizer.steps() + " steps";
    } catch (WeightsException e) { // not asked for, so no reason to refuse the weights
      return "an optimizer state that is not AdamW's of facebookresearch/msn";
    }
  }

  private static Result run(Checkpoint checkpoint, Request request) throws IOException {
    VitConfig config = checkpoint.config().encoder();
    String prefix = request.part().prefix;
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      VariableStore store = new VariableStore(tf, prefix, 0);
      Vit.create(store, config);
      CheckpointOps checkpoints = CheckpointOps.build(tf, store.variables());
      WeightLoader loader = WeightLoader.build(tf, store.variables());
      try (Session session = new Session(graph, SessionOptions.DEFAULT.config())) {
        checkpoints.restorePart(session, checkpoint.prefix());
        return write(
            request,
            "a run of endossl pretrain after " + checkpoint.state().step() + " steps",
            config,
            new Below(loader.read(session), prefix),
            checkpoint.config().views().normalization());
      }
    }
  }

  private static Result write(Request request, ScenicImport.Imported imported) throws IOException {
    return write(
        request, imported.kind(), imported.config(), imported.weights(), imported.normalization());
  }

  private static Result write(
      Request request,
      String kind,
      VitConfig config,
      TensorSource weights,
      Normalization normalization)
      throws IOException {
    switch (request.format()) {
      case HUGGING_FACE -> {
        HuggingFaceVit.export(request.out(), config, weights);
        ProcessorConfig.write(request.out(), normalization, config.imageSize());
      }
      case SAVEDMODEL -> {
        SavedModelExport.write(
            request.out(),
            new SavedModelExport.Model(
                config, weights, normalization.mean(), normalization.std(), request.scale()));
        new SavedModelOptions(request.scale(), null, null).write(request.out());
      }
    }
    return new Result(kind, config);
  }

  /** The tensors under a prefix, without it. */
  private record Below(TensorSource whole, String prefix) implements TensorSource {
    @Override
    public String where() {
      return whole.where();
    }

    @Override
    public Map<String, Shape> shapes() {
      Map<String, Shape> shapes = new LinkedHashMap<>();
      whole
          .shapes()
          .forEach(
              (name, shape) -> {
                if (name.startsWith(prefix)) {
                  shapes.put(name.substring(prefix.length()), shape);
                }
              });
      return shapes;
    }

    @Override
    public HostTensor tensor(String name) throws IOException {
      return whole.tensor(prefix + name);
    }
  }
}
