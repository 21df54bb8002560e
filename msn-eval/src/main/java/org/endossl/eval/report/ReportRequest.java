package org.endossl.eval.report;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A report on a run.
 *
 * @param run a folder of a pre-training run, of probes, or of a demo
 * @param out the HTML file; null for {@code report.html} in the run's folder
 */
public record ReportRequest(Path run, @Nullable Path out) {
  /** The file that will be written. */
  public Path file() {
    return out == null ? run.resolve("report.html") : out;
  }
}
