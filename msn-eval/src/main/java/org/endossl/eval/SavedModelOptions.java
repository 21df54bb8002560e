package org.endossl.eval;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.endossl.data.Normalization;
import org.endossl.model.WeightsException;
import org.endossl.model.serving.ImageScale;
import org.jspecify.annotations.Nullable;

/**
 * What a SavedModel does not say of itself. It is declared by the caller or in {@code
 * backbone.json} beside {@code saved_model.pb}: <code>{"input_scale": "0..1", "output": 1,
 * "image_size": 224}</code>, each key optional. The scale is never guessed: without it the model is
 * refused.
 *
 * @param scale of the images that it was trained with; null if not declared
 * @param output which one is the embedding, counted from 0; null for endossl's 1
 * @param imageSize side of its images where the model takes any; null for the model's own
 */
public record SavedModelOptions(
    @Nullable ImageScale scale, @Nullable Integer output, @Nullable Integer imageSize) {
  /** Nothing declared. */
  public static final SavedModelOptions NONE = new SavedModelOptions(null, null, null);

  private static final String FILE = "backbone.json";
  private static final int EMBEDDING = 1;

  public SavedModelOptions {
    if (output != null && output < 0) {
      throw new IllegalArgumentException("output: got " + output + ", wanted at least 0");
    }
    if (imageSize != null && imageSize < 1) {
      throw new IllegalArgumentException("image_size: got " + imageSize + ", wanted at least 1");
    }
  }

  /**
   * The scale that a text names: {@code 1} or {@code 0..1}, {@code 255} or {@code 0..255}.
   *
   * @throws IllegalArgumentException if it names none
   */
  public static ImageScale scale(String text) {
    return switch (text) {
      case "1", "0..1" -> ImageScale.UNIT;
      case "255", "0..255" -> ImageScale.BYTE;
      default ->
          throw new IllegalArgumentException(
              "input scale: got " + text + ", wanted 0..1 (or 1) or 0..255 (or 255)");
    };
  }

  /**
   * What {@code backbone.json} of a directory declares; nothing if there is none.
   *
   * @throws WeightsException if it is no JSON object, has another key or a wrong value
   */
  public static SavedModelOptions read(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      return NONE;
    }
    try {
      JsonElement json = JsonParser.parseString(Files.readString(file, StandardCharsets.UTF_8));
      JsonObject object = json.getAsJsonObject();
      for (String key : object.keySet()) {
        if (!List.of("input_scale", "output", "image_size").contains(key)) {
          throw new IllegalArgumentException(
              "unknown key " + key + "; wanted input_scale, output or image_size");
        }
      }
      return new SavedModelOptions(
          object.has("input_scale") ? scale(object.get("input_scale").getAsString()) : null,
          object.has("output") ? Integer.valueOf(object.get("output").getAsInt()) : null,
          object.has("image_size") ? Integer.valueOf(object.get("image_size").getAsInt()) : null);
    } catch (JsonParseException
        | IllegalArgumentException
        | IllegalStateException
        | UnsupportedOperationException e) {
      throw new WeightsException(file + ": " + e.getMessage(), e);
    }
  }

  /** Writes what is declared beside a SavedModel. */
  public void write(Path directory) throws IOException {
    JsonObject object = new JsonObject();
    if (scale != null) {
      object.addProperty("input_scale", scale.text());
    }
    if (output != null) {
      object.addProperty("output", output);
    }
    if (imageSize != null) {
      object.addProperty("image_size", imageSize);
    }
    AtomicFiles.writeText(directory.resolve(FILE), object + "\n");
  }

  /** These, and where they are silent the others. */
  public SavedModelOptions or(SavedModelOptions other) {
    return new SavedModelOptions(
        scale == null ? other.scale : scale,
        output == null ? other.output : output,
        imageSize == null ? other.imageSize : imageSize);
  }

  /**
   * The scale.
   *
   * @throws IllegalArgumentException if it is not declared
   */
  public ImageScale requireScale(Path model) {
    if (scale == null) {
      throw new IllegalArgumentException(
          model
              + ": does not say which values its images have: declare it by --input-scale 0..1 or"
              + " 0..255, or in "
              + model.resolve(FILE)
              + ": {\"input_scale\": \"0..1\"}");
    }
    return scale;
  }

  /** The output, or endossl's. */
  public int outputOrDefault() {
    return output == null ? EMBEDDING : output;
  }

  /** The model's own size of images, or the declared one. */
  int size(Path model, int own) {
    if (own > 0 && imageSize != null && imageSize != own) {
      throw new IllegalArgumentException(
          model + ": image_size: got " + imageSize + ", wanted " + own + ", the model's");
    } else if (own < 1 && imageSize == null) {
      throw new IllegalArgumentException(
          model
              + ": takes images of any size: declare it in "
              + model.resolve(FILE)
              + ": {\"image_size\": 224}");
    }
    return imageSize == null ? own : imageSize;
  }

  /** From 0..255 to a scale. */
  public static Normalization normalization(ImageScale scale) {
    double std = 1.0 / scale.white();
    return new Normalization(List.of(0.0, 0.0, 0.0), List.of(std, std, std));
  }
}
