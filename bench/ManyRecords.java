import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.endossl.tfrecords.FrameCodec;
import org.endossl.tfrecords.FrameRecord;
import org.endossl.tfrecords.Images;
import org.endossl.tfrecords.Instruments;
import org.endossl.tfrecords.PhaseOrder;
import org.endossl.tfrecords.TfRecordWriter;

/**
 * Writes one record file of many frames of 8x8 in videos of 2,500, or the annotations of one video at 25 frames a second.
 *
 * <p>java -cp "$(cat target/run/classpath.cpu)" bench/ManyRecords.java records FILE.tfrecord COUNT
 * <p>java -cp "$(cat target/run/classpath.cpu)" bench/ManyRecords.java annotations DIR VIDEO COUNT
 */
public final class ManyRecords {
  private static final int VIDEO = 2500;

  public static void main(String[] arguments) throws IOException {
    if (arguments[0].equals("records")) {
      records(Path.of(arguments[1]), Integer.parseInt(arguments[2]));
    } else {
      annotations(Path.of(arguments[1]), arguments[2], Integer.parseInt(arguments[3]));
    }
  }

  private static void records(Path file, int count) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    try (TfRecordWriter writer = TfRecordWriter.create(file)) {
      for (int i = 0; i < count; i++) {
        BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
        for (int pixel = 0; pixel < 64; pixel++) {
          image.setRGB(pixel % 8, pixel / 8, (i * 64 + pixel) * 0x9e3779b1 >>> 8);
        }
        String video = "video%05d".formatted(i / VIDEO + 1);
        int total = Math.min(VIDEO, count - i / VIDEO * VIDEO);
        writer.write(
            FrameCodec.encode(
                new FrameRecord(Images.storedPng(image), video, i % VIDEO, total, List.of(1, 0, 1, 0, 0, 0, i % 2), i % VIDEO * 7 / VIDEO)));
      }
      writer.commit();
    }
  }

  private static void annotations(Path directory, String video, int count) throws IOException {
    Path phases = directory.resolve("phase_annotations");
    Path tools = directory.resolve("tool_annotations");
    Files.createDirectories(phases);
    Files.createDirectories(tools);
    try (Writer out = Files.newBufferedWriter(phases.resolve(video + "-phase.txt"))) {
      out.write("Frame\tPhase\n");
      for (int i = 0; i < count; i++) {
        out.write(i + "\t" + PhaseOrder.TF_CHOLEC80.names().get((int) (i * 7L / count)) + "\n");
      }
    }
    try (Writer out = Files.newBufferedWriter(tools.resolve(video + "-tool.txt"))) {
      out.write("Frame\t" + String.join("\t", Instruments.NAMES) + "\n");
      for (int i = 0; i < count; i += 25) {
        out.write(i + "\t1\t0\t0\t0\t0\t0\t0\n");
      }
    }
  }
}
