package org.endossl.tfrecords.video;

import static org.endossl.tfrecords.video.FfmpegLibrary.there;

import java.io.Closeable;
import java.io.IOException;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.PointerPointer;

/** Red-green-blue frames of one size to PNG, as the program ffmpeg does it. */
final class PngEncoder implements Closeable {

  private final AVCodecContext codec;
  private final AVPacket packet;

  PngEncoder(int width, int height) throws IOException {
    AVCodec png = there(avcodec.avcodec_find_encoder(avcodec.AV_CODEC_ID_PNG));
    this.codec = there(avcodec.avcodec_alloc_context3(png));
    this.packet = there(avcodec.av_packet_alloc());
    codec.width(width);
    codec.height(height);
    codec.pix_fmt(avutil.AV_PIX_FMT_RGB24);
    codec.time_base(avutil.av_make_q(1, 25));
    codec.flags(codec.flags() | avcodec.AV_CODEC_FLAG_BITEXACT);
    codec.thread_count(1);
    try {
      check(avcodec.avcodec_open2(codec, png, (PointerPointer<?>) null));
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private static void check(int code) throws IOException {
    if (code < 0) {
      throw new IOException("FFmpeg's PNG encoder: " + FfmpegLibrary.message(code));
    }
  }

  byte[] encode(AVFrame frame) throws IOException {
    check(avcodec.avcodec_send_frame(codec, frame));
    check(avcodec.avcodec_receive_packet(codec, packet));
    byte[] bytes = new byte[packet.size()];
    packet.data().get(bytes);
    avcodec.av_packet_unref(packet);
    return bytes;
  }

  @Override
  public void close() {
    avcodec.av_packet_free(packet);
    avcodec.avcodec_free_context(codec);
  }
}
