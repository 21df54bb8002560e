package org.endossl.eval.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.endossl.eval.AtomicFiles;

/** Writes a {@link ReportData} as one HTML file that needs nothing else. */
public final class HtmlReport {
  private HtmlReport() {}

  /** Writes the file; it appears whole or not at all. */
  public static void write(Path file, ReportData data) throws IOException {
    AtomicFiles.writeText(file, render(data));
  }

  /** The page. */
  public static String render(ReportData data) {
    Html html = new Html();
    html.raw("<!DOCTYPE html>\n");
    html.open("html", "lang", "en").open("head").empty("meta", "charset", "utf-8");
    html.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    html.element("title", data.title());
    html.open("style").raw(resource("report.css")).close().close();
    html.open("body").open("header").element("h1", data.title()).element("p", data.lead()).close();
    html.open("main");
    body(html, data);
    html.close().open("script").raw(resource("report.js")).close().close().close();
    return html + "\n";
  }

  private static void body(Html html, ReportData data) {
    List<ReportData.Evaluation> evaluations = data.evaluations();
    if (!evaluations.isEmpty()) {
      section(html, "Scores");
      html.element(
          "p",
          "Linear probe on frozen features, test videos, percent. Per video precision, recall and"
              + " F1 are averaged over the phases that occur in truth or prediction, then over"
              + " videos, as endossl does it. Small: 95 % intervals, videos drawn with"
              + " replacement.");
      Tables.scores(html, evaluations);
      html.element("h3", "Other conventions");
      html.element(
          "p",
          "TMRNet's without its relaxed boundaries, which need a frame rate (endossl metrics"
              + " --fps), and MS-TCN's scores of segments.");
      Tables.conventions(html, evaluations);
      html.element("h3", "F1 of each phase over all test frames");
      Tables.phases(html, evaluations);
      html.close();
    }
    if (!evaluations.isEmpty()) {
      details(html, evaluations.get(0));
    }
    if (!data.labels().isEmpty()) {
      section(html, "Few labels");
      html.element(
          "p", "Logistic regression on frozen features: endossl's video F1 on the test videos.");
      Charts.add(html, data.labels());
      html.close();
    }
    if (!data.curves().isEmpty()) {
      section(html, "Pre-training");
      Charts.add(html, data.curves());
      html.close();
    }
    if (!data.samples().isEmpty()) {
      samples(html, data.samples());
    }
    facts(html, "Data", data.data());
    facts(html, "Environment", data.environment());
    if (!data.config().isEmpty()) {
      section(html, "Configuration");
      html.open("details").element("summary", "The run's config.yaml");
      html.open("pre", "tabindex", "0").text(data.config()).close().close().close();
    }
  }

  private static void details(Html html, ReportData.Evaluation evaluation) {
    section(html, "Phases of the test videos: " + evaluation.name());
    html.element(
        "p",
        "Truth over prediction, one bar per video; black marks between them are frames that are"
            + " wrong. Point at a frame, or go to a bar by Tab and through its pieces by the arrow"
            + " keys.");
    Ribbons.add(html, evaluation.predictions());
    html.close();
    section(html, "Worst transitions: " + evaluation.name());
    html.element("p", "Changes of the true phase that the prediction follows farthest off.");
    Transitions.add(html, evaluation.predictions());
    html.close();
    section(html, "Confusion: " + evaluation.name());
    html.element("p", "Frames, and their share of the true phase.");
    Tables.confusion(html, evaluation.predictions());
    html.close();
  }

  private static void samples(Html html, List<ReportData.Sample> samples) {
    section(html, "Generated frames");
    html.open("div", "class", "samples");
    for (ReportData.Sample sample : samples) {
      String image = "data:image/png;base64," + Base64.getEncoder().encodeToString(sample.png());
      html.open("figure").empty("img", "src", image, "alt", sample.caption());
      html.element("figcaption", sample.caption()).close();
    }
    html.close().close();
  }

  private static void facts(Html html, String title, List<ReportData.Fact> facts) {
    if (!facts.isEmpty()) {
      section(html, title);
      Tables.facts(html, facts);
      html.close();
    }
  }

  private static void section(Html html, String title) {
    html.open("section").element("h2", title);
  }

  private static String resource(String name) {
    try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("not in the jar: " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
