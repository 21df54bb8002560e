package org.endossl.model;

import com.google.gson.GsonBuilder;
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

/** The config.json of a Hugging Face ViT. */
final class HuggingFaceConfig {
  private static final long LARGEST_JSON = 64L << 20;

  private HuggingFaceConfig() {}

  static String json(VitConfig config) {
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
    return new GsonBuilder().setPrettyPrinting().create().toJson(root) + "\n";
  }

  /**
   * Reads it.
   *
   * @throws WeightsException if it is damaged or another network's
   */
  static VitConfig open(Path file) throws IOException {
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

  /** A JSON object of a file. */
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
