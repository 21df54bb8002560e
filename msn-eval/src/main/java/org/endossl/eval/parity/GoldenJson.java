package org.endossl.eval.parity;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.endossl.tfrecords.DataException;
import org.jspecify.annotations.Nullable;

/** Reads golden values kept as JSON. */
final class GoldenJson {
  private GoldenJson() {}

  /** The file's content, or null if it is not JSON. */
  static @Nullable JsonElement read(Path file) throws IOException {
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      return JsonParser.parseReader(reader);
    } catch (JsonParseException e) {
      return null;
    }
  }

  /** The file's object; anything else is refused. */
  static JsonObject object(Path file) throws IOException {
    JsonElement json = read(file);
    if (json == null || !json.isJsonObject()) {
      throw new DataException(file + ": wanted a JSON object of golden values");
    }
    return json.getAsJsonObject();
  }

  static boolean[][] flags(JsonArray rows) {
    boolean[][] flags = new boolean[rows.size()][];
    for (int i = 0; i < flags.length; i++) {
      JsonArray row = rows.get(i).getAsJsonArray();
      flags[i] = new boolean[row.size()];
      for (int k = 0; k < flags[i].length; k++) {
        flags[i][k] = flag(row.get(k));
      }
    }
    return flags;
  }

  private static boolean flag(JsonElement value) {
    return value.getAsJsonPrimitive().isBoolean() ? value.getAsBoolean() : value.getAsInt() != 0;
  }

  /** An object's list; empty if it has none of that name. */
  static JsonArray list(JsonObject json, String name) {
    return json.has(name) ? json.getAsJsonArray(name) : new JsonArray();
  }

  static double[][] matrix(JsonArray rows) {
    double[][] values = new double[rows.size()][];
    for (int i = 0; i < values.length; i++) {
      values[i] = vector(rows.get(i).getAsJsonArray());
    }
    return values;
  }

  static double[] vector(JsonArray row) {
    double[] values = new double[row.size()];
    for (int k = 0; k < values.length; k++) {
      values[k] = row.get(k).getAsDouble();
    }
    return values;
  }
}
