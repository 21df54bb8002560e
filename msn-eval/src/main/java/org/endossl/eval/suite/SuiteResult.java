package org.endossl.eval.suite;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What came of a suite.
 *
 * @param name of the suite
 * @param rows in the suite's order
 */
public record SuiteResult(String name, List<Row> rows) {
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().serializeNulls().disableHtmlEscaping().create();

  public SuiteResult {
    rows = List.copyOf(rows);
  }

  /** How a row ended. */
  public enum State {
    /** The bar was reached. */
    REACHED,
    /** It was not. */
    MISSED,
    /** Weights, data or the protocol are not there. */
    NOT_RUN
  }

  /**
   * A row's end.
   *
   * @param row as configured, {@code {work}} replaced
   * @param state how it ended
   * @param got the score; NaN if it was not run
   * @param why it was not run; else empty
   * @param scores all scores of the protocol
   * @param seconds it took
   */
  public record Row(
      SuiteConfig.Row row,
      State state,
      double got,
      String why,
      Map<String, Double> scores,
      double seconds) {
    /** Score less bar. */
    public double difference() {
      return got - row.bar();
    }

    /** Got, bar and difference in words; or why not. */
    public String text() {
      return state == State.NOT_RUN
          ? why
          : String.format(
              Locale.ROOT,
              "%s: got %.2f, bar %.2f (%s, tolerance %.2f), difference %+.2f",
              row.score(),
              got,
              row.bar(),
              row.rule().name().toLowerCase(Locale.ROOT).replace('_', ' '),
              row.tolerance(),
              difference());
    }
  }

  /** Number of rows that ended so. */
  public long count(State state) {
    return rows.stream().filter(row -> row.state() == state).count();
  }

  /** Everything. */
  public JsonObject toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("suite", name);
    for (State state : State.values()) {
      json.addProperty(state.name().toLowerCase(Locale.ROOT), count(state));
    }
    JsonArray array = new JsonArray();
    for (Row row : rows) {
      JsonObject one = new JsonObject();
      one.addProperty("name", row.row().name());
      one.addProperty("state", row.state().name().toLowerCase(Locale.ROOT));
      one.addProperty("source", row.row().source());
      one.addProperty("status", row.row().status().name().toLowerCase(Locale.ROOT));
      one.addProperty("needs", row.row().needs());
      one.addProperty("weights", row.row().weights());
      one.addProperty("protocol", row.row().protocol());
      one.addProperty("score", row.row().score());
      one.addProperty("bar", row.row().bar());
      one.addProperty("tolerance", row.row().tolerance());
      one.addProperty("rule", row.row().rule().name().toLowerCase(Locale.ROOT));
      if (row.state() == State.NOT_RUN) {
        one.addProperty("why", row.why());
      } else {
        one.addProperty("got", Double.isFinite(row.got()) ? (Number) row.got() : null);
        one.addProperty("difference", Double.isFinite(row.got()) ? row.difference() : null);
        one.addProperty("seconds", row.seconds());
        JsonObject scores = new JsonObject();
        row.scores()
            .forEach((k, v) -> scores.addProperty(k, Double.isFinite(v) ? (Number) v : null));
        one.add("scores", scores);
      }
      array.add(one);
    }
    json.add("rows", array);
    return json;
  }

  /** {@link #toJson} as text. */
  public String toJsonText() {
    return GSON.toJson(toJson()) + "\n";
  }
}
