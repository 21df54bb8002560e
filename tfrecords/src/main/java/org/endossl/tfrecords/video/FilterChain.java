package org.endossl.tfrecords.video;

import static org.endossl.tfrecords.video.FfmpegLibrary.there;

import java.io.Closeable;
import java.io.IOException;
import org.bytedeco.ffmpeg.avfilter.AVFilterContext;
import org.bytedeco.ffmpeg.avfilter.AVFilterGraph;
import org.bytedeco.ffmpeg.avfilter.AVFilterInOut;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avfilter;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;

/** Filters in FFmpeg's notation, from frames of one form to frames. */
final class FilterChain implements Closeable {

  private final AVFilterGraph graph;
  private final AVFilterContext source = new AVFilterContext(null);
  private final AVFilterContext sink = new AVFilterContext(null);
  private final int width;
  private final int height;
  private final int format;

  /**
   * Builds.
   *
   * @param first a frame of the form that all will have
   */
  FilterChain(AVFrame first, String filters) throws IOException {
    this.width = first.width();
    this.height = first.height();
    this.format = first.format();
    this.graph = there(avfilter.avfilter_graph_alloc());
    try {
      build(first, filters);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private void build(AVFrame first, String filters) throws IOException {
    String form =
        "video_size="
            + width
            + "x"
            + height
            + ":pix_fmt="
            + format
            + ":time_base=1/25:colorspace="
            + first.colorspace()
            + ":range="
            + first.color_range();
    graph.nb_threads(1);
    check(
        avfilter.avfilter_graph_create_filter(
            source, avfilter.avfilter_get_by_name("buffer"), "in", form, null, graph));
    check(
        avfilter.avfilter_graph_create_filter(
            sink, avfilter.avfilter_get_by_name("buffersink"), "out", null, null, graph));
    AVFilterInOut outputs = end("in", source);
    AVFilterInOut inputs = end("out", sink);
    try {
      check(avfilter.avfilter_graph_parse_ptr(graph, filters, inputs, outputs, null));
      check(avfilter.avfilter_graph_config(graph, null));
    } finally {
      avfilter.avfilter_inout_free(inputs);
      avfilter.avfilter_inout_free(outputs);
    }
  }

  private static AVFilterInOut end(String name, AVFilterContext context) {
    AVFilterInOut end = there(avfilter.avfilter_inout_alloc());
    end.name(there(avutil.av_strdup(new BytePointer(name))));
    end.filter_ctx(context);
    end.pad_idx(0);
    end.next(null);
    return end;
  }

  private static void check(int code) throws IOException {
    if (code < 0) {
      throw new IOException("FFmpeg's filters: " + FfmpegLibrary.message(code));
    }
  }

  /** Whether a frame has the form that this was built for. */
  boolean takes(AVFrame frame) {
    return frame.width() == width && frame.height() == height && frame.format() == format;
  }

  /** Gives it a frame, which is empty afterwards. */
  void push(AVFrame frame) throws IOException {
    check(avfilter.av_buffersrc_add_frame(source, frame));
  }

  /** Tells it that no more frames come. */
  void end() throws IOException {
    check(avfilter.av_buffersrc_add_frame(source, null));
  }

  /** Takes a frame: 0, EAGAIN when it wants more, EOF at the end. */
  int pull(AVFrame to) throws IOException {
    int code = avfilter.av_buffersink_get_frame(sink, to);
    if (code != avutil.AVERROR_EAGAIN() && code != avutil.AVERROR_EOF) {
      check(code);
    }
    return code;
  }

  /** The form of what comes out. */
  int outWidth() {
    return avfilter.av_buffersink_get_w(sink);
  }

  /** The form of what comes out. */
  int outHeight() {
    return avfilter.av_buffersink_get_h(sink);
  }

  @Override
  public void close() {
    avfilter.avfilter_graph_free(graph);
  }
}
