package org.endossl.cli;

import java.io.PrintStream;
import java.util.List;
import org.endossl.tfrecords.BadRecords;
import org.endossl.tfrecords.RecordVerifier;

/** The option {@code --on-bad-record} of every command that reads records. */
final class OnBadRecord {
  /** The option's description. */
  static final String TEXT =
      "WHAT: fail, or skip: pass over records that cannot be used and list them at the end";

  private OnBadRecord() {}

  static BadRecords of(String what) {
    return switch (what) {
      case "fail" -> BadRecords.fail();
      case "skip" -> BadRecords.skip();
      default -> throw new UsageException("--on-bad-record " + what + ": wanted one of fail, skip");
    };
  }

  /** Counts and lists what was passed over: file, byte offset, record number, reason. */
  static void report(BadRecords bad, PrintStream err) {
    List<RecordVerifier.Problem> skipped = bad.skipped();
    if (!skipped.isEmpty()) {
      err.println(
          skipped.size() + (skipped.size() == 1 ? " record was" : " records were") + " skipped:");
      skipped.forEach(err::println);
      err.flush();
    }
  }
}
