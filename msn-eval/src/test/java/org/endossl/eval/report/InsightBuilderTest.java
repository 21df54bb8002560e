package org.endossl.eval.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.endossl.eval.ProgressListener;
import org.endossl.eval.WeightsSource;
import org.endossl.eval.features.Frames;
import org.endossl.eval.inspect.TinyRun;
import org.endossl.eval.weights.WeightsExport;
import org.endossl.model.serving.ImageScale;
import org.endossl.tfrecords.Compression;
import org.endossl.tfrecords.DataException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a report finds of runs whose weights and frames are there, and of those where not. */
class InsightBuilderTest {
  private static final int FRAMES = 9;

  @TempDir static Path temp;

  private static Path records = Path.of("");
  private static Path run = Path.of("");

  @BeforeAll
  static void train() throws IOException {
    records = Frames.write(temp.resolve("a.tfrecord"), 3, FRAMES, Compression.NONE);
    run = temp.resolve("run");
    TinyRun.train(records, run);
  }

  @Test
  void aRun_showsItsTestVideosFrames_attention_mapAndPrototypes() throws IOException {
    Insight insight = data(run).insight();
    assertEquals(List.of(), insight.missing());
    assertEquals("this run's target encoder", insight.network());
    assertEquals(7, insight.looks().size());
    for (Insight.Look look : insight.looks()) {
      assertEquals("video03", look.key().video());
      assertEquals(TinyRun.HEADS, look.heads().size());
      assertNotNull(look.mean());
    }
    Insight.FrameMap map = insight.map();
    Insight.Drawn drawn = insight.drawn();
    Album album = insight.album();
    assertEquals(FRAMES, map == null ? -1 : map.frames().size());
    assertEquals(TinyRun.PROTOTYPES, drawn == null ? -1 : drawn.prototypes().count());
    assertEquals(FRAMES, album == null ? -1 : album.size());
  }

  @Test
  void aRun_whoseRecordsAreGone_saysSo_andTakesOthers() throws IOException {
    Path copy = copy("moved");
    Path file = copy.resolve("run.json");
    String text = Files.readString(file).replace(records.toString(), temp.resolve("no") + "");
    Files.writeString(file, text, StandardCharsets.UTF_8);
    List<String> missing = data(copy).insight().missing();
    assertEquals(1, missing.size(), missing.toString());
    assertTrue(missing.get(0).contains(temp.resolve("no").toString()), missing.get(0));
    assertTrue(missing.get(0).contains("endossl report RUN --records DIR"), missing.get(0));
    ReportRequest named =
        new ReportRequest(copy, null, null, List.of(records.toString()), ReportRequest.FRAMES);
    assertEquals(List.of(), data(named).insight().missing());
  }

  @Test
  void aRun_whoseConfigurationIsOlder_isReportedWithoutItsWeights() throws IOException {
    Path copy = copy("older");
    for (Path file : List.of(copy.resolve("config.yaml"), checkpoint(copy))) {
      String text = Files.readString(file);
      Files.writeString(file, text.replaceAll("patch_drop: [0-9.]+", "dropped: 1"));
    }
    Report.Result result = Report.run(new ReportRequest(copy, null), ProgressListener.NONE);
    String html = Files.readString(result.file());
    assertTrue(html.contains("Loss: cross-entropy and me-max"));
    assertTrue(html.contains("id=\"frames\""), "frames are shown without weights");
    assertEquals(1, result.missing().size(), result.missing().toString());
    assertTrue(result.missing().get(0).startsWith("The weights cannot be opened: "));
    assertTrue(result.missing().get(0).contains("--weights W"));
  }

  @Test
  void anImportedBackbone_hasAttentionAndMap_butNoPrototypes() throws IOException {
    Path folder = temp.resolve("hf");
    WeightsExport.run(
        new WeightsExport.Request(
            run,
            WeightsExport.Part.TARGET,
            0,
            WeightsExport.Format.HUGGING_FACE,
            ImageScale.UNIT,
            folder));
    Path probe = probe("imported", folder.toString());
    Insight insight =
        data(new ReportRequest(
                probe, null, null, List.of(records.toString()), ReportRequest.FRAMES))
            .insight();
    assertNotNull(insight.map());
    assertEquals(7, insight.looks().size());
    assertNotNull(insight.looks().get(0).mean());
    assertNull(insight.drawn());
    assertEquals(1, insight.missing().size(), insight.missing().toString());
    assertTrue(insight.missing().get(0).contains("has no prototypes"));
  }

  @Test
  void colours_haveAMap_butNoAttention() throws IOException {
    Path probe = probe("colours", "mean-colour");
    Insight insight =
        data(new ReportRequest(probe, null, null, List.of(records.toString()), 5)).insight();
    assertNotNull(insight.map());
    assertNull(insight.looks().get(0).mean());
    assertTrue(insight.noAttention().contains("mean-colour has no attention"));
    assertTrue(insight.noPrototypes().contains("mean-colour has no prototypes"));
    assertFalse(insight.looks().isEmpty());
  }

  @Test
  void withoutFrames_nothingIsRead_andThePageSaysSo() throws IOException {
    Insight insight = data(new ReportRequest(run, null, null, List.of(), 0)).insight();
    assertNull(insight.album());
    assertTrue(insight.missing().get(0).contains("on request"));
  }

  @Test
  void whatWasAskedFor_andIsNotThere_isAnError() {
    WeightsSource none = new WeightsSource.Run(temp.resolve("nowhere"));
    assertThrows(
        IllegalArgumentException.class,
        () -> data(new ReportRequest(run, null, none, List.of(), 10)));
    assertThrows(
        DataException.class,
        () -> data(new ReportRequest(run, null, null, List.of(temp + "/nothing"), 10)));
    assertThrows(
        IllegalArgumentException.class, () -> new ReportRequest(run, null, null, List.of(), -1));
  }

  private static ReportData data(Path folder) throws IOException {
    return data(new ReportRequest(folder, null));
  }

  private static ReportData data(ReportRequest request) throws IOException {
    return RunFolder.open(request.run()).data(request, ProgressListener.NONE);
  }

  private static Path probe(String name, String weights) throws IOException {
    Path folder = Files.createDirectories(temp.resolve(name));
    Files.writeString(
        folder.resolve("scores.json"),
        "{\"name\": \"x\", \"features\": {\"weights\": \"" + weights + "\", \"width\": 3}}");
    StringBuilder rows = new StringBuilder("video,frame,label,prediction\n");
    for (int f = 0; f < FRAMES; f++) {
      rows.append("video03,").append(25 * f).append(",").append(f % 7).append(",0\n");
    }
    Files.writeString(folder.resolve("predictions-test.csv"), rows);
    return folder;
  }

  private static Path copy(String name) throws IOException {
    Path copy = temp.resolve(name);
    try (var files = Files.walk(run)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.copy(file, copy.resolve(run.relativize(file).toString()));
      }
    }
    return copy;
  }

  private static Path checkpoint(Path folder) throws IOException {
    try (var files = Files.list(folder.resolve("checkpoints"))) {
      return files.filter(f -> f.toString().endsWith(".json")).findFirst().orElseThrow();
    }
  }
}
