package org.endossl.model;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
 * encoder): {@code config.json} beside {@code model.safetensors} or its shards.
 */
public final class HuggingFaceVit {
  private static final String WEIGHTS = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";
  private static final long LARGEST_JSON = 64L << 20;

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

  /** Whether this is such a directory, or a safetensors file beside a config.json. */
  public static boolean isOne(Path path) {
    Path directory = directory(path);
    return Files.isRegularFile(directory.resolve("config.json"))
        && (!Files.isDirectory(path)
            ? path.toString().endsWith(".safetensors")
            : Files.isRegularFile(path.resolve(WEIGHTS))
                || Files.isRegularFile(path.resolve(INDEX)));
  }

  /**
   * Opens a model.
   *
   * @param path the directory, or its safetensors file
   * @throws WeightsException if files are missing or damaged, the configuration is one that this
   *     network cannot compute, or the tensors do not fit it
   */
  public static Model open(Path path) throws IOException {
    VitConfig config = config(directory(path).resolve("config.json"));
    TensorSource file = weights(path);
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

  private static Path directory(Path path) {
    if (Files.isDirectory(path)) {
      return path;
    }
    Path parent = path.toAbsolutePath().getParent();
    return parent == null ? path : parent;
  }

  private static TensorSource weights(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return Safetensors.open(path);
    }
    Path index = path.resolve(INDEX);
    if (!Files.exists(path.resolve(WEIGHTS)) && Files.exists(index)) {
      return ShardedSafetensors.open(index);
    }
    return Safetensors.open(path.resolve(WEIGHTS));
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
   * @throws WeightsException if the weights do not fit the configuration
   */
  public static void export(Path directory, VitConfig config, TensorSource weights)
      throws IOException {
    TensorSource theirs = names(config, Style.HUB).toTheirs(weights);
    Files.createDirectories(directory);
    Safetensors.write(directory.resolve(WEIGHTS), theirs, Map.of("format", "pt"));
    Path part = directory.resolve("config.json.part");
    Files.writeString(part, json(config));
    Files.move(
        part,
        directory.resolve("config.json"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  private static String json(VitConfig config) {
    JsonObject root = new JsonObject();
    JsonArray architectures = new JsonArray();
    architectures.add("ViTMSNModel");
    root.add("architectures", architectures);
    root.addProperty("attention_probs_dropout_prob", 0.0);
    root.addProperty("hidden_act", hiddenAct(config.activation()));
    root.addProperty("hidden_dropout_prob", 0.0);
    root.addProperty("hidden_size", config.width());
    root.addProperty("image_size", config.imageSize());
    root.addProperty("initializer_range", 0.02);
    root.addProperty("intermediate_size", config.hidden());
    root.addProperty("layer_norm_eps", config.layerNormEps());
    root.addProperty("model_type", "vit_msn");
    root.addProperty("num_attention_heads", config.heads());
    root.addProperty("num_channels", 3);
    root.addProperty("num_hidden_layers", config.depth());
    root.addProperty("patch_size", config.patchSize());
    root.addProperty("qkv_bias", true);
    root.addProperty("torch_dtype", "float32");
    return new com.google.gson.GsonBuilder().setPrettyPrinting().create().toJson(root) + "\n";
  }

  private static VitConfig config(Path file) throws IOException {
    JsonObject root = read(file);
    String type = text(file, root, "model_type", "");
    if (!type.equals("vit_msn") && !type.equals("vit")) {
      throw fault(file, "model_type", type, "vit_msn or vit");
    }
    require(file, root, "qkv_bias", "true");
    require(file, root, "num_channels", "3");
    int width = number(file, root, "hidden_size", 768);
    int hidden = number(file, root, "intermediate_size", 3072);
    double eps = type.equals("vit") ? 1e-12 : 1e-6; // the defaults of ViTConfig and ViTMSNConfig
    if (root.has("layer_norm_eps")) {
      String given = text(file, root, "layer_norm_eps", "");
      try {
        eps = Double.parseDouble(given);
      } catch (NumberFormatException e) {
        throw fault(file, "layer_norm_eps", given, "a number");
      }
    }
    try {
      return new VitConfig(
          number(file, root, "image_size", 224),
          number(file, root, "patch_size", 16),
          width,
          number(file, root, "num_hidden_layers", 12),
          number(file, root, "num_attention_heads", 12),
          ratio(width, hidden),
          eps,
          0,
          activation(file, text(file, root, "hidden_act", "gelu")));
    } catch (IllegalArgumentException e) {
      throw new WeightsException(file + ": " + e.getMessage(), e);
    }
  }

  private static String hiddenAct(VitConfig.Activation activation) {
    return activation == VitConfig.Activation.GELU_TANH ? "gelu_pytorch_tanh" : "gelu";
  }

  private static VitConfig.Activation activation(Path file, String hiddenAct)
      throws WeightsException {
    return switch (hiddenAct) {
      case "gelu" -> VitConfig.Activation.GELU;
      case "gelu_pytorch_tanh", "gelu_new" -> VitConfig.Activation.GELU_TANH;
      default -> throw fault(file, "hidden_act", hiddenAct, "gelu, gelu_pytorch_tanh or gelu_new");
    };
  }

  /** The ratio that gives the hidden width back. */
  static double ratio(int width, int hidden) {
    double ratio = (double) hidden / width;
    return (int) (width * ratio) == hidden ? ratio : Math.nextUp(ratio);
  }

  static JsonObject read(Path file) throws IOException {
    try {
      if (Files.size(file) > LARGEST_JSON) {
        throw new WeightsException(file + ": got " + Files.size(file) + " bytes, too many");
      }
      JsonElement root = JsonParser.parseString(Files.readString(file, StandardCharsets.UTF_8));
      if (!root.isJsonObject()) {
        throw new WeightsException(file + ": wanted a JSON object");
      }
      return root.getAsJsonObject();
    } catch (NoSuchFileException e) {
      throw new WeightsException(file + ": no such file", e);
    } catch (JsonParseException | java.nio.charset.CharacterCodingException e) {
      throw new WeightsException(file + ": not JSON: " + e.getMessage(), e);
    }
  }

  private static void require(Path file, JsonObject root, String key, String wanted)
      throws WeightsException {
    String got = text(file, root, key, wanted);
    if (!got.equals(wanted)) {
      throw fault(file, key, got, wanted);
    }
  }

  private static int number(Path file, JsonObject root, String key, int absent)
      throws WeightsException {
    String got = text(file, root, key, Integer.toString(absent));
    try {
      return Integer.parseInt(got);
    } catch (NumberFormatException e) {
      throw fault(file, key, got, "a whole number");
    }
  }

  private static String text(Path file, JsonObject root, String key, String absent)
      throws WeightsException {
    JsonElement value = root.get(key);
    if (value == null) {
      return absent;
    }
    if (!value.isJsonPrimitive()) {
      throw fault(file, key, value.toString(), "one value");
    }
    return value.getAsString();
  }

  private static WeightsException fault(Path file, String key, String got, String wanted) {
    return new WeightsException(file + ": " + key + ": got " + got + ", wanted " + wanted);
  }
}
