package org.endossl.eval.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.endossl.eval.ProgressListener;

/** Writes the report of what lies in a run's folder. */
public final class Report {
  private Report() {}

  /**
   * What was written.
   *
   * @param file the page
   * @param missing what it does not show, each with the way to give it; the page says so too
   */
  public record Result(Path file, List<String> missing) {
    public Result {
      missing = List.copyOf(missing);
    }
  }

  /**
   * Reads the folder, looks into the weights where there are some, and writes the page.
   *
   * @throws IllegalArgumentException if the folder holds neither a run nor scores, or weights or
   *     records that were asked for are not there
   * @throws org.endossl.tfrecords.DataException if its files are damaged
   */
  public static Result run(ReportRequest request, ProgressListener listener) throws IOException {
    ReportData data = RunFolder.open(request.run()).data(request, listener);
    HtmlReport.write(request.file(), data);
    return new Result(request.file(), data.insight().missing());
  }
}
