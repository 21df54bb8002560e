package org.endossl.eval.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.endossl.tfrecords.DataException;

/** The JSON files of a run's folder; what is not in them is empty. */
final class JsonFiles {
  private static final int LONGEST = 24;

  private JsonFiles() {}

  /**
   * An empty object if there is no such file.
   *
   * @throws DataException if it is no JSON object
   */
  static JsonObject read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return new JsonObject();
    }
    try {
      JsonElement json = JsonParser.parseString(Files.readString(file, StandardCharsets.UTF_8));
      if (json.isJsonObject()) {
        return json.getAsJsonObject();
      }
    } catch (JsonParseException e) {
      throw new DataException(file + ": is not JSON; make it again", e);
    }
    throw new DataException(file + ": is not a JSON object; make it again");
  }

  static JsonObject object(JsonObject json, String key) {
    return json.has(key) && json.get(key).isJsonObject()
        ? json.getAsJsonObject(key)
        : new JsonObject();
  }

  static String string(JsonObject json, String key) {
    return json.has(key) && json.get(key).isJsonPrimitive() ? json.get(key).getAsString() : "";
  }

  static List<String> strings(JsonObject json, String key) {
    List<String> values = new ArrayList<>();
    if (json.has(key) && json.get(key).isJsonArray()) {
      for (JsonElement element : json.getAsJsonArray(key)) {
        if (element.isJsonPrimitive()) {
          values.add(element.getAsString());
        }
      }
    }
    return values;
  }

  /** A line per key; long lists are left out. */
  static void flatten(String prefix, JsonObject json, List<ReportData.Fact> facts) {
    json.asMap()
        .forEach(
            (key, value) -> {
              String name = prefix + key.replace('_', ' ');
              if (value.isJsonObject()) {
                flatten(name + ", ", value.getAsJsonObject(), facts);
              } else if (value.isJsonPrimitive()) {
                facts.add(new ReportData.Fact(name, value.getAsString()));
              } else if (value.isJsonArray() && isShort(value.getAsJsonArray())) {
                facts.add(new ReportData.Fact(name, plain(value)));
              }
            });
  }

  private static boolean isShort(JsonArray array) {
    return array.size() <= LONGEST
        && array.asList().stream().allMatch(JsonElement::isJsonPrimitive);
  }

  /** An array without JSON's punctuation. */
  private static String plain(JsonElement value) {
    return value.toString().replaceAll("[\\[\\]\"]", "").replace(",", ", ");
  }
}
