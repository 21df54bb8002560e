package org.endossl.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.endossl.tfrecords.Compression;
import org.endossl.tfrecords.TfRecordReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.Summary;

class EpochBoardTest {
  @TempDir private Path out;

  @Test
  void epochs_areCurvesUnderKerasTags() throws IOException {
    try (EpochBoard board = EpochBoard.in(out)) {
      board.epoch(0, Map.of("loss", 2.0), Map.of("loss", 3.0, "acc", Double.NaN));
      board.epoch(1, Map.of("loss", 1.5), Map.of("loss", 2.5, "acc", 0.5));
      assertEquals(
          List.of("0 epoch_loss 2.0", "1 epoch_loss 1.5"),
          points(out.resolve("tensorboard/train")));
    }
    assertEquals(
        List.of("0 epoch_loss 3.0", "1 epoch_acc 0.5", "1 epoch_loss 2.5"),
        points(out.resolve("tensorboard/validation")));
  }

  @Test
  void withoutValidation_thereIsNoCurveOfIt() throws IOException {
    try (EpochBoard board = EpochBoard.in(out)) {
      board.epoch(0, Map.of("loss", 2.0), Map.of("loss", Double.NaN));
    }
    assertFalse(Files.exists(out.resolve("tensorboard/validation")));
  }

  private static List<String> points(Path folder) throws IOException {
    List<String> points = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        try (TfRecordReader reader = TfRecordReader.open(file, Compression.NONE)) {
          byte[] data;
          while ((data = reader.next()) != null) {
            Event event = Event.parseFrom(data);
            for (Summary.Value value : event.getSummary().getValueList()) {
              points.add(event.getStep() + " " + value.getTag() + " " + value.getSimpleValue());
            }
          }
        }
      }
    }
    return points.stream().sorted().toList();
  }
}
