package org.endossl.data.synthetic;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.endossl.tfrecords.FrameCodec;
import org.endossl.tfrecords.FrameRecord;
import org.endossl.tfrecords.PhaseOrder;
import org.endossl.tfrecords.TfRecordWriter;

/** Writes a synthetic data set: a file {@code videoNN.tfrecord} per video, and the label order. */
public final class SyntheticCholec80 {
  private SyntheticCholec80() {}

  /** Told when a video is on disk, in no particular order, by one thread at a time. */
  @FunctionalInterface
  public interface Listener {
    /** {@code done} of {@code videos} are there, {@code file} being the latest. */
    void written(int done, int videos, Path file);
  }

  /**
   * Renders and writes all videos. The records' bytes depend on the configuration only.
   *
   * @param directory made when it is not there
   * @return the files in the order of the videos
   * @throws IllegalArgumentException when record files of other videos are in the directory
   * @throws IOException when they cannot be written; complete files stay
   */
  public static List<Path> write(Path directory, SyntheticConfig config, Listener listener)
      throws IOException, InterruptedException {
    Files.createDirectories(directory);
    List<Path> files = new ArrayList<>();
    for (int number = 1; number <= config.videos(); number++) {
      files.add(directory.resolve(name(number) + ".tfrecord"));
    }
    refuseOthers(directory, files);
    int threads =
        config.threads() > 0 ? config.threads() : Runtime.getRuntime().availableProcessors();
    ExecutorService pool = Executors.newFixedThreadPool(Math.min(threads, config.videos()));
    try {
      ExecutorCompletionService<Path> done = new ExecutorCompletionService<>(pool);
      for (int number = 1; number <= config.videos(); number++) {
        int n = number;
        done.submit(() -> writeVideo(files.get(n - 1), config, n));
      }
      for (int i = 1; i <= config.videos(); i++) {
        listener.written(i, config.videos(), done.take().get());
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException unwritable) {
        throw unwritable;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      pool.shutdownNow();
      pool.awaitTermination(1, TimeUnit.MINUTES); // they remove their unfinished files
    }
    PhaseOrder.TF_CHOLEC80.write(directory);
    return List.copyOf(files);
  }

  private static String name(int number) {
    return String.format(Locale.ROOT, "video%02d", number);
  }

  private static void refuseOthers(Path directory, List<Path> files) throws IOException {
    try (DirectoryStream<Path> there = Files.newDirectoryStream(directory, "*.tfrecord*")) {
      for (Path file : there) {
        if (file.toString().endsWith(".tfrecord") && !files.contains(file)) {
          throw new IllegalArgumentException(
              directory
                  + ": holds "
                  + file.getFileName()
                  + ", which is not of this set; choose another directory or remove it");
        }
      }
    }
  }

  private static Path writeVideo(Path file, SyntheticConfig config, int number) throws IOException {
    SyntheticVideo video = new SyntheticVideo(config, number);
    try (TfRecordWriter writer = TfRecordWriter.create(file)) {
      for (int i = 0; i < video.frames() && !Thread.currentThread().isInterrupted(); i++) {
        Frame frame = video.frame(i);
        FrameRecord example =
            new FrameRecord(
                png(frame),
                name(number),
                i,
                video.frames(),
                frame.instruments(),
                PhaseOrder.TF_CHOLEC80.index(frame.phase().label));
        writer.write(FrameCodec.encode(example));
      }
      if (!Thread.currentThread().isInterrupted()) {
        writer.commit();
      }
    }
    return file;
  }

  private static byte[] png(Frame frame) throws IOException {
    BufferedImage image =
        new BufferedImage(frame.width(), frame.height(), BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, frame.width(), frame.height(), frame.rgb(), 0, frame.width());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      if (!ImageIO.write(image, "png", out)) {
        throw new IOException("this Java runtime has no PNG writer");
      }
    }
    return bytes.toByteArray();
  }
}
