package org.endossl.train.board;

import com.google.protobuf.ByteString;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Map;
import org.endossl.tfrecords.FramedRecord;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.SessionLog;
import org.tensorflow.proto.Summary;

/**
 * One event file of TensorBoard: {@code Event} messages in TFRecord framing, each flushed as it is
 * written, so that TensorBoard can read along and a killed process loses none.
 *
 * <p>A run that goes on opens another file in the same folder, which begins with a session log:
 * TensorBoard then drops what earlier files hold of that step and later ones.
 */
public final class EventFile implements Closeable {
  private static final String VERSION = "brain.Event:2";

  private final Path file;
  private final OutputStream out;

  private EventFile(Path file, OutputStream out) {
    this.file = file;
    this.out = out;
  }

  /**
   * Begins a new file.
   *
   * @param folder made if it is not there
   * @param firstStep the first step that will be written
   */
  public static EventFile create(Path folder, long firstStep) throws IOException {
    Files.createDirectories(folder);
    Path file = free(folder);
    OutputStream out =
        Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    EventFile made = new EventFile(file, out);
    made.write(Event.newBuilder().setFileVersion(VERSION));
    made.write(
        Event.newBuilder()
            .setStep(firstStep)
            .setSessionLog(SessionLog.newBuilder().setStatus(SessionLog.SessionStatus.START)));
    return made;
  }

  /** TensorBoard takes a file's place in time from its name: later files must sort later. */
  private static Path free(Path folder) throws IOException {
    long seconds = System.currentTimeMillis() / 1000;
    for (int i = 0; ; i++) {
      Path file =
          folder.resolve(
              String.format(
                  Locale.ROOT,
                  "events.out.tfevents.%010d.endossl.%d.%d",
                  seconds,
                  ProcessHandle.current().pid(),
                  i));
      if (!Files.exists(file)) {
        return file;
      }
    }
  }

  /** The file. */
  public Path file() {
    return file;
  }

  /** Writes one point of each curve; the names may hold {@code /}, which groups them. */
  public void scalars(long step, Map<String, Double> values) throws IOException {
    Summary.Builder summary = Summary.newBuilder();
    values.forEach(
        (tag, value) ->
            summary.addValue(
                Summary.Value.newBuilder().setTag(tag).setSimpleValue(value.floatValue())));
    write(Event.newBuilder().setStep(step).setSummary(summary));
  }

  /** Writes a picture. */
  public void image(long step, String tag, Picture picture) throws IOException {
    Summary.Image image =
        Summary.Image.newBuilder()
            .setWidth(picture.width())
            .setHeight(picture.height())
            .setColorspace(3)
            .setEncodedImageString(ByteString.copyFrom(picture.png()))
            .build();
    write(
        Event.newBuilder()
            .setStep(step)
            .setSummary(
                Summary.newBuilder()
                    .addValue(Summary.Value.newBuilder().setTag(tag).setImage(image))));
  }

  private void write(Event.Builder event) throws IOException {
    event.setWallTime(System.currentTimeMillis() / 1e3);
    out.write(FramedRecord.of(event.build().toByteArray()));
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
