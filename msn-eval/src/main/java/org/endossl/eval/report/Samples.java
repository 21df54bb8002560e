package org.endossl.eval.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.endossl.eval.metrics.Predictions;
import org.endossl.tfrecords.FrameCodec;
import org.endossl.tfrecords.FrameRecord;
import org.endossl.tfrecords.TfRecordReader;

/** A generated frame of each phase, from the first test video. */
final class Samples {
  private Samples() {}

  static List<ReportData.Sample> of(Path records, Predictions predictions) throws IOException {
    Predictions.Video video = predictions.videos().get(0);
    List<ReportData.Sample> samples = new ArrayList<>();
    try (TfRecordReader reader = TfRecordReader.open(records.resolve(video.name() + ".tfrecord"))) {
      int at = 0;
      for (Ribbons.Piece piece : Ribbons.pieces(video.labels(), predictions.order())) {
        int middle = (piece.first() + piece.last()) / 2;
        for (byte[] example = reader.next(); example != null; example = reader.next()) {
          if (at++ == middle) {
            FrameRecord frame = FrameCodec.decode(example, reader.place());
            int predicted = Phases.place(video.predictions()[middle], predictions.order());
            String verdict =
                predicted == piece.phase() ? "recognised" : "taken for " + Phases.label(predicted);
            samples.add(
                new ReportData.Sample(
                    frame.image(),
                    Phases.label(piece.phase()) + ", frame " + frame.frameId() + ": " + verdict));
            break;
          }
        }
      }
    }
    return samples;
  }
}
