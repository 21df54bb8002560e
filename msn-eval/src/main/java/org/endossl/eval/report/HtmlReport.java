package org.endossl.eval.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.endossl.eval.AtomicFiles;
import org.endossl.eval.metrics.Predictions;
import org.jspecify.annotations.Nullable;

/** Writes a {@link ReportData} as one HTML file that needs nothing else. */
final class HtmlReport {
  private HtmlReport() {}

  /** Writes the file; it appears whole or not at all. */
  static void write(Path file, ReportData data) throws IOException {
    AtomicFiles.writeText(file, render(data));
  }

  /** The page. */
  static String render(ReportData data) {
    Html html = new Html();
    html.raw("<!DOCTYPE html>\n");
    html.open("html", "lang", "en").open("head").empty("meta", "charset", "utf-8");
    html.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    html.element("title", data.title());
    Album album = data.insight().album();
    html.open("style").raw(resource("report.css")).raw(album == null ? "" : album.css());
    html.close().close();
    html.open("body").open("header").element("h1", data.title()).element("p", data.lead());
    Html main = new Html();
    body(main, data);
    navigation(html, main.headings());
    html.close().open("main").raw(main.toString()).close();
    if (album != null) {
      html.open("script", "type", "application/json", "id", "frames");
      html.raw(album.json()).close();
    }
    html.open("script").raw(resource("report.js")).close().close().close();
    return html + "\n";
  }

  private static void navigation(Html html, List<String> headings) {
    html.open("nav", "aria-label", "Sections");
    for (String heading : headings) {
      html.element("a", heading.replaceAll(":.*", ""), "href", "#" + Html.id(heading));
    }
    html.close();
  }

  private static void body(Html html, ReportData data) {
    List<ReportData.Evaluation> evaluations = data.evaluations();
    Insight insight = data.insight();
    Predictions first = evaluations.isEmpty() ? null : evaluations.get(0).predictions();
    if (!evaluations.isEmpty()) {
      scores(html, evaluations);
      details(html, evaluations.get(0), insight.album());
    }
    facts(html, "Other scores", data.scores());
    others(html, data.others());
    section(html);
    LookSection.add(html, insight);
    html.close();
    section(html);
    MapSection.add(html, insight, first);
    html.close();
    section(html);
    PrototypeSection.add(html, insight);
    html.close();
    charts(html, "Pre-training", "", data.curves());
    String name = evaluations.isEmpty() ? "" : ": " + evaluations.get(0).name();
    charts(html, "Training of the probe" + name, "", data.probing());
    facts(html, "Data", data.data());
    facts(html, "Environment", data.environment());
    if (!data.config().isEmpty()) {
      section(html, "Configuration");
      html.open("details").element("summary", "The run's config.yaml");
      html.open("pre", "tabindex", "0").text(data.config()).close().close().close();
    }
  }

  private static void others(Html html, ReportData.Others others) {
    for (ReportData.Tools tools : others.tools()) {
      section(html, "Tools: " + tools.name());
      ToolSection.add(html, tools);
      html.close();
    }
    for (ReportData.Scored images : others.images()) {
      section(html, "Images: " + images.name());
      ImageSection.add(html, images);
      html.close();
    }
    if (!others.lowshots().isEmpty()) {
      section(html, "Few labels");
      LowshotSection.add(html, others.lowshots());
      html.close();
    }
  }

  private static void scores(Html html, List<ReportData.Evaluation> evaluations) {
    section(html, "Scores");
    html.element(
        "p",
        "Test videos, percent. Per video precision, recall and F1 are averaged over the phases that"
            + " occur in truth or prediction, then over videos, as endossl does it. Small: 95 %"
            + " intervals, videos drawn with replacement.");
    Tables.scores(html, evaluations);
    html.open("div", "class", "two").open("div").element("h3", "Other conventions");
    html.element(
        "p",
        "TMRNet's without its relaxed boundaries, which need a frame rate (endossl metrics --fps),"
            + " and MS-TCN's scores of segments.");
    Tables.conventions(html, evaluations);
    html.close().open("div").element("h3", "F1 of each phase over all test frames");
    html.element("p", "All videos' frames together; intervals as above.");
    Tables.phases(html, evaluations);
    html.close().close().close();
  }

  private static void details(Html html, ReportData.Evaluation evaluation, @Nullable Album album) {
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
    Transitions.add(html, evaluation.predictions(), album);
    html.close();
    section(html, "Confusion: " + evaluation.name());
    html.element("p", "Frames, and their share of the true phase.");
    Tables.confusion(html, evaluation.predictions());
    html.close();
    section(html, "Calibration: " + evaluation.name());
    CalibrationSection.add(html, evaluation.predictions());
    html.close();
  }

  private static void charts(Html html, String title, String lead, List<ReportData.Curve> curves) {
    if (!curves.isEmpty()) {
      section(html, title);
      if (!lead.isEmpty()) {
        html.element("p", lead);
      }
      Charts.add(html, curves);
      html.close();
    }
  }

  /** Says what is missing where it would have been. */
  static void missing(Html html, String text) {
    html.open("p", "class", "missing").element("b", "Not shown. ");
    html.text(text.endsWith(".") ? text : text + ".").close();
  }

  private static void facts(Html html, String title, List<ReportData.Fact> facts) {
    if (!facts.isEmpty()) {
      section(html, title);
      Tables.facts(html, facts);
      html.close();
    }
  }

  private static void section(Html html, String title) {
    section(html);
    html.heading(title);
  }

  private static void section(Html html) {
    html.open("section");
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
