package org.endossl.tfrecords.convert;

import java.nio.file.Path;
import java.util.List;
import org.endossl.tfrecords.Compression;
import org.endossl.tfrecords.ImageSize;
import org.endossl.tfrecords.PhaseOrder;
import org.endossl.tfrecords.Share;
import org.endossl.tfrecords.video.Decoder;
import org.jspecify.annotations.Nullable;

/**
 * What is to be converted, and how.
 *
 * @param input a directory with {@code phase_annotations/}, {@code tool_annotations/} and either
 *     {@code frames/} or {@code videos/}
 * @param output the directory that the record files are written to; made when it is not there
 * @param layout which of the two is read
 * @param videos the videos' names; empty for all that are there
 * @param framesPerSecond of the records; the annotations have 25
 * @param size what the frames are resized to, or null to keep them as they are
 * @param compression of the record files
 * @param shards files per video
 * @param phaseOrder how the records number the phases
 * @param tools whether the tool annotations are read; without them all instruments are 0
 * @param resume whether videos that are complete in the output are passed over
 * @param workers videos at a time
 * @param editing crop of the border and filters
 * @param reading how the input is read
 */
public record ConvertRequest(
    Path input,
    Path output,
    Layout layout,
    List<String> videos,
    double framesPerSecond,
    @Nullable ImageSize size,
    Compression compression,
    int shards,
    PhaseOrder phaseOrder,
    boolean tools,
    boolean resume,
    int workers,
    Editing editing,
    Reading reading) {

  /**
   * How the input is read.
   *
   * @param decoder of videos
   * @param extractedRate frames per second at which frames were extracted
   * @param share which of the videos; the other processes write to the same directory
   */
  public record Reading(Decoder decoder, double extractedRate, Share share) {

    /** Whatever decoder is there; frames extracted once a second, as endossl has them. */
    public static final Reading DEFAULT = new Reading(Decoder.AUTO, 1, Share.ALL);

    public Reading {
      if (!(extractedRate > 0) || extractedRate > Annotations.RATE) {
        throw new IllegalArgumentException(
            "extracted frames per second: got "
                + extractedRate
                + ", wanted more than 0 and at most 25");
      }
    }
  }

  /** Frames as they are. */
  public ConvertRequest(
      Path input,
      Path output,
      Layout layout,
      List<String> videos,
      double framesPerSecond,
      @Nullable ImageSize size,
      Compression compression,
      int shards,
      PhaseOrder phaseOrder,
      boolean tools,
      boolean resume,
      int workers) {
    this(
        input,
        output,
        layout,
        videos,
        framesPerSecond,
        size,
        compression,
        shards,
        phaseOrder,
        tools,
        resume,
        workers,
        Editing.NONE,
        Reading.DEFAULT);
  }

  /** What the decoder resizes to: nothing where the border is cut first. */
  @Nullable ImageSize decodedSize() {
    return editing.isNone() ? size : null;
  }

  /** How Cholec80 lies in the input directory. */
  public enum Layout {
    /** {@code frames/videoNN/videoNN_000001.png}, as endossl reads it. */
    FRAMES,
    /** {@code videos/videoNN.mp4}, as Cholec80 is published. */
    VIDEOS,
    /** Frames where there are any, else videos. */
    AUTO
  }

  public ConvertRequest {
    videos = List.copyOf(videos);
    if (!(framesPerSecond > 0) || framesPerSecond > Annotations.RATE) {
      throw new IllegalArgumentException(
          "frames per second: got " + framesPerSecond + ", wanted more than 0 and at most 25");
    }
    if (shards < 1 || shards > 99_999) {
      throw new IllegalArgumentException("shards: got " + shards + ", wanted 1 to 99999");
    }
    if (workers < 1) {
      throw new IllegalArgumentException("workers: got " + workers + ", wanted at least 1");
    }
  }

  /** The same, of another input directory. */
  public ConvertRequest withInput(Path directory) {
    return with(directory, reading);
  }

  /** The same, read in another way. */
  public ConvertRequest withReading(Reading other) {
    return with(input, other);
  }

  private ConvertRequest with(Path from, Reading how) {
    return new ConvertRequest(
        from,
        output,
        layout,
        videos,
        framesPerSecond,
        size,
        compression,
        shards,
        phaseOrder,
        tools,
        resume,
        workers,
        editing,
        how);
  }

  /** All videos at one frame a second, as they are, one plain file each. */
  public static ConvertRequest of(Path input, Path output) {
    return new ConvertRequest(
        input,
        output,
        Layout.AUTO,
        List.of(),
        1,
        null,
        Compression.NONE,
        1,
        PhaseOrder.TF_CHOLEC80,
        true,
        false,
        1);
  }
}
