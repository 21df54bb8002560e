package org.endossl.tfrecords.video;

import static org.endossl.tfrecords.video.FfmpegLibrary.there;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.Nullable;

/** Encodes by FFmpeg's libraries within this process. */
final class LibraryMovie implements MovieWriter {

  private static final int QUALITY = 2;

  private final Path file;
  private final Format format;
  private final AVFormatContext output = new AVFormatContext(null);
  private final AVPacket packet = there(avcodec.av_packet_alloc());
  private final AVFrame rgb = there(avutil.av_frame_alloc());
  private final AVFrame scaled = there(avutil.av_frame_alloc());
  private @Nullable AVCodecContext codec;
  private @Nullable FilterChain chain;
  private long shown;
  private boolean closed;

  private LibraryMovie(Path file, Format format) {
    this.file = file;
    this.format = format;
  }

  static LibraryMovie create(Path file, Format format) throws IOException {
    Files.write(file, new byte[0]); // the clearer error where it cannot be written
    LibraryMovie movie = new LibraryMovie(file, format);
    try {
      movie.begin();
      return movie;
    } catch (IOException | RuntimeException e) {
      movie.close();
      throw e;
    }
  }

  private void begin() throws IOException {
    rgb.width(format.width());
    rgb.height(format.height());
    rgb.format(avutil.AV_PIX_FMT_RGB24);
    check(avutil.av_frame_get_buffer(rgb, 1));
    chain = new FilterChain(rgb, "scale=trunc(iw/2)*2:trunc(ih/2)*2:flags=bicubic,format=yuv420p");
    check(avformat.avformat_alloc_output_context2(output, null, "mp4", null));
    AVCodec mpeg4 = there(avcodec.avcodec_find_encoder(avcodec.AV_CODEC_ID_MPEG4));
    AVCodecContext context = there(avcodec.avcodec_alloc_context3(mpeg4));
    codec = context;
    context.width(chain.outWidth());
    context.height(chain.outHeight());
    context.pix_fmt(avutil.AV_PIX_FMT_YUV420P);
    context.time_base(avutil.av_make_q(1, RATE));
    context.framerate(avutil.av_make_q(RATE, 1));
    context.flags(
        context.flags()
            | avcodec.AV_CODEC_FLAG_QSCALE
            | avcodec.AV_CODEC_FLAG_BITEXACT
            | avcodec.AV_CODEC_FLAG_GLOBAL_HEADER);
    context.global_quality(QUALITY * avutil.FF_QP2LAMBDA);
    context.max_b_frames(2);
    context.thread_count(1);
    check(avcodec.avcodec_open2(context, mpeg4, (PointerPointer<?>) null));
    AVStream stream = there(avformat.avformat_new_stream(output, null));
    stream.time_base(context.time_base());
    check(avcodec.avcodec_parameters_from_context(stream.codecpar(), context));
    output.flags(output.flags() | AVFormatContext.AVFMT_FLAG_BITEXACT);
    AVIOContext to = new AVIOContext(null);
    try (BytePointer url =
        new BytePointer(
            ("file:" + file.toAbsolutePath() + "\0").getBytes(StandardCharsets.UTF_8))) {
      check(avformat.avio_open(to, url, avformat.AVIO_FLAG_WRITE));
    }
    output.pb(to);
    check(avformat.avformat_write_header(output, (AVDictionary) null));
  }

  private void check(int code) throws IOException {
    if (code < 0) {
      throw new IOException(file + ": cannot be written, FFmpeg says: " + message(code));
    }
  }

  private static String message(int code) {
    return FfmpegLibrary.message(code);
  }

  @Override
  public void write(int[] pixels) throws IOException {
    byte[] bytes = format.bytes(pixels);
    FilterChain its = Objects.requireNonNull(chain);
    check(avutil.av_frame_make_writable(rgb));
    BytePointer to = rgb.data(0);
    int row = format.width() * 3;
    for (int y = 0; y < format.height(); y++) {
      to.position((long) y * rgb.linesize(0)).put(bytes, y * row, row);
    }
    to.position(0);
    AVFrame pushed = there(avutil.av_frame_clone(rgb));
    try {
      its.push(pushed);
    } finally {
      avutil.av_frame_free(pushed);
    }
    check(its.pull(scaled));
    for (int i = 0; i < format.hold(); i++) {
      scaled.pts(shown++);
      check(avcodec.avcodec_send_frame(there(codec), scaled));
      drain();
    }
    avutil.av_frame_unref(scaled);
  }

  private void drain() throws IOException {
    AVCodecContext context = there(codec);
    int code = avcodec.avcodec_receive_packet(context, packet);
    while (code >= 0) {
      packet.duration(1);
      avcodec.av_packet_rescale_ts(packet, context.time_base(), output.streams(0).time_base());
      check(avformat.av_interleaved_write_frame(output, packet));
      code = avcodec.avcodec_receive_packet(context, packet);
    }
    if (code != avutil.AVERROR_EAGAIN() && code != avutil.AVERROR_EOF) {
      check(code);
    }
  }

  @Override
  public void finish() throws IOException {
    check(avcodec.avcodec_send_frame(there(codec), null));
    drain();
    check(avformat.av_write_trailer(output));
    AVIOContext to = output.pb();
    output.pb(null);
    check(avformat.avio_closep(to));
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (chain != null) {
      chain.close();
    }
    avutil.av_frame_free(rgb);
    avutil.av_frame_free(scaled);
    avcodec.av_packet_free(packet);
    if (codec != null) {
      avcodec.avcodec_free_context(codec);
    }
    if (!output.isNull()) {
      if (output.pb() != null) {
        avformat.avio_closep(output.pb());
      }
      avformat.avformat_free_context(output);
    }
  }
}
