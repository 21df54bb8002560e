package org.endossl.eval.report;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.endossl.eval.features.FrameTable;
import org.endossl.eval.features.Matrix;
import org.endossl.eval.inspect.Footage;
import org.endossl.eval.inspect.Neighbours;
import org.endossl.eval.inspect.Prototypes;
import org.endossl.eval.metrics.Predictions;
import org.endossl.tfrecords.PhaseOrder;

/** What could have been found of made-up predictions, for tests. */
final class Insights {
  static final int PROTOTYPES = 5;

  private Insights() {}

  static Insight of(Predictions predictions, String network) throws IOException {
    SplittableRandom random = new SplittableRandom(9);
    Album.Builder album = new Album.Builder();
    List<FrameTable.Row> rows = new ArrayList<>();
    for (Predictions.Video video : predictions.videos()) {
      for (int i = 0; i < video.size(); i++) {
        int phase = predictions.order().convert(video.labels()[i], PhaseOrder.ENDOSSL);
        rows.add(new FrameTable.Row(video.name(), video.frames()[i], phase, 0));
        album.add(new Footage.Key(video.name(), video.frames()[i]), frame(3 * i));
      }
    }
    double[] xy = random.doubles(2L * rows.size(), -9, 9).toArray();
    float[] cosines = new float[PROTOTYPES * rows.size()];
    for (int i = 0; i < cosines.length; i++) {
      cosines[i] = (float) random.nextDouble(-1, 1);
    }
    FrameTable table = new FrameTable(rows);
    return new Insight(
        network,
        album.build(),
        "",
        List.of(look(network)),
        "",
        new Insight.FrameMap(table, xy, new Neighbours(10, 0.5, 0.25, true)),
        "",
        new Insight.Drawn(new Prototypes(new Matrix(rows.size(), PROTOTYPES, cosines)), table),
        "");
  }

  private static Insight.Look look(String video) throws IOException {
    byte[] jpeg = Pictures.jpeg(frame(7), 0.8f);
    Insight.Overlay overlay =
        new Insight.Overlay(
            Pictures.jpeg(Pictures.overlay(frame(7), new double[] {1, 2, 3, 4}, 2), 0.8f), 2, 4);
    return new Insight.Look(
        new Footage.Key(video, 7), 1, 2, jpeg, overlay, List.of(overlay, overlay));
  }

  private static BufferedImage frame(int shade) {
    BufferedImage image = new BufferedImage(64, 36, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(new Color(shade % 256, 90, 200));
    graphics.fillRect(0, 0, 64, 36);
    graphics.dispose();
    return image;
  }
}
