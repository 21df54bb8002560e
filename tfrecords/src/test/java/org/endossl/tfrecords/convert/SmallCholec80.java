package org.endossl.tfrecords.convert;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.endossl.tfrecords.Instruments;
import org.endossl.tfrecords.PhaseOrder;
import org.endossl.tfrecords.video.Decoder;
import org.endossl.tfrecords.video.MovieWriter;

/** A data set of a few frames in the layouts that the converter reads. */
final class SmallCholec80 {

  private SmallCholec80() {}

  /** The phase of a row: each lasts 30 rows. */
  static String phase(long row) {
    return PhaseOrder.ENDOSSL.names().get((int) (row / 30 % PhaseOrder.PHASES));
  }

  static void annotate(Path root, String video, int rows, int seconds) throws IOException {
    StringBuilder phases = new StringBuilder("Frame\tPhase\n");
    for (int row = 0; row < rows; row++) {
      phases.append(row).append('\t').append(phase(row)).append('\n');
    }
    StringBuilder tools = new StringBuilder("Frame\t" + String.join("\t", Instruments.NAMES));
    tools.append('\n');
    for (int second = 0; second < seconds; second++) {
      tools.append(second * 25);
      for (int tool = 0; tool < Instruments.COUNT; tool++) {
        tools.append('\t').append(second >> tool & 1);
      }
      tools.append('\n');
    }
    Files.createDirectories(root.resolve("phase_annotations"));
    Files.createDirectories(root.resolve("tool_annotations"));
    Files.writeString(phaseFile(root, video), phases);
    Files.writeString(toolFile(root, video), tools);
  }

  static Path phaseFile(Path root, String video) {
    return root.resolve("phase_annotations/" + video + "-phase.txt");
  }

  static Path toolFile(Path root, String video) {
    return root.resolve("tool_annotations/" + video + "-tool.txt");
  }

  /** Frames 1 to count, each of one grey. */
  static void frames(Path root, String video, int count) throws IOException {
    Path folder = Files.createDirectories(root.resolve("frames").resolve(video));
    for (int i = 1; i <= count; i++) {
      Path file = folder.resolve(String.format(Locale.ROOT, "%s_%06d.png", video, i));
      ImageIO.write(grey(20, 10, 3 * i), "png", file.toFile());
    }
  }

  static BufferedImage grey(int width, int height, int level) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, level * 0x10101);
      }
    }
    return image;
  }

  /** A video at 25 frames per second whose frame n has the grey 37 n modulo 256. */
  static void video(Path root, String video, int frames) throws IOException {
    Path folder = Files.createDirectories(root.resolve("videos"));
    try (MovieWriter movie =
        Decoder.AUTO.create(folder.resolve(video + ".mp4"), new MovieWriter.Format(64, 48, 1))) {
      int[] rgb = new int[64 * 48];
      for (int n = 0; n < frames; n++) {
        Arrays.fill(rgb, n * 37 % 256 * 0x10101);
        movie.write(rgb);
      }
      movie.finish();
    }
  }
}
