package org.endossl.eval.parity;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.List;
import java.util.Locale;

/** Every comparison that was made, in the order of the files. */
public record ParityReport(List<ParityCase> cases) {
  public ParityReport {
    cases = List.copyOf(cases);
  }

  /** Whether there was something to compare and every bar holds. */
  public boolean holds() {
    return !cases.isEmpty() && cases.stream().allMatch(ParityCase::holds);
  }

  /** {@code {"holds": ..., "cases": [{golden, name, difference, bar, holds, note}]}}. */
  public String toJson() {
    JsonArray array = new JsonArray();
    for (ParityCase one : cases) {
      JsonObject json = new JsonObject();
      json.addProperty("golden", one.golden());
      json.addProperty("name", one.name());
      json.add("difference", number(one.difference()));
      json.add("bar", number(one.bar()));
      json.addProperty("holds", one.holds());
      json.addProperty("verdict", one.verdict().name().toLowerCase(Locale.ROOT));
      json.addProperty("note", one.note());
      array.add(json);
    }
    JsonObject json = new JsonObject();
    json.addProperty("holds", holds());
    json.add("cases", array);
    return new GsonBuilder().setPrettyPrinting().serializeNulls().create().toJson(json) + "\n";
  }

  private static JsonElement number(double value) {
    return Double.isFinite(value) ? new JsonPrimitive(value) : JsonNull.INSTANCE;
  }
}
