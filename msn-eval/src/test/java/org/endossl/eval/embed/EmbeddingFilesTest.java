package org.endossl.eval.embed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import blue.strategic.parquet.Hydrator;
import blue.strategic.parquet.HydratorSupplier;
import blue.strategic.parquet.ParquetReader;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.endossl.eval.ProgressListener;
import org.endossl.eval.WeightsSource;
import org.endossl.eval.features.Matrix;
import org.endossl.eval.features.NpyFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddingFilesTest {
  @TempDir Path temp;

  @Test
  void vectors_areTheSameInEveryFormat() throws IOException {
    Path images = temp.resolve("images");
    Files.createDirectories(images);
    write(images.resolve("b, red.png"), 0xFF0000);
    write(images.resolve("a.png"), 0x204060);
    Matrix npy = NpyFile.read(embed(images, "v.npy"));
    assertEquals(2, npy.rows());
    assertEquals(List.of("name", "a.png", "\"b, red.png\""), lines("v.csv"));
    embed(images, "w.csv");
    assertEquals("name,f0,f1,f2", lines("w.csv").get(0));
    assertEquals(
        "a.png," + npy.values()[0] + "," + npy.values()[1] + "," + npy.values()[2],
        lines("w.csv").get(1));
    List<Map<String, Object>> rows = parquet(embed(images, "v.parquet"));
    assertEquals(2, rows.size());
    assertEquals("b, red.png", rows.get(1).get("name"));
    assertEquals(npy.values()[3], rows.get(1).get("f0"));
    assertEquals(List.of("name", "f0", "f1", "f2"), List.copyOf(rows.get(0).keySet()));
    try (Stream<Path> files = Files.list(temp)) {
      assertTrue(files.noneMatch(file -> file.toString().endsWith(".part")));
    }
  }

  @Test
  void otherEndings_areRefused() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> embed(temp, "v.txt"));
    assertTrue(String.valueOf(e.getMessage()).contains(".parquet"), e.getMessage());
  }

  private Path embed(Path images, String out) throws IOException {
    EmbedRequest request =
        new EmbedRequest(WeightsSource.parse("mean-colour"), images, temp.resolve(out), null, 16);
    Embed.run(request, ProgressListener.NONE);
    return request.out();
  }

  private static List<Map<String, Object>> parquet(Path file) throws IOException {
    Hydrator<Map<String, Object>, Map<String, Object>> hydrator =
        new Hydrator<>() {
          @Override
          public Map<String, Object> start() {
            return new LinkedHashMap<>();
          }

          @Override
          public Map<String, Object> add(Map<String, Object> row, String column, Object value) {
            row.put(column, value);
            return row;
          }

          @Override
          public Map<String, Object> finish(Map<String, Object> row) {
            return row;
          }
        };
    try (Stream<Map<String, Object>> rows =
        ParquetReader.streamContent(file.toFile(), HydratorSupplier.constantly(hydrator))) {
      return rows.toList();
    }
  }

  private List<String> lines(String file) throws IOException {
    return Files.readAllLines(temp.resolve(file));
  }

  private static void write(Path file, int rgb) throws IOException {
    BufferedImage image = new BufferedImage(20, 10, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < 10; y++) {
      for (int x = 0; x < 20; x++) {
        image.setRGB(x, y, rgb);
      }
    }
    ImageIO.write(image, "png", file.toFile());
  }
}
