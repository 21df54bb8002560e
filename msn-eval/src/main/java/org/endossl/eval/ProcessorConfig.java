package org.endossl.eval;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.endossl.data.Normalization;
import org.endossl.model.WeightsException;

/**
 * How the images of a Hugging Face directory are normalised: transformers' {@code
 * preprocessor_config.json}, {@code (x * rescale_factor - image_mean) / image_std}.
 */
public final class ProcessorConfig {
  private static final String FILE = "preprocessor_config.json";

  private ProcessorConfig() {}

  /**
   * Reads it.
   *
   * @param path the directory or a file of it
   * @return ImageNet's values where there is no such file, as those of facebookresearch/msn
   * @throws WeightsException if the file is damaged
   */
  public static Normalization normalization(Path path) throws IOException {
    Path file =
        Files.isDirectory(path) ? path.resolve(FILE) : path.toAbsolutePath().resolveSibling(FILE);
    if (!Files.exists(file)) {
      return Normalization.IMAGENET;
    }
    try {
      JsonObject json =
          JsonParser.parseString(Files.readString(file, StandardCharsets.UTF_8)).getAsJsonObject();
      double factor = flag(json, "do_rescale") ? number(json, "rescale_factor", 1 / 255.0) : 1;
      boolean normalize = flag(json, "do_normalize");
      List<Double> mean = new ArrayList<>();
      List<Double> std = new ArrayList<>();
      for (int c = 0; c < 3; c++) {
        // (x f - m) / s is (x / 255 - m / 255 f) / (s / 255 f).
        mean.add((normalize ? value(json, "image_mean", c) : 0) / (255 * factor));
        std.add((normalize ? value(json, "image_std", c) : 1) / (255 * factor));
      }
      return new Normalization(mean, std);
    } catch (RuntimeException e) { // Gson's many ways to say that it is something else
      throw new WeightsException(file + ": not the configuration of an image processor: " + e, e);
    }
  }

  private static boolean flag(JsonObject json, String key) {
    return !json.has(key) || json.get(key).getAsBoolean();
  }

  private static double number(JsonObject json, String key, double absent) {
    return json.has(key) ? json.get(key).getAsDouble() : absent;
  }

  private static double value(JsonObject json, String key, int channel) {
    JsonElement values = json.get(key);
    return values == null ? 0.5 : values.getAsJsonArray().get(channel).getAsDouble();
  }

  /**
   * Writes it.
   *
   * @param size side of the images in pixels
   */
  public static void write(Path directory, Normalization normalization, int size)
      throws IOException {
    JsonObject json = new JsonObject();
    json.addProperty("do_normalize", true);
    json.addProperty("do_rescale", true);
    json.addProperty("do_resize", true);
    json.add("image_mean", array(normalization.mean()));
    json.addProperty("image_processor_type", "ViTImageProcessor");
    json.add("image_std", array(normalization.std()));
    json.addProperty("resample", 2); // bilinear
    json.addProperty("rescale_factor", 1 / 255.0);
    JsonObject sides = new JsonObject();
    sides.addProperty("height", size);
    sides.addProperty("width", size);
    json.add("size", sides);
    AtomicFiles.writeText(
        directory.resolve(FILE),
        new GsonBuilder().setPrettyPrinting().create().toJson(json) + "\n");
  }

  private static JsonArray array(List<Double> values) {
    JsonArray array = new JsonArray();
    values.forEach(array::add);
    return array;
  }
}
