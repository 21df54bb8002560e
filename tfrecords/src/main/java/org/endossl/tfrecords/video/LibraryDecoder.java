package org.endossl.tfrecords.video;

import static org.endossl.tfrecords.video.FfmpegLibrary.there;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.RecordFiles;
import org.jspecify.annotations.Nullable;

/** Decodes a video file by FFmpeg's libraries within this process. */
final class LibraryDecoder implements FrameSource {

  private static final int MOST_WARNINGS = 20;

  private final Path file;
  private final FrameChoice choice;
  private final AVFormatContext input = new AVFormatContext(null);
  private final AVPacket packet = there(avcodec.av_packet_alloc());
  private final AVFrame decoded = there(avutil.av_frame_alloc());
  private final AVFrame picked = there(avutil.av_frame_alloc());
  private final List<String> warnings = new ArrayList<>();
  private @Nullable AVCodecContext codec;
  private @Nullable FilterChain chain;
  private @Nullable PngEncoder png;
  private int stream;
  private long packets;
  private long seen;
  private long next;
  private boolean flushed;
  private boolean closed;

  private LibraryDecoder(Path file, FrameChoice choice) {
    this.file = file;
    this.choice = choice;
  }

  static LibraryDecoder open(Path file, FrameChoice choice) throws IOException {
    RecordFiles.requireFile(file);
    LibraryDecoder decoder = new LibraryDecoder(file, choice);
    try {
      decoder.begin();
      return decoder;
    } catch (IOException | RuntimeException e) {
      decoder.close();
      throw e;
    }
  }

  private void begin() throws IOException {
    AVDictionary options = new AVDictionary(null);
    try (BytePointer url =
        new BytePointer(
            ("file:" + file.toAbsolutePath() + "\0").getBytes(StandardCharsets.UTF_8))) {
      avutil.av_dict_set(options, "protocol_whitelist", "file", 0);
      avutil.av_dict_set(options, "format_whitelist", Ffmpeg.FORMATS, 0);
      check(avformat.avformat_open_input(input, url, null, options), "no video");
    } finally {
      avutil.av_dict_free(options);
    }
    check(avformat.avformat_find_stream_info(input, (PointerPointer<?>) null), "no video");
    stream = firstVideo();
    AVStream its = input.streams(stream);
    AVCodec kind = avcodec.avcodec_find_decoder(its.codecpar().codec_id());
    if (kind == null) {
      throw new DataException(
          file
              + ": a video of codec "
              + avcodec.avcodec_get_name(its.codecpar().codec_id()).getString()
              + ", for which there is no decoder; encode it anew, for example as H.264");
    }
    AVCodecContext context = there(avcodec.avcodec_alloc_context3(kind));
    codec = context;
    check(avcodec.avcodec_parameters_to_context(context, its.codecpar()), "no video");
    context.pkt_timebase(its.time_base());
    context.thread_count(0);
    check(avcodec.avcodec_open2(context, kind, (PointerPointer<?>) null), "cannot be decoded");
  }

  /** The first stream of pictures that is no cover. */
  private int firstVideo() throws DataException {
    for (int i = 0; i < input.nb_streams(); i++) {
      AVStream its = input.streams(i);
      if (its.codecpar().codec_type() == avutil.AVMEDIA_TYPE_VIDEO
          && (its.disposition() & avformat.AV_DISPOSITION_ATTACHED_PIC) == 0) {
        return i;
      }
    }
    throw new DataException(file + ": there is no video in this file" + hint());
  }

  private void check(int code, String what) throws DataException {
    if (code < 0) {
      throw new DataException(file + ": " + what + ", FFmpeg says: " + message(code) + hint());
    }
  }

  private static String message(int code) {
    return FfmpegLibrary.message(code);
  }

  private static String hint() {
    return "; copy the video again";
  }

  @Override
  public long frames() {
    return -1;
  }

  @Override
  public byte @Nullable [] next() throws IOException {
    if (!pick()) {
      if (next == 0) {
        throw new DataException(file + ": no frames in this video" + last() + hint());
      }
      return null;
    }
    try {
      if (png == null) {
        png = new PngEncoder(picked.width(), picked.height());
      }
      byte[] image = png.encode(picked);
      next++;
      return image;
    } finally {
      avutil.av_frame_unref(picked);
    }
  }

  private String last() {
    return warnings.isEmpty() ? "" : " (" + warnings.get(warnings.size() - 1) + ")";
  }

  /** Gets the next frame that the filters let through; false at the end. */
  private boolean pick() throws IOException {
    while (true) {
      if (chain != null) {
        int code = chain.pull(picked);
        if (code >= 0) {
          return true;
        }
        if (code == avutil.AVERROR_EOF) {
          return false;
        }
      }
      if (decode()) {
        if (chain == null) {
          chain = new FilterChain(decoded, choice.filters());
        }
        chain.push(decoded);
      } else if (chain != null) {
        chain.end();
      } else {
        return false;
      }
    }
  }

  /** Decodes the next frame; false at the end. */
  private boolean decode() throws IOException {
    AVCodecContext context = there(codec);
    while (true) {
      int code = avcodec.avcodec_receive_frame(context, decoded);
      if (code >= 0) {
        look();
        return true;
      }
      if (code == avutil.AVERROR_EOF) {
        return false;
      }
      if (code != avutil.AVERROR_EAGAIN()) {
        warn("packet " + packets + ": " + message(code));
      }
      feed(context);
    }
  }

  /** A frame of another size would be scaled silently; one with errors is told. */
  private void look() throws DataException {
    if (chain != null && !chain.takes(decoded)) {
      throw new DataException(
          file
              + " decoded frame "
              + seen
              + ": "
              + decoded.width()
              + "x"
              + decoded.height()
              + " and format "
              + decoded.format()
              + ", wanted those of the frames before; encode the video anew in one form");
    }
    if (decoded.decode_error_flags() != 0
        || (decoded.flags() & AVFrame.AV_FRAME_FLAG_CORRUPT) != 0) {
      warn("decoded frame " + seen + ": damaged, its missing parts were made up");
    }
    seen++;
  }

  /** Gives the decoder the next packet of the stream, or tells it once that there is none. */
  private void feed(AVCodecContext context) {
    if (flushed) {
      return;
    }
    int code = avformat.av_read_frame(input, packet);
    while (code >= 0 && packet.stream_index() != stream) {
      avcodec.av_packet_unref(packet);
      code = avformat.av_read_frame(input, packet);
    }
    if (code < 0) {
      if (code != avutil.AVERROR_EOF) {
        warn("behind packet " + packets + ": " + message(code));
      }
      flushed = true;
      avcodec.avcodec_send_packet(context, null);
      return;
    }
    int sent = avcodec.avcodec_send_packet(context, packet);
    avcodec.av_packet_unref(packet);
    if (sent < 0) {
      warn("packet " + packets + ": " + message(sent));
    }
    packets++;
  }

  private void warn(String what) {
    if (warnings.size() < MOST_WARNINGS) {
      warnings.add(what);
    }
  }

  @Override
  public String where() {
    return file + " frame " + next;
  }

  @Override
  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (png != null) {
      png.close();
    }
    if (chain != null) {
      chain.close();
    }
    avutil.av_frame_free(decoded);
    avutil.av_frame_free(picked);
    avcodec.av_packet_free(packet);
    if (codec != null) {
      avcodec.avcodec_free_context(codec);
    }
    if (!input.isNull()) {
      avformat.avformat_close_input(input);
    }
  }
}
