package org.endossl.eval.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.endossl.eval.ProgressListener;
import org.endossl.tfrecords.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  @TempDir Path directory;

  @Test
  void folder_withoutARunSaysWhatIsWanted() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> RunFolder.open(directory));
    assertTrue(String.valueOf(e.getMessage()).contains("neither config.yaml nor scores.json"));
  }

  @Test
  void probe_aloneMakesAReport() throws Exception {
    Files.writeString(
        directory.resolve("scores.json"),
        """
        {"name": "mine", "features": {"weights": "w", "width": 3}}
        """);
    Files.writeString(
        directory.resolve("predictions-test.csv"),
        """
        video,frame,label,prediction
        video01,0,Preparation,Preparation
        video01,1,Preparation,ClippingCutting
        """);
    Report.Result result = Report.run(new ReportRequest(directory, null), ProgressListener.NONE);
    assertEquals(directory.resolve("report.html"), result.file());
    assertTrue(Files.readString(result.file()).contains("1 of 2 frames right"));
    assertEquals(1, result.missing().size());
    assertTrue(result.missing().get(0).contains("--records DIR"), result.missing().toString());
  }

  @Test
  void log_withABrokenLineIsRefusedUnlessItIsTheLast() throws Exception {
    Path file = directory.resolve("metrics.csv");
    Files.writeString(file, "step,msn\n0,1.5\n1,1.2\n2,");
    assertEquals(2, TrainingLog.read(file).steps());
    Files.writeString(file, "step,msn\n0,1.5\n1\n2,1.0\n");
    DataException e = assertThrows(DataException.class, () -> TrainingLog.read(file));
    assertTrue(String.valueOf(e.getMessage()).contains("line 3"), e.getMessage());
    Files.writeString(file, "step,msn\n0,1.5\n");
    assertEquals(List.of("Loss: cross-entropy and me-max"), titles(TrainingLog.read(file)));
  }

  private static List<String> titles(TrainingLog log) {
    return log.curves().stream().map(ReportData.Curve::title).toList();
  }
}
