package org.endossl.eval.images;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.endossl.eval.ProgressListener;
import org.endossl.eval.WeightsSource;
import org.endossl.model.Safetensors;
import org.endossl.tfrecords.DataException;
import org.endossl.train.config.YamlConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;

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

  @Test
  void aListOfLabelledImages_isAllThatIsLearnedFrom_andItsNamesMustBeThere() throws IOException {
    make();
    Path list = Files.writeString(temp.resolve("list.txt"), "0.png\n1.png\n3.png\n");
    ImageFolder all = ImageFolder.of(temp.resolve("train"));
    assertEquals(12, all.files().size());
    ImageFolder few = all.only(list);
    assertEquals(
        List.of("0.png", "1.png", "3.png"),
        few.files().stream().map(f -> String.valueOf(f.getFileName())).toList());
    assertEquals(List.of(0, 1, 1), Arrays.stream(few.targets()).boxed().toList());
    Files.writeString(list, "0.png\nn01_7.JPEG\n");
    DataException e = assertThrows(DataException.class, () -> all.only(list));
    assertTrue(String.valueOf(e.getMessage()).contains("the first n01_7.JPEG"), e.getMessage());
  }

  @Test
  void aLayerOnRandomCrops_learns_repeats_andLeavesItsBestWeights() throws IOException {
    make();
    ImageProbe got = linear("one");
    assertEquals(100, got.accuracy());
    assertEquals(15, got.epochs().size());
    assertTrue(got.epochs().get(14).loss() < got.epochs().get(0).loss());
    assertEquals(got.epochs(), linear("two").epochs());
    Safetensors head = Safetensors.open(temp.resolve("one/head.safetensors"));
    assertEquals(Shape.of(6, 2), head.entry("classifier.kernel").shape());
    assertEquals(Shape.of(6), head.entry("norm.scale").shape());
    got.write(temp.resolve("one"));
    String json = Files.readString(temp.resolve("one").resolve(ImageProbe.FILE));
    assertTrue(json.contains("accuracy_interval") && json.contains("best_epoch"), json);
  }

  private ImageProbe linear(String out) throws IOException {
    List<String> set = new ArrayList<>(PARTS.stream().map(this::folder).toList());
    set.addAll(List.of("token=after_norm", "training.epochs=15", "training.batch_size=4"));
    ImageLinearConfig config =
        YamlConfig.load(
            Path.of("").toAbsolutePath().resolveSibling("configs/probe/msn-imagenet-linear.yaml"),
            ImageLinearConfig.class,
            set);
    return ImageLinear.run(
        "colours",
        WeightsSource.parse("mean-colour+std"),
        config,
        temp.resolve(out),
        ProgressListener.NONE);
  }

  private String folder(String part) {
    return "folders." + part + "=" + temp.resolve(part);
  }

  private ImageProbe run() throws IOException {
    Path file = Path.of("").toAbsolutePath().resolveSibling("configs/probe/polypset.yaml");
    ImageProbeConfig config =
        YamlConfig.load(file, ImageProbeConfig.class, PARTS.stream().map(this::folder).toList());
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
