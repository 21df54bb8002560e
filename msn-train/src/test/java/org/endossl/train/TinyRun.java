package org.endossl.train;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.endossl.tfrecords.FrameCodec;
import org.endossl.tfrecords.FrameRecord;
import org.endossl.tfrecords.TfRecordWriter;
import org.endossl.train.config.YamlConfig;

/** Small records and a small network, for tests of whole runs. */
final class TinyRun {
  private TinyRun() {}

  /** Two videos of noise, 32 x 24 pixels. */
  static Path records(Path folder, int framesPerVideo) throws IOException {
    Random random = new Random(1);
    Files.createDirectories(folder);
    for (String video : List.of("video01", "video02")) {
      try (TfRecordWriter writer = TfRecordWriter.create(folder.resolve(video + ".tfrecord"))) {
        for (int i = 0; i < framesPerVideo; i++) {
          writer.write(
              FrameCodec.encode(
                  new FrameRecord(
                      png(random), video, i, framesPerVideo, List.of(0, 0, 1, 0, 0, 0, 1), i % 7)));
        }
        writer.commit();
      }
    }
    return folder;
  }

  private static byte[] png(Random random) throws IOException {
    BufferedImage image = new BufferedImage(32, 24, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < 24; y++) {
      for (int x = 0; x < 32; x++) {
        image.setRGB(x, y, random.nextInt(1 << 24));
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "png", bytes);
    return bytes.toByteArray();
  }

  static PretrainConfig config(Path records, String... overrides) {
    List<String> all = new ArrayList<>(List.of("data.records=[\"" + records + "\"]"));
    all.addAll(List.of(overrides));
    return YamlConfig.parse(text(), "tiny.yaml", PretrainConfig.class, all);
  }

  private static String text() {
    try {
      return Files.readString(Path.of("src/test/resources/tiny.yaml"), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Collects what it hears. */
  static class Heard implements PretrainProgress.Listener {
    final List<PretrainProgress> steps = new ArrayList<>();
    final List<String> phases = new ArrayList<>();
    long stopAfter = Long.MAX_VALUE;

    @Override
    public void step(PretrainProgress progress) {
      steps.add(progress);
    }

    @Override
    public void phase(String what) {
      phases.add(what);
    }

    @Override
    public boolean stop() {
      return steps.get(steps.size() - 1).step() + 1 >= stopAfter;
    }

    List<Float> losses() {
      return steps.stream().map(p -> p.measured().loss()).toList();
    }
  }
}
