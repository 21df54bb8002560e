package org.endossl.eval.images;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.endossl.eval.ProgressListener;
import org.endossl.eval.WeightsSource;
import org.endossl.tfrecords.DataException;
import org.endossl.train.config.YamlConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageProbeTest {
  private static final List<String> PARTS = List.of("train", "validation", "test");

  @TempDir Path temp;

  @Test
  void classesThatColoursTell_areToldApart() throws IOException {
    make();
    ImageProbe got = run();
    assertEquals(List.of("adenomatous", "hyperplastic"), got.classes());
    assertEquals(100, got.accuracy());
    assertEquals(12, got.images());
    got.write(temp);
    assertTrue(Files.readString(temp.resolve(ImageProbe.FILE)).contains("\"accuracy\":100.0"));
  }

  @Test
  void aFolderWithOtherClasses_isRefusedByName() throws IOException {
    make();
    Files.move(temp.resolve("test/hyperplastic"), temp.resolve("test/serrated"));
    DataException e = assertThrows(DataException.class, this::run);
    assertTrue(String.valueOf(e.getMessage()).contains("[adenomatous, serrated]"), e.getMessage());
  }

  private ImageProbe run() throws IOException {
    Path file = Path.of("").toAbsolutePath().resolveSibling("configs/probe/polypset.yaml");
    ImageProbeConfig config =
        YamlConfig.load(
            file,
            ImageProbeConfig.class,
            PARTS.stream().map(p -> "folders." + p + "=" + temp.resolve(p)).toList());
    return ImageProbe.run(
        "colours", WeightsSource.parse("mean-colour+std"), config, ProgressListener.NONE);
  }

  private void make() throws IOException {
    Random random = new Random(1);
    for (String part : PARTS) {
      for (int i = 0; i < 12; i++) {
        boolean first = i % 2 == 0;
        Path folder = temp.resolve(part).resolve(first ? "adenomatous" : "hyperplastic");
        Files.createDirectories(folder);
        BufferedImage image = new BufferedImage(12, 12, BufferedImage.TYPE_INT_RGB);
        for (int p = 0; p < 144; p++) {
          int a = 150 + random.nextInt(80);
          int b = 40 + random.nextInt(80);
          image.setRGB(p % 12, p / 12, first ? a << 16 | b << 8 | b : b << 16 | b << 8 | a);
        }
        ImageIO.write(image, "png", folder.resolve(i + ".png").toFile());
      }
    }
  }
}
