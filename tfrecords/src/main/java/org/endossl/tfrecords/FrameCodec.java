package org.endossl.tfrecords;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tensorflow.proto.Example;
import org.tensorflow.proto.Features;

/**
 * TF-Cholec80's frame schema ({@code mk_template_dict} in its {@code dataset.py}): frame, video_id,
 * frame_id, total_frames, instruments, phase. Further features are ignored, missing ones and those
 * of another kind are refused; nothing is repaired.
 */
public final class FrameCodec {

  /** The encoded image. */
  public static final String FRAME = "frame";

  /** The video's name. */
  public static final String VIDEO_ID = "video_id";

  /** The frame's number in its video. */
  public static final String FRAME_ID = "frame_id";

  /** Frames of the whole video. */
  public static final String TOTAL_FRAMES = "total_frames";

  /** Seven zeros and ones. */
  public static final String INSTRUMENTS = "instruments";

  /** 0 to 6. */
  public static final String PHASE = "phase";

  private static final String REPAIR = "; correct the record or leave it out";

  private FrameCodec() {}

  /** A record's checked content, its image not yet copied. */
  @SuppressWarnings("ArrayRecordComponent") // internal, never compared
  record Parsed(
      byte[] example,
      int imageOffset,
      int imageLength,
      String videoId,
      long frameId,
      long totalFrames,
      List<Integer> instruments,
      int phase) {

    FrameRecord toRecord() {
      byte[] image = Arrays.copyOfRange(example, imageOffset, imageOffset + imageLength);
      return new FrameRecord(image, videoId, frameId, totalFrames, instruments, phase);
    }
  }

  /**
   * The frame in a serialised Example.
   *
   * @param example the data of a TFRecord
   * @param where named in the exception
   * @throws DataException when it does not follow the schema or the image is not complete
   */
  public static FrameRecord decode(byte[] example, Place where) throws DataException {
    return parse(example, where).toRecord();
  }

  static Parsed parse(byte[] example, Place where) throws DataException {
    try {
      ExampleCodec features = ExampleCodec.parse(example);
      Parsed parsed = parse(features, example);
      String problem = problem(parsed, features.integers(PHASE, 1)[0]);
      if (problem != null) {
        throw where.fail(problem + REPAIR);
      }
      return parsed;
    } catch (DataException e) {
      throw e;
    } catch (IOException e) {
      throw where.fail("not a frame's Example: " + oneLine(e) + REPAIR, e);
    }
  }

  private static Parsed parse(ExampleCodec features, byte[] example) throws IOException {
    ExampleCodec.Slice image = features.slice(FRAME);
    long[] flags = features.integers(INSTRUMENTS, Instruments.COUNT);
    List<Integer> instruments = new ArrayList<>(Instruments.COUNT);
    for (long flag : flags) {
      instruments.add((int) Math.max(-1, Math.min(flag, Integer.MAX_VALUE)));
    }
    return new Parsed(
        example,
        image.offset(),
        image.length(),
        new String(features.bytes(VIDEO_ID), StandardCharsets.UTF_8),
        features.integers(FRAME_ID, 1)[0],
        features.integers(TOTAL_FRAMES, 1)[0],
        List.copyOf(instruments),
        (int) features.integers(PHASE, 1)[0]);
  }

  private static @Nullable String problem(Parsed parsed, long phase) {
    String labels =
        FrameLabels.problem(
            parsed.videoId(), parsed.frameId(), parsed.totalFrames(), parsed.instruments(), phase);
    if (labels != null) {
      return labels;
    }
    String image = ImageCheck.problem(parsed.example(), parsed.imageOffset(), parsed.imageLength());
    return image == null ? null : "frame is " + image;
  }

  private static String oneLine(IOException e) {
    return String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
  }

  /** The serialised Example of a frame; the same frame always gives the same bytes. */
  public static byte[] encode(FrameRecord frame) {
    Iterable<Long> instruments = frame.instruments().stream().map(Integer::longValue).toList();
    Features features =
        Features.newBuilder()
            .putFeature(FRAME, ExampleCodec.feature(ByteString.copyFrom(frame.image())))
            .putFeature(VIDEO_ID, ExampleCodec.feature(ByteString.copyFromUtf8(frame.videoId())))
            .putFeature(FRAME_ID, ExampleCodec.feature(List.of(frame.frameId())))
            .putFeature(TOTAL_FRAMES, ExampleCodec.feature(List.of(frame.totalFrames())))
            .putFeature(INSTRUMENTS, ExampleCodec.feature(instruments))
            .putFeature(PHASE, ExampleCodec.feature(List.of((long) frame.phase())))
            .build();
    return ExampleCodec.serialize(Example.newBuilder().setFeatures(features).build());
  }
}
