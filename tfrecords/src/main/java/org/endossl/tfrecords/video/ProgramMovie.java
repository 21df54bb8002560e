package org.endossl.tfrecords.video;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Path;

/** Encodes by the ffmpeg on the PATH. */
final class ProgramMovie implements MovieWriter {

  private final Path file;
  private final Format format;
  private final Process process;
  private final OutputStream out;

  private ProgramMovie(Path file, Format format, Process process) {
    this.file = file;
    this.format = format;
    this.process = process;
    this.out = new BufferedOutputStream(process.getOutputStream(), 1 << 16);
  }

  static ProgramMovie create(Path file, Format format) throws IOException {
    Process process =
        new ProcessBuilder(
                Ffmpeg.find().toString(),
                "-nostdin",
                "-v",
                "error",
                "-y",
                "-f",
                "rawvideo",
                "-pix_fmt",
                "rgb24",
                "-s",
                format.width() + "x" + format.height(),
                "-r",
                Integer.toString(RATE),
                "-i",
                "pipe:0",
                "-vf",
                "scale=trunc(iw/2)*2:trunc(ih/2)*2",
                "-c:v",
                "mpeg4",
                "-q:v",
                "2",
                "-bf",
                "2",
                "-pix_fmt",
                "yuv420p",
                "-flags",
                "+bitexact",
                "-fflags",
                "+bitexact",
                "-threads",
                "1",
                "-f",
                "mp4",
                "file:" + file.toAbsolutePath())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return new ProgramMovie(file, format, process);
  }

  @Override
  public void write(int[] rgb) throws IOException {
    byte[] bytes = format.bytes(rgb);
    try {
      for (int i = 0; i < format.hold(); i++) {
        out.write(bytes);
      }
    } catch (IOException e) {
      throw new IOException(file + ": ffmpeg took no more frames", e);
    }
  }

  @Override
  public void finish() throws IOException {
    try {
      out.close();
      int code = process.waitFor();
      if (code != 0) {
        throw new IOException(file + ": ffmpeg failed with code " + code);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while writing " + file);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
