package org.endossl.tfrecords.video;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.endossl.tfrecords.MissingProgramException;

/** The ffmpeg on the PATH. */
public final class Ffmpeg {

  /** Kinds of files that are read; lists of other files and addresses are not among them. */
  static final String FORMATS = "mov,matroska,avi,mpegts,mpeg";

  private Ffmpeg() {}

  /**
   * Where it is.
   *
   * @throws MissingProgramException when there is none
   */
  public static Path find() throws MissingProgramException {
    String path = System.getenv("PATH");
    for (String directory : (path == null ? "" : path).split(File.pathSeparator, -1)) {
      for (String name : List.of("ffmpeg", "ffmpeg.exe")) {
        Path program = Path.of(directory.isEmpty() ? "." : directory, name);
        if (Files.isExecutable(program) && Files.isRegularFile(program)) {
          return program;
        }
      }
    }
    throw new MissingProgramException(
        "ffmpeg: not found on the PATH, wanted for videos; install it (for example: apt-get"
            + " install ffmpeg) or work with extracted frames");
  }

  /** Whether it is there. */
  public static boolean isThere() {
    try {
      find();
      return true;
    } catch (MissingProgramException e) {
      return false;
    }
  }
}
