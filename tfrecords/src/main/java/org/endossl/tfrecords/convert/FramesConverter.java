package org.endossl.tfrecords.convert;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.endossl.tfrecords.Compression;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.Parallel;
import org.endossl.tfrecords.TfRecordReader;
import org.endossl.tfrecords.TfRecordWriter;
import org.endossl.tfrecords.convert.ConvertRequest.Layout;
import org.endossl.tfrecords.video.FrameSource;

/**
 * Makes TF-Cholec80's TFRecords of videos or extracted frames and their annotations.
 *
 * <p>A video's files appear complete or not at all; the same input gives the same bytes (decoded
 * videos: with the same ffmpeg); memory does not grow with the number of frames. Frames at the end
 * for which there is no annotation are left out and counted. Images keep their bytes unless they
 * are resized or cut. Frames that a filter drops keep their numbers: the others' do not change.
 */
public final class FramesConverter {

  /** A decoded video may be so many annotation rows shorter than its annotations. */
  private static final long TOLERATED_ROWS = 50;

  private final ConvertRequest request;
  private final InputDirectory input;
  private final OutputDirectory output;
  private final Map<String, Long> dropped = new ConcurrentHashMap<>();

  private FramesConverter(ConvertRequest request, InputDirectory input) {
    this.request = request;
    this.input = input;
    this.output = new OutputDirectory(request, input.layout());
  }

  /**
   * Converts the videos that are asked for.
   *
   * @param listener told a few times a second how far it is, by any thread but one at a time
   * @throws DataException when the input is not what it should be
   * @throws IllegalArgumentException when the output directory holds something else already
   * @throws org.endossl.tfrecords.MissingProgramException when there are videos and nothing to
   *     decode them with
   */
  public static ConvertReport run(ConvertRequest request, Consumer<ConvertProgress> listener)
      throws IOException {
    InputDirectory input = InputDirectory.of(request);
    return new FramesConverter(request, input).run(listener);
  }

  private ConvertReport run(Consumer<ConvertProgress> listener) throws IOException {
    output.check(input.videos());
    Map<String, Annotations> annotations = new TreeMap<>();
    for (String video : input.videos()) {
      annotations.put(video, Annotations.read(request, video));
    }
    if (input.layout() == Layout.VIDEOS) {
      request.reading().decoder().resolved();
    }
    output.begin();
    long total = annotations.values().stream().mapToLong(Annotations::frames).sum();
    ProgressMeter meter = new ProgressMeter(listener, input.videos().size(), total);
    List<ConvertReport.Video> videos =
        Parallel.map(
            List.copyOf(annotations.entrySet()),
            request.workers(),
            video -> one(video.getKey(), video.getValue(), meter));
    return new ConvertReport(
        videos, input.layout() == Layout.VIDEOS ? request.reading().decoder().described() : "");
  }

  private ConvertReport.Video one(String video, Annotations annotations, ProgressMeter meter)
      throws IOException {
    List<Path> files = output.files(video);
    if (output.isComplete(video)) {
      meter.video(video, annotations.frames());
      return new ConvertReport.Video(video, files, 0, 0, 0, 0, true, List.of());
    }
    long annotated = annotations.frames();
    if (annotated == 0) {
      throw new DataException(video + ": no frame has all annotations");
    }
    try (FrameSource source = input.open(video, request)) {
      long there =
          source.frames() < 0
              ? decoded(video, annotations, source, meter)
              : written(video, annotations, source, Math.min(source.frames(), annotated), meter);
      long frames = Math.min(there, annotated);
      meter.video(video, annotated - frames);
      return new ConvertReport.Video(
          video,
          files,
          frames - dropped.getOrDefault(video, 0L),
          there - frames,
          annotated - frames,
          dropped.getOrDefault(video, 0L),
          false,
          source.warnings());
    }
  }

  /** Frames whose number is known are written at once. */
  private long written(
      String video, Annotations annotations, FrameSource source, long total, ProgressMeter meter)
      throws IOException {
    try (VideoWriter writer = new VideoWriter(video, annotations, output.files(video), total)) {
      for (long frame = 0; frame < total; frame++) {
        byte[] image = source.next();
        if (image == null) {
          throw new DataException(source.where() + ": the frames end early");
        }
        write(writer, image, source.where());
        meter.frame(video);
      }
      writer.commit();
      dropped.merge(video, writer.dropped(), Long::sum);
    }
    return source.frames();
  }

  /** Every record names the number of frames, so decoded ones wait until it is known. */
  private long decoded(
      String video, Annotations annotations, FrameSource source, ProgressMeter meter)
      throws IOException {
    Path spool = output.spool(video);
    try {
      long there = spool(spool, annotations.frames(), source, () -> meter.frame(video));
      long missing = annotations.frames() - there;
      if (missing * Annotations.RATE / request.framesPerSecond() > TOLERATED_ROWS) {
        throw new DataException(
            source.where()
                + ": the video ends after "
                + there
                + " frames, its annotations after "
                + annotations.frames()
                + "; copy the video again");
      }
      long total = Math.min(there, annotations.frames());
      try (TfRecordReader reader = TfRecordReader.open(spool, Compression.NONE);
          VideoWriter writer = new VideoWriter(video, annotations, output.files(video), total)) {
        byte[] image;
        while ((image = reader.next()) != null) {
          write(writer, image, reader.place().toString());
        }
        writer.commit();
        dropped.merge(video, writer.dropped(), Long::sum);
      }
      return there;
    } finally {
      Files.deleteIfExists(spool);
    }
  }

  private void write(VideoWriter writer, byte[] image, String where) throws IOException {
    Editing editing = request.editing();
    byte[] edited = editing.isNone() ? image : editing.apply(image, request.size(), where);
    if (edited == null) {
      writer.drop();
    } else {
      writer.write(edited, where);
    }
  }

  private static long spool(Path spool, long annotated, FrameSource source, Runnable each)
      throws IOException {
    long there = 0;
    try (TfRecordWriter writer = TfRecordWriter.create(spool, Compression.NONE)) {
      byte[] image;
      while ((image = source.next()) != null) {
        if (there < annotated) {
          writer.write(image);
          each.run();
        }
        there++;
      }
      writer.commit();
    }
    return there;
  }
}
