package org.endossl.tfrecords.video;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.endossl.tfrecords.MissingProgramException;

/** By what videos are decoded and encoded. Both give the same frames. */
public enum Decoder {
  /** {@link #IN_PROCESS} where it is there, else {@link #PATH}. */
  AUTO,
  /** FFmpeg's libraries, loaded into this process. */
  IN_PROCESS,
  /** The ffmpeg on the PATH, one process per video. */
  PATH;

  /**
   * Which of the two it is here.
   *
   * @return IN_PROCESS or PATH
   * @throws MissingProgramException when it is not there; says what to do
   */
  public Decoder resolved() throws MissingProgramException {
    String problem = this == PATH ? null : FfmpegLibrary.problem();
    if (this != PATH && problem == null) {
      return IN_PROCESS;
    }
    if (this == IN_PROCESS) {
      throw new MissingProgramException(
          "FFmpeg's libraries: cannot be loaded ("
              + problem
              + "); use the ffmpeg on the PATH or build with the libraries of this platform");
    }
    if (this == AUTO && !Ffmpeg.isThere()) {
      throw new MissingProgramException(
          "videos: FFmpeg's libraries cannot be loaded ("
              + problem
              + ") and there is no ffmpeg on the PATH; install it (for example: apt-get install"
              + " ffmpeg) or work with extracted frames");
    }
    Ffmpeg.find();
    return PATH;
  }

  /** Whether videos can be decoded here. */
  public boolean isThere() {
    try {
      resolved();
      return true;
    } catch (MissingProgramException e) {
      return false;
    }
  }

  /** What it is here, for people: {@code FFmpeg 7.1 in this process}, {@code /usr/bin/ffmpeg}. */
  public String described() throws MissingProgramException {
    return resolved() == IN_PROCESS
        ? "FFmpeg " + FfmpegLibrary.version() + " in this process"
        : Objects.toString(Ffmpeg.find());
  }

  /**
   * Starts to decode a video.
   *
   * @throws MissingProgramException when there is nothing to decode with
   * @throws org.endossl.tfrecords.DataException when it is no video
   */
  public FrameSource open(Path file, FrameChoice choice) throws IOException {
    return resolved() == IN_PROCESS
        ? LibraryDecoder.open(file, choice)
        : ProgramDecoder.open(file, choice);
  }

  /**
   * Starts to write a video.
   *
   * @param file replaced when it is there
   * @param format of the video
   * @throws MissingProgramException when there is nothing to encode with
   */
  public MovieWriter create(Path file, MovieWriter.Format format) throws IOException {
    return resolved() == IN_PROCESS
        ? LibraryMovie.create(file, format)
        : ProgramMovie.create(file, format);
  }
}
