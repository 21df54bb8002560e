package org.endossl.eval.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.endossl.data.synthetic.SyntheticConfig;
import org.endossl.eval.ProgressListener;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {
  @TempDir Path directory;

  @Test
  void configurations_areOfTheSameVideos() throws Exception {
    var pretrain = DemoConfigs.pretrain(directory, 3);
    var probe = DemoConfigs.probe(directory, 3);
    assertEquals(pretrain.data().split().videos(), probe.data().split().videos());
    assertEquals(List.of(directory.toString()), pretrain.data().records());
    assertEquals(3, pretrain.seed());
    assertEquals(3, probe.training().seed());
    int videos = DemoRequest.of(directory, 3).data().videos();
    assertEquals("video" + videos, last(probe.data().split().videos().test()));
  }

  @Test
  void folder_withFilesIsRefused() throws Exception {
    Files.createFile(directory.resolve("notes.txt"));
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Demo.run(DemoRequest.of(directory, 0), ProgressListener.NONE));
    assertTrue(String.valueOf(e.getMessage()).contains("wanted a folder that is empty"));
  }

  @Test
  @Tag("slow")
  void demo_leavesAReportOfThreeProbes() throws Exception {
    int videos = DemoRequest.of(directory, 0).data().videos();
    Path out = directory.resolve("demo");
    Set<String> stages = new LinkedHashSet<>();
    DemoResult result =
        Demo.run(
            new DemoRequest(out, 1, new SyntheticConfig(1, videos, 32, 32, 24, 0), 1),
            progress -> stages.add(progress.stage()));
    assertTrue(stages.containsAll(List.of("generating", "pre-training")), stages.toString());
    assertEquals(
        List.of("pre-trained", "random weights", "mean colour"),
        result.table().stream().map(line -> line.name()).toList());
    String html = Files.readString(result.report());
    assertFalse(html.contains("Not shown."), "the demo shows everything");
    assertTrue(html.contains("id=\"map-data\"") && html.contains("class=\"prototypes\""));
    assertTrue(html.contains("mean colour"));
  }

  private static String last(List<String> list) {
    return list.get(list.size() - 1);
  }
}
