package org.endossl.tfrecords.video;

import java.util.Objects;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avfilter;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/** FFmpeg's libraries (Bytedeco's LGPL build), if there are any for this platform. */
final class FfmpegLibrary {

  private static final int MESSAGE_BYTES = 256;

  private FfmpegLibrary() {}

  /** Loads them once; a class of its own, so that nothing else of them is touched before. */
  private static final class Loaded {
    static final @Nullable String PROBLEM = load();

    private static @Nullable String load() {
      try {
        Loader.load(avfilter.class);
        Loader.load(avformat.class);
        Loader.load(avcodec.class);
        Loader.load(avutil.class);
        avutil.av_log_set_level(avutil.AV_LOG_QUIET); // what is wrong is told by return values
        return null;
      } catch (LinkageError | RuntimeException e) {
        return Objects.toString(e.getMessage(), e.toString()).lines().findFirst().orElse("");
      }
    }
  }

  /** Why they cannot be used, or null. */
  static @Nullable String problem() {
    return Loaded.PROBLEM;
  }

  /** Such as {@code 7.1}. */
  static String version() {
    return avutil.av_version_info().getString();
  }

  /** What an error code means. */
  static String message(int code) {
    byte[] text = new byte[MESSAGE_BYTES];
    if (avutil.av_strerror(code, text, text.length) < 0) {
      return "error " + code;
    }
    int end = 0;
    while (end < text.length && text[end] != 0) {
      end++;
    }
    return new String(text, 0, end, java.nio.charset.StandardCharsets.UTF_8);
  }

  /** A value that an allocation gave. */
  static <T extends org.bytedeco.javacpp.Pointer> T there(@Nullable T pointer) {
    if (pointer == null || pointer.isNull()) {
      throw new OutOfMemoryError("FFmpeg: no memory left");
    }
    return pointer;
  }
}
