package org.endossl.tfrecords.video;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.MissingProgramException;
import org.jspecify.annotations.Nullable;

/** Decodes a video file by an ffmpeg on the PATH. */
final class ProgramDecoder implements FrameSource {

  private static final int MOST_WARNINGS = 20;

  private final Path file;
  private final Process process;
  private final PngStream frames;
  private final Thread listener;
  private final List<String> complaints = new ArrayList<>();
  private long next;
  private boolean ended;

  private ProgramDecoder(Path file, Process process) {
    this.file = file;
    this.process = process;
    this.frames = new PngStream(new BufferedInputStream(process.getInputStream(), 1 << 16));
    this.listener = new Thread(this::listen, "ffmpeg messages");
    listener.setDaemon(true);
    listener.start();
  }

  /**
   * Starts the decoder.
   *
   * @throws MissingProgramException when there is no ffmpeg
   */
  static ProgramDecoder open(Path file, FrameChoice choice) throws IOException {
    List<String> command =
        List.of(
            Ffmpeg.find().toString(),
            "-nostdin",
            "-v",
            "error",
            "-protocol_whitelist",
            "file",
            "-format_whitelist",
            Ffmpeg.FORMATS,
            "-noautorotate",
            "-i",
            "file:" + file.toAbsolutePath(),
            "-map",
            "0:V:0",
            "-vf",
            choice.filters(),
            "-r",
            "25",
            "-c:v",
            "png",
            "-flags",
            "+bitexact",
            "-f",
            "image2pipe",
            "-");
    Process process = new ProcessBuilder(command).start();
    process.getOutputStream().close();
    return new ProgramDecoder(file, process);
  }

  private void listen() {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
      String line;
      while ((line = in.readLine()) != null) {
        synchronized (complaints) {
          if (complaints.size() < MOST_WARNINGS) {
            complaints.add(line.strip());
          }
        }
      }
    } catch (IOException | UncheckedIOException e) {
      return; // the process was ended
    }
  }

  @Override
  public long frames() {
    return -1;
  }

  @Override
  public byte @Nullable [] next() throws IOException {
    if (ended) {
      return null;
    }
    byte[] image;
    try {
      image = frames.next();
    } catch (EOFException e) {
      finish();
      throw new DataException(where() + ": ffmpeg stopped within a frame" + complaint(), e);
    }
    if (image == null) {
      finish();
      return null;
    }
    next++;
    return image;
  }

  private void finish() throws IOException {
    ended = true;
    try {
      int code = process.waitFor();
      listener.join();
      if (code != 0) {
        throw new DataException(where() + ": ffmpeg failed with code " + code + complaint());
      }
      if (next == 0) {
        throw new DataException(file + ": no frames in this video" + complaint());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while decoding " + file);
    }
  }

  private String complaint() {
    List<String> lines = warnings();
    return lines.isEmpty() ? "" : " (" + lines.get(lines.size() - 1) + ")";
  }

  @Override
  public String where() {
    return file + " frame " + next;
  }

  @Override
  public List<String> warnings() {
    synchronized (complaints) {
      return List.copyOf(complaints);
    }
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.getInputStream().close();
  }
}
