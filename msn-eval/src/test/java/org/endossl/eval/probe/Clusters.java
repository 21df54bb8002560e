package org.endossl.eval.probe;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.endossl.data.Normalization;
import org.endossl.eval.Preprocessing;
import org.endossl.eval.features.FeatureInfo;
import org.endossl.eval.features.FeatureSet;
import org.endossl.eval.features.FrameTable;
import org.endossl.eval.features.Matrix;

/** Features whose phase is known, for tests. */
final class Clusters {
  private static final int WIDTH = 12;

  private Clusters() {}

  /** Six videos; the phase is one-hot in the features, under noise. */
  static FeatureSet features(double noise) {
    Random random = new Random(5);
    List<FrameTable.Row> rows = new ArrayList<>();
    List<float[]> values = new ArrayList<>();
    for (int v = 1; v <= 6; v++) {
      for (int f = 0; f < 140; f++) {
        int phase = f / 20;
        float[] row = new float[WIDTH];
        for (int k = 0; k < WIDTH; k++) {
          row[k] = (float) ((k == phase ? 2 : 0) + noise * random.nextGaussian());
        }
        rows.add(new FrameTable.Row("video0" + v, f, phase, 1 << phase));
        values.add(row);
      }
    }
    Matrix matrix = Matrix.zeros(rows.size(), WIDTH);
    for (int i = 0; i < rows.size(); i++) {
      System.arraycopy(values.get(i), 0, matrix.values(), matrix.start(i), WIDTH);
    }
    FeatureInfo info =
        new FeatureInfo(
            "key",
            "test",
            "hash",
            "none",
            "data",
            List.of(),
            List.of(),
            rows.size(),
            WIDTH,
            new Preprocessing(224, Normalization.NONE),
            "endossl",
            List.of());
    return new FeatureSet(matrix, new FrameTable(rows), info);
  }
}
