package org.endossl.tfrecords.check;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.endossl.tfrecords.RecordStats;

/**
 * What all checks found.
 *
 * @param stats frames by video, phase and instrument
 * @param bytes of all files
 * @param findings in the order of the checks
 */
public record DataReport(RecordStats stats, long bytes, List<Finding> findings) {

  private static final int SHOWN = 20;

  public DataReport {
    findings = List.copyOf(findings);
  }

  /** Whether no check found something wrong. */
  public boolean sound() {
    return findings.stream().noneMatch(f -> f.level() == Finding.Level.WRONG);
  }

  /** For people: each check in a line, its details below it; then the counts. */
  public void text(Consumer<String> lines) {
    for (Finding finding : findings) {
      lines.accept(
          String.format(
              Locale.ROOT, "%-5s  %-15s %s", word(finding), finding.check(), finding.summary()));
      finding.details().stream().limit(SHOWN).forEach(d -> lines.accept("         " + d));
      int more = finding.details().size() - SHOWN;
      if (more > 0) {
        lines.accept("         and " + more + " more");
      }
    }
    lines.accept("");
    stats.table(lines);
  }

  /** How many checks ended in which way. */
  public String counted() {
    List<String> parts = new ArrayList<>();
    for (Finding.Level level :
        List.of(Finding.Level.WRONG, Finding.Level.NOTE, Finding.Level.GOOD)) {
      long count = findings.stream().filter(f -> f.level() == level).count();
      String word =
          switch (level) {
            case WRONG -> "wrong";
            case NOTE -> "worth a look";
            case GOOD -> "ok";
          };
      if (count > 0) {
        parts.add(count + " " + word);
      }
    }
    return findings.size() + " checks: " + String.join(", ", parts);
  }

  static String word(Finding finding) {
    return switch (finding.level()) {
      case GOOD -> "ok";
      case NOTE -> "note";
      case WRONG -> "WRONG";
    };
  }

  /** Everything: {@code sound}, {@code bytes}, {@code findings}, {@code stats}. */
  public JsonObject toJson() {
    JsonArray all = new JsonArray();
    for (Finding finding : findings) {
      JsonArray details = new JsonArray();
      finding.details().forEach(details::add);
      JsonObject json = new JsonObject();
      json.addProperty("check", finding.check());
      json.addProperty("level", finding.level().name().toLowerCase(Locale.ROOT));
      json.addProperty("summary", finding.summary());
      json.add("details", details);
      all.add(json);
    }
    JsonObject json = new JsonObject();
    json.addProperty("sound", sound());
    json.addProperty("bytes", bytes);
    json.add("findings", all);
    json.add("stats", stats.toJson());
    return json;
  }

  /** A page of its own that needs nothing else. */
  public String toHtml() {
    return DataPage.of(this);
  }
}
