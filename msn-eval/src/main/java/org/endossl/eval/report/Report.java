package org.endossl.eval.report;

import java.io.IOException;
import java.nio.file.Path;

/** Writes the report of what lies in a run's folder. */
public final class Report {
  private Report() {}

  /**
   * Reads the folder and writes the page.
   *
   * @return the file
   * @throws IllegalArgumentException if the folder holds neither a run nor scores
   * @throws org.endossl.tfrecords.DataException if its files are damaged
   */
  public static Path run(ReportRequest request) throws IOException {
    HtmlReport.write(request.file(), RunFolder.open(request.run()).data());
    return request.file();
  }
}
