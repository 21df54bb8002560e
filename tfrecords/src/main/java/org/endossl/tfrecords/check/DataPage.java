package org.endossl.tfrecords.check;

import com.google.common.html.HtmlEscapers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.endossl.tfrecords.Instruments;
import org.endossl.tfrecords.RecordStats;

/** The report as one HTML file: style within, no script, nothing fetched. */
final class DataPage {

  private static final int OPEN = 20; // details of a wrong check that are shown without a click
  private static final int MOST = 1000; // details on the page; JSON has all

  private static final String STYLE =
      """
      :root{color-scheme:light dark;--text:#1b1f24;--back:#fff;--line:#d8dee4;--bar:#57799e;
      --good:#1a7f37;--note:#7d4e00;--wrong:#b3261e}
      @media(prefers-color-scheme:dark){:root{--text:#e6edf3;--back:#0d1117;--line:#30363d;
      --bar:#6f9bc8;--good:#3fb950;--note:#d29922;--wrong:#ff7b72}}
      body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:76rem;padding:0 1rem;
      color:var(--text);background:var(--back)}
      h1{font-size:1.5rem;margin-bottom:.3rem}h2{font-size:1.1rem;margin-top:2.2rem}
      table{border-collapse:collapse}
      th,td{padding:.3rem .6rem;border-bottom:1px solid var(--line);text-align:left;
      vertical-align:top}
      thead th{vertical-align:bottom}tbody th{font-weight:normal}
      .checks{width:100%}.checks td:last-child{width:100%}.checks th{white-space:nowrap}
      .n{text-align:right;font-variant-numeric:tabular-nums}
      tr.all th,tr.all td{font-weight:600;border-top:2px solid var(--line)}
      .wide{overflow-x:auto}.wide table{width:100%}
      .word{font-weight:700}.good .word{color:var(--good)}.note .word{color:var(--note)}
      .wrong .word{color:var(--wrong)}.wrong .word::before{content:"\\2717\\a0"}
      .good .word::before{content:"\\2713\\a0"}.note .word::before{content:"\\2022\\a0"}
      summary{cursor:pointer}ul{margin:.3rem 0 .5rem;padding-left:1.6rem}
      li{overflow-wrap:anywhere}
      .share{display:flex;align-items:center;gap:.6rem;width:14rem}
      .share i{display:block;height:.7rem;background:var(--bar);min-width:1px}
      :focus-visible{outline:2px solid var(--bar);outline-offset:2px}
      @media(max-width:40rem){.checks thead{display:none}
      .checks tr{display:block;border-bottom:1px solid var(--line);padding:.4rem 0}
      .checks th,.checks td{display:inline-block;border:0;padding:.1rem .5rem .1rem 0}
      .checks th{font-weight:600}.checks td:last-child{display:block;padding:0}
      .share{width:5rem}}
      @media print{.wide{overflow:visible}}
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
        .append("</style></head><body><main>");
    page.element("h1", report.sound() ? "The data are sound" : "Something is wrong with the data");
    page.element("p", report.counted());
    page.findings(report.findings());
    page.element("h2", "Videos");
    page.videos(report.stats());
    page.element("h2", "Phases (" + report.stats().phaseOrder().key() + ")");
    RecordStats.Video all = report.stats().total();
    page.counts("phase", report.stats().phaseOrder().names(), all.phases(), all.frames());
    page.element("h2", "Instruments");
    page.counts("instrument", Instruments.NAMES, all.instruments(), all.frames());
    page.out.append("</main></body></html>\n");
    return page.out.toString();
  }

  private void findings(List<Finding> findings) {
    out.append("<table class=\"checks\">");
    headings(List.of("result", "check", "what was found"), 3, 3);
    for (Finding finding : findings) {
      String level = finding.level().name().toLowerCase(Locale.ROOT);
      out.append("<tr class=\"").append(level).append("\"><td class=\"word\">");
      text(DataReport.word(finding));
      out.append("</td><th scope=\"row\">");
      text(finding.check());
      out.append("</th><td>");
      if (finding.details().isEmpty()) {
        text(finding.summary());
      } else {
        details(finding, level.equals("wrong") && finding.details().size() <= OPEN);
      }
      out.append("</td></tr>");
    }
    out.append("</tbody></table>");
  }

  private void details(Finding finding, boolean open) {
    out.append(open ? "<details open>" : "<details>");
    element("summary", finding.summary());
    out.append("<ul>");
    finding.details().stream().limit(MOST).forEach(detail -> element("li", detail));
    int more = finding.details().size() - MOST;
    if (more > 0) {
      element("li", "and " + more + " more; --json lists all");
    }
    out.append("</ul></details>");
  }

  private void videos(RecordStats stats) {
    out.append("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Videos\"><table>");
    List<String> headings = new ArrayList<>(List.of("video", "frames", "of", "gaps", "MB"));
    headings.addAll(stats.phaseOrder().names());
    headings(headings, 1, headings.size());
    for (RecordStats.Video video : stats.videos()) {
      row(video, "");
    }
    row(stats.total(), " class=\"all\"");
    out.append("</tbody></table></div>");
  }

  /** The heads of a table and the begin of its body; columns from first to end are numbers. */
  private void headings(List<String> headings, int first, int end) {
    out.append("<thead><tr>");
    for (int i = 0; i < headings.size(); i++) {
      out.append(i >= first && i < end ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">");
      name(headings.get(i));
      out.append("</th>");
    }
    out.append("</tr></thead><tbody>");
  }

  private void row(RecordStats.Video video, String attributes) {
    out.append("<tr").append(attributes).append("><th scope=\"row\">");
    text(video.name());
    out.append("</th>");
    cell(Long.toString(video.frames()));
    cell(Long.toString(video.totalFrames()));
    cell(Long.toString(video.gaps()));
    cell(String.format(Locale.ROOT, "%.1f", video.bytes() / 1e6));
    video.phases().forEach(count -> cell(Long.toString(count)));
    out.append("</tr>");
  }

  private void counts(String what, List<String> names, List<Long> counts, long frames) {
    out.append("<table>");
    headings(List.of(what, "frames", "share of frames"), 1, 2);
    for (int i = 0; i < names.size(); i++) {
      out.append("<tr><th scope=\"row\">");
      name(i + " " + names.get(i));
      out.append("</th>");
      cell(Long.toString(counts.get(i)));
      double share = 100.0 * counts.get(i) / Math.max(1, frames);
      out.append(
          String.format(
              Locale.ROOT,
              "<td><div class=\"share\"><i style=\"width:%.1f%%\"></i>%.1f&nbsp;%%</div></td>",
              share * 0.7, // the figure stands behind the bar
              share));
      out.append("</tr>");
    }
    out.append("</tbody></table>");
  }

  /** CalotTriangleDissection may break between its words. */
  private void name(String name) {
    for (String part : name.split("(?<=[a-z])(?=[A-Z])", -1)) {
      text(part);
      out.append("<wbr>");
    }
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
