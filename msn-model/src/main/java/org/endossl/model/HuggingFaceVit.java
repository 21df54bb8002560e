package org.endossl.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.endossl.model.NameTable.Entry;
import org.endossl.model.NameTable.Layout;
import org.tensorflow.ndarray.Shape;

/**
 * Hugging Face directories of {@code ViTMSNModel} (and {@code ViTModel}, which has the same
 * encoder): {@code config.json} beside {@code model.safetensors}, {@code pytorch_model.bin} or the
 * shards of one of them.
 */
public final class HuggingFaceVit {
  /** How the tensors are named. */
  public enum Style {
    /** As on the hub: {@code encoder.layer.N.attention.attention.query}. */
    HUB,
    /** As the modules of transformers 5: {@code layers.N.attention.q_proj}. */
    MODULES
  }

  /**
   * An encoder.
   *
   * @param config as config.json says
   * @param weights under our names, read when asked for
   */
  public record Model(VitConfig config, TensorSource weights) {}

  private HuggingFaceVit() {}

  /** Whether this is such a directory, or a file of weights beside a config.json. */
  public static boolean isOne(Path path) {
    return HuggingFaceFiles.areThere(path);
  }

  /**
   * Opens a model.
   *
   * @param path the directory, or its file of weights
   * @throws WeightsException if files are missing or damaged, the configuration is one that this
   *     network cannot compute, or the tensors do not fit it
   */
  public static Model open(Path path) throws IOException {
    VitConfig config = HuggingFaceConfig.open(HuggingFaceFiles.config(path));
    TensorSource file = HuggingFaceFiles.weights(path);
    Style style = style(file);
    String prefix =
        file.shapes().keySet().stream().anyMatch(n -> n.startsWith("vit.")) ? "vit." : "";
    NameTable table =
        names(config, style)
            .prefixed("", prefix)
            .ignoring(
                name ->
                    name.startsWith("classifier.")
                        || name.startsWith(prefix + "pooler.")
                        || name.equals(prefix + "embeddings.mask_token"));
    return new Model(config, table.toOurs(file));
  }

  private static Style style(TensorSource file) {
    return file.shapes().keySet().stream().anyMatch(name -> name.contains("q_proj"))
        ? Style.MODULES
        : Style.HUB;
  }

  /** The names of an encoder, without prefix. */
  public static NameTable names(VitConfig config, Style style) {
    boolean hub = style == Style.HUB;
    int width = config.width();
    List<Entry> entries = new ArrayList<>();
    same(entries, "cls_token", "embeddings.cls_token", Shape.of(1, 1, width));
    same(
        entries,
        "pos_embed",
        "embeddings.position_embeddings",
        Shape.of(1, config.tokens(), width));
    String patch = "embeddings.patch_embeddings.projection";
    entries.add(
        new Entry(
            "patch_embed.proj.kernel",
            Shape.of(config.patchValues(), width),
            patch + ".weight",
            Layout.PATCH));
    same(entries, "patch_embed.proj.bias", patch + ".bias", Shape.of(width));
    for (int i = 0; i < config.depth(); i++) {
      String ours = "blocks." + i + ".";
      String theirs = (hub ? "encoder.layer." : "layers.") + i + ".";
      String attention = theirs + "attention.";
      norm(entries, ours + "norm1", theirs + "layernorm_before", width);
      List<String> qkv =
          hub
              ? List.of("attention.query", "attention.key", "attention.value")
              : List.of("q_proj", "k_proj", "v_proj");
      linear(
          entries,
          ours + "attn.qkv",
          qkv.stream().map(name -> attention + name).toList(),
          width,
          3 * width);
      linear(
          entries,
          ours + "attn.proj",
          List.of(attention + (hub ? "output.dense" : "o_proj")),
          width,
          width);
      norm(entries, ours + "norm2", theirs + "layernorm_after", width);
      linear(
          entries,
          ours + "mlp.fc1",
          List.of(theirs + (hub ? "intermediate.dense" : "mlp.fc1")),
          width,
          config.hidden());
      linear(
          entries,
          ours + "mlp.fc2",
          List.of(theirs + (hub ? "output.dense" : "mlp.fc2")),
          config.hidden(),
          width);
    }
    norm(entries, "norm", "layernorm", width);
    return NameTable.of(entries);
  }

  private static void norm(List<Entry> entries, String ours, String theirs, int width) {
    same(entries, ours + ".weight", theirs + ".weight", Shape.of(width));
    same(entries, ours + ".bias", theirs + ".bias", Shape.of(width));
  }

  private static void linear(
      List<Entry> entries, String ours, List<String> theirs, int in, int out) {
    List<String> weights = theirs.stream().map(name -> name + ".weight").toList();
    List<String> biases = theirs.stream().map(name -> name + ".bias").toList();
    entries.add(new Entry(ours + ".kernel", Shape.of(in, out), weights, Layout.LINEAR));
    entries.add(new Entry(ours + ".bias", Shape.of(out), biases, Layout.SAME));
  }

  private static void same(List<Entry> entries, String ours, String theirs, Shape shape) {
    entries.add(new Entry(ours, shape, theirs, Layout.SAME));
  }

  /**
   * Writes a directory that {@code ViTMSNModel.from_pretrained} opens. Each file is complete or not
   * there; config.json comes last.
   *
   * @param weights under our names; may hold more
   * @throws WeightsException if the weights do not fit the configuration, or one is not finite
   */
  public static void export(Path directory, VitConfig config, TensorSource weights)
      throws IOException {
    TensorSource theirs = names(config, Style.HUB).toTheirs(new Finite(weights));
    Files.createDirectories(directory);
    Safetensors.write(
        directory.resolve(HuggingFaceFiles.SAFETENSORS), theirs, Map.of("format", "pt"));
    Path part = directory.resolve("config.json.part");
    Files.writeString(part, HuggingFaceConfig.json(config));
    Files.move(
        part,
        directory.resolve("config.json"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }
}
