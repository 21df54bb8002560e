package org.endossl.data.synthetic;

import java.awt.image.BufferedImage;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.endossl.tfrecords.Images;
import org.endossl.tfrecords.Instruments;
import org.endossl.tfrecords.OutputFiles;
import org.endossl.tfrecords.Parallel;
import org.endossl.tfrecords.video.Decoder;
import org.endossl.tfrecords.video.MovieWriter;

/**
 * The generated data set as Cholec80 is published: {@code videos/videoNN.mp4} at 25 frames per
 * second or {@code frames/videoNN/videoNN_000001.png}, one a second, with {@code
 * phase_annotations/} (25 rows a second) and {@code tool_annotations/} (one a second). A generated
 * frame stands for a second; in a video it stays for 25.
 */
public final class PublicLayout {

  private static final int RATE = 25;

  private PublicLayout() {}

  /**
   * Renders and writes all videos.
   *
   * @param movies whether as .mp4 or as frames
   * @param by what encodes movies
   * @return the movies, or the frames' folders
   * @throws org.endossl.tfrecords.MissingProgramException when there is nothing to encode movies
   *     with
   * @throws FileAlreadyExistsException when one of them is there
   */
  public static List<Path> write(
      Path directory,
      SyntheticConfig config,
      boolean movies,
      Decoder by,
      SyntheticCholec80.Listener listener)
      throws IOException {
    if (movies) {
      by.resolved();
    }
    for (String folder :
        List.of(movies ? "videos" : "frames", "phase_annotations", "tool_annotations")) {
      Files.createDirectories(directory.resolve(folder));
    }
    List<Integer> numbers = new ArrayList<>();
    for (int number = 1; number <= config.videos(); number++) {
      numbers.add(number);
    }
    int threads =
        config.threads() > 0 ? config.threads() : Runtime.getRuntime().availableProcessors();
    int[] done = new int[1];
    return Parallel.map(
        numbers,
        threads,
        number -> {
          Path written = one(directory, config, number, movies, by);
          synchronized (done) {
            done[0]++;
            listener.written(done[0], config.videos(), written);
          }
          return written;
        });
  }

  private static Path one(
      Path directory, SyntheticConfig config, int number, boolean movies, Decoder by)
      throws IOException {
    String name = String.format(Locale.ROOT, "video%02d", number);
    Path to =
        movies
            ? directory.resolve("videos").resolve(name + ".mp4")
            : directory.resolve("frames").resolve(name);
    if (Files.exists(to)) {
      throw new FileAlreadyExistsException(to.toString());
    }
    SyntheticVideo video = new SyntheticVideo(config, number);
    List<Frame> labels = new ArrayList<>();
    Path part = to.resolveSibling(name + ".part" + (movies ? ".mp4" : ""));
    try {
      if (movies) {
        movie(part, video, config, by, labels);
      } else {
        frames(part, video, name, labels);
      }
      annotations(directory, name, labels);
      Files.move(part, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw OutputFiles.explained(to, e);
    } finally {
      if (movies) {
        Files.deleteIfExists(part);
      }
    }
    return to;
  }

  private static void frames(Path folder, SyntheticVideo video, String name, List<Frame> labels)
      throws IOException {
    Files.createDirectories(folder);
    for (int i = 0; i < video.frames(); i++) {
      Frame frame = video.frame(i);
      Path file = folder.resolve(String.format(Locale.ROOT, "%s_%06d.png", name, i + 1));
      Files.write(file, Images.png(image(frame)));
      labels.add(label(frame));
    }
  }

  /** Without its pixels. */
  private static Frame label(Frame frame) {
    return new Frame(0, 0, new int[0], frame.instruments(), frame.phase());
  }

  private static BufferedImage image(Frame frame) {
    BufferedImage image =
        new BufferedImage(frame.width(), frame.height(), BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, frame.width(), frame.height(), frame.rgb(), 0, frame.width());
    return image;
  }

  private static void movie(
      Path file, SyntheticVideo video, SyntheticConfig config, Decoder by, List<Frame> labels)
      throws IOException {
    try (MovieWriter writer =
        by.create(file, new MovieWriter.Format(config.width(), config.height(), RATE))) {
      for (int i = 0; i < video.frames(); i++) {
        Frame frame = video.frame(i);
        writer.write(frame.rgb());
        labels.add(label(frame));
      }
      writer.finish();
    }
  }

  private static void annotations(Path directory, String name, List<Frame> labels)
      throws IOException {
    Path phases = directory.resolve("phase_annotations").resolve(name + "-phase.txt");
    Path tools = directory.resolve("tool_annotations").resolve(name + "-tool.txt");
    try (BufferedWriter out = Files.newBufferedWriter(phases, StandardCharsets.UTF_8)) {
      out.write("Frame\tPhase\n");
      for (int row = 0; row < labels.size() * RATE; row++) {
        out.write(row + "\t" + labels.get(row / RATE).phase().label + "\n");
      }
    }
    try (BufferedWriter out = Files.newBufferedWriter(tools, StandardCharsets.UTF_8)) {
      out.write("Frame\t" + String.join("\t", Instruments.NAMES) + "\n");
      for (int i = 0; i < labels.size(); i++) {
        List<String> flags = labels.get(i).instruments().stream().map(String::valueOf).toList();
        out.write(i * RATE + "\t" + String.join("\t", flags) + "\n");
      }
    }
  }
}
