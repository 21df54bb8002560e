package org.endossl.tfrecords;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What is done about records that cannot be used: the first one is an exception, or all are passed
 * over and remembered here. One object serves one command; it may be used by several threads.
 */
public final class BadRecords {

  /** What {@link #write} writes into a run's folder. */
  public static final String FILE = "skipped_records.json";

  private final boolean skips;
  private final List<RecordVerifier.Problem> skipped = new ArrayList<>();

  private BadRecords(boolean skips) {
    this.skips = skips;
  }

  /** The first bad record is an exception. */
  public static BadRecords fail() {
    return new BadRecords(false);
  }

  /** Bad records are passed over and remembered. */
  public static BadRecords skip() {
    return new BadRecords(true);
  }

  /** Whether bad records are passed over. */
  public boolean skips() {
    return skips;
  }

  /**
   * Passes over what an exception is about, or throws it.
   *
   * @param file named where the exception names no record
   */
  public void handle(Path file, DataException e) throws DataException {
    if (!skips) {
      throw e;
    }
    add(file, e);
  }

  private synchronized void add(Path file, DataException e) {
    RecordVerifier.Problem problem = RecordVerifier.Problem.of(file, e);
    if (!skipped.contains(problem)) {
      skipped.add(problem);
    }
  }

  /** What was passed over, by file and place; each record once, however often it was read. */
  public synchronized List<RecordVerifier.Problem> skipped() {
    return skipped.stream()
        .sorted(
            Comparator.comparing(RecordVerifier.Problem::file)
                .thenComparing(RecordVerifier.Problem::offset))
        .toList();
  }

  /**
   * Writes {@code skipped_records.json} into a run's folder: count, and of each record file, byte
   * offset, record number and reason. Without skipped records there is no file.
   */
  public void write(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    if (skipped().isEmpty()) {
      Files.deleteIfExists(file);
      return;
    }
    String text =
        new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(toJson());
    OutputFiles.write(file, (text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** Of {@link #write}. */
  public JsonObject toJson() {
    JsonArray records = new JsonArray();
    for (RecordVerifier.Problem problem : skipped()) {
      JsonObject json = new JsonObject();
      json.addProperty("file", problem.file().toString());
      json.addProperty("offset", problem.offset());
      json.addProperty("record", problem.record());
      json.addProperty("reason", problem.expectation());
      records.add(json);
    }
    JsonObject json = new JsonObject();
    json.addProperty("skipped", records.size());
    json.add("records", records);
    return json;
  }
}
