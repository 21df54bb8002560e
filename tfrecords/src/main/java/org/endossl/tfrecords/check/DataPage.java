package org.endossl.tfrecords.check;

import com.google.common.html.HtmlEscapers;
import java.util.List;
import java.util.Locale;
import org.endossl.tfrecords.Instruments;
import org.endossl.tfrecords.RecordStats;

/** The report as one HTML file: style within, no script, nothing fetched. */
final class DataPage {

  private static final String STYLE =
      """
      body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;
      color:#1b1f24;background:#fff}
      h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}
      table{border-collapse:collapse;width:100%}
      th,td{padding:.3rem .6rem;border-bottom:1px solid #d8dee4;text-align:left;vertical-align:top}
      .wide{overflow-x:auto}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
      .good b{color:#1a7f37}.note b{color:#7d4e00}.wrong b{color:#b3261e}
      details{margin:.2rem 0}summary{cursor:pointer}li{overflow-wrap:anywhere}
      @media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}
      th,td{border-color:#30363d}.good b{color:#3fb950}.note b{color:#d29922}.wrong b{color:#ff7b72}}
      """;

  private final StringBuilder out = new StringBuilder(1 << 14);

  private DataPage() {}

  static String of(DataReport report) {
    DataPage page = new DataPage();
    page.out.append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">");
    page.out.append("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
    page.out
        .append("<title>Data check</title><style>")
        .append(STYLE)
        .append("</style></head><body>");
    page.element("h1", report.sound() ? "The data are sound" : "Something is wrong with the data");
    page.findings(report.findings());
    page.element("h2", "Videos");
    page.videos(report.stats());
    page.element("h2", "Phases (" + report.stats().phaseOrder().key() + ")");
    RecordStats.Video all = report.stats().total();
    page.counts(report.stats().phaseOrder().names(), all.phases(), all.frames());
    page.element("h2", "Instruments");
    page.counts(Instruments.NAMES, all.instruments(), all.frames());
    page.out.append("</body></html>\n");
    return page.out.toString();
  }

  private void findings(List<Finding> findings) {
    out.append("<table>");
    for (Finding finding : findings) {
      String level = finding.level().name().toLowerCase(Locale.ROOT);
      out.append("<tr class=\"").append(level).append("\"><td><b>");
      text(DataReport.word(finding));
      out.append("</b></td>");
      element("td", finding.check());
      out.append("<td>");
      if (finding.details().isEmpty()) {
        text(finding.summary());
      } else {
        out.append("<details").append(level.equals("wrong") ? " open>" : ">");
        element("summary", finding.summary());
        out.append("<ul>");
        finding.details().forEach(detail -> element("li", detail));
        out.append("</ul></details>");
      }
      out.append("</td></tr>");
    }
    out.append("</table>");
  }

  private void videos(RecordStats stats) {
    out.append("<div class=\"wide\"><table><tr><th>video</th>");
    List<String> headings = List.of("frames", "of", "gaps", "MB");
    headings.forEach(this::number);
    stats.phaseOrder().names().forEach(this::number);
    out.append("</tr>");
    for (RecordStats.Video video : stats.videos()) {
      row(video);
    }
    row(stats.total());
    out.append("</table></div>");
  }

  private void number(String heading) {
    out.append("<th class=\"n\">");
    text(heading);
    out.append("</th>");
  }

  private void row(RecordStats.Video video) {
    out.append("<tr>");
    element("td", video.name());
    cell(Long.toString(video.frames()));
    cell(Long.toString(video.totalFrames()));
    cell(Long.toString(video.gaps()));
    cell(String.format(Locale.ROOT, "%.1f", video.bytes() / 1e6));
    video.phases().forEach(count -> cell(Long.toString(count)));
    out.append("</tr>");
  }

  private void counts(List<String> names, List<Long> counts, long frames) {
    out.append(
        "<table><tr><th>name</th><th class=\"n\">frames</th><th class=\"n\">share</th></tr>");
    for (int i = 0; i < names.size(); i++) {
      out.append("<tr>");
      element("td", i + " " + names.get(i));
      cell(Long.toString(counts.get(i)));
      cell(String.format(Locale.ROOT, "%.1f %%", 100.0 * counts.get(i) / Math.max(1, frames)));
      out.append("</tr>");
    }
    out.append("</table>");
  }

  private void cell(String text) {
    out.append("<td class=\"n\">");
    text(text);
    out.append("</td>");
  }

  private void element(String tag, String text) {
    out.append('<').append(tag).append('>');
    text(text);
    out.append("</").append(tag).append('>');
  }

  private void text(String text) {
    out.append(HtmlEscapers.htmlEscaper().escape(text));
  }
}
