package org.endossl.eval.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.endossl.eval.ProgressListener;
import org.endossl.tfrecords.BadRecords;
import org.endossl.tfrecords.DataException;
import org.endossl.train.config.YamlConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

class SuiteTest {
  private static final Path HOME = Path.of("").toAbsolutePath().resolveSibling("");

  @TempDir Path temp;

  @Test
  void rows_areReached_missedAndNotRun_inEveryOutput() throws Exception {
    Path suite = suite("test.endossl.video_acc");
    Path xml = temp.resolve("out/s.xml");
    Path json = temp.resolve("out/s.json");
    SuiteResult got =
        Suite.run(
            new SuiteRequest(suite, HOME, temp.resolve("work"), true, xml, json, BadRecords.fail()),
            ProgressListener.NONE);
    assertEquals(
        List.of(SuiteResult.State.REACHED, SuiteResult.State.MISSED, SuiteResult.State.NOT_RUN),
        got.rows().stream().map(SuiteResult.Row::state).toList());
    Element root =
        DocumentBuilderFactory.newDefaultInstance()
            .newDocumentBuilder()
            .parse(Files.newInputStream(xml))
            .getDocumentElement();
    assertEquals("3", root.getAttribute("tests"));
    assertEquals("1", root.getAttribute("failures"));
    assertEquals("1", root.getAttribute("skipped"));
    String message =
        ((Element) root.getElementsByTagName("failure").item(0)).getAttribute("message");
    assertTrue(message.matches(".*got [\\d.]+, bar 100.00 .*, difference -[\\d.]+"), message);
    JsonObject rows = JsonParser.parseString(Files.readString(json)).getAsJsonObject();
    assertEquals(1, rows.get("missed").getAsInt());
    String why = rows.getAsJsonArray("rows").get(2).getAsJsonObject().get("why").getAsString();
    assertTrue(why.contains("no weights at") && why.contains("needs a download"), why);
  }

  @Test
  void rowsThatCannotRun_areAnError_unlessTheyMayBeLeftOut() throws Exception {
    SuiteRequest request =
        new SuiteRequest(
            suite("test.endossl.video_acc"),
            HOME,
            temp.resolve("work"),
            false,
            null,
            null,
            BadRecords.fail());
    DataException e =
        assertThrows(DataException.class, () -> Suite.run(request, ProgressListener.NONE));
    assertTrue(String.valueOf(e.getMessage()).contains("no weights at"), e.getMessage());
  }

  @Test
  void scoresThatTheProtocolHasNot_areNamed() throws Exception {
    SuiteRequest request =
        new SuiteRequest(
            suite("test.endossl.f1"),
            HOME,
            temp.resolve("work"),
            true,
            null,
            null,
            BadRecords.fail());
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> Suite.run(request, ProgressListener.NONE));
    assertTrue(
        String.valueOf(e.getMessage()).contains("no test.endossl.f1; the protocol gives ["),
        e.getMessage());
  }

  @Test
  void suitesOfThisProject_areWellFormed() throws Exception {
    SuiteConfig paper =
        YamlConfig.load(HOME.resolve("configs/suites/paper.yaml"), SuiteConfig.class, List.of());
    assertTrue(paper.rows().size() >= 14);
    for (SuiteConfig.Row row : paper.rows()) {
      assertFalse(row.status() == SuiteConfig.Status.OWN, row.name());
      assertTrue(Files.exists(HOME.resolve(row.protocol())), row.name());
    }
    YamlConfig.load(HOME.resolve("configs/suites/demo.yaml"), SuiteConfig.class, List.of());
  }

  @Test
  void xml_escapesWhatItIsGiven() throws Exception {
    SuiteConfig.Row row =
        new SuiteConfig.Row(
            "a < b & \"c\"",
            "<source>",
            SuiteConfig.Status.OWN,
            "",
            "w",
            List.of(),
            "",
            List.of(),
            "s",
            1,
            0,
            SuiteConfig.Rule.WITHIN);
    SuiteResult result =
        new SuiteResult(
            "x",
            List.of(
                new SuiteResult.Row(row, SuiteResult.State.MISSED, Double.NaN, "", Map.of(), 0)));
    byte[] xml = JUnitXml.of(result).getBytes(StandardCharsets.UTF_8);
    Element testcase =
        (Element)
            DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(xml))
                .getElementsByTagName("testcase")
                .item(0);
    assertEquals("a < b & \"c\"", testcase.getAttribute("name"));
    assertFalse(row.reached(Double.NaN));
  }

  private Path suite(String score) throws Exception {
    String row =
        """
          - name: "%s"
            source: test
            status: own
            needs: %s
            weights: "%s"
            files: ["{work}/data"]
            protocol: configs/probe/knn.yaml
            set: ["data.records=['{work}/data']", "data.split={train: 1, validation: 2, test: 3}"]
            score: %s
            bar: %s
            tolerance: 0.0
            rule: at_least
        """;
    String text =
        """
        name: small
        synthetic:
          - out: "{work}/data"
            data: {seed: 1, videos: 3, frames_per_video: 32, width: 32, height: 18, threads: 0}
        pretrain: []
        rows:
        """
            + row.formatted("low", "nothing", "mean-colour", score, "0.0")
            + row.formatted("high", "nothing", "mean-colour", score, "100.0")
            + row.formatted("absent", "a download", "{work}/none", score, "0.0");
    return Files.writeString(temp.resolve("suite.yaml"), text);
  }
}
