package org.endossl.tfrecords.convert;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.FrameCodec;
import org.endossl.tfrecords.FrameRecord;
import org.endossl.tfrecords.ImageCheck;
import org.endossl.tfrecords.TfRecordWriter;

/** Writes the frames of one video in order into its record files. */
final class VideoWriter implements Closeable {

  private final String video;
  private final Annotations annotations;
  private final List<Path> files;
  private final long total;
  private final List<TfRecordWriter> writers = new ArrayList<>();
  private long frame;
  private long dropped;

  /**
   * Begins with frame 0.
   *
   * @param files the shards; each takes an equal run of frames
   * @param total frames that will be written
   */
  VideoWriter(String video, Annotations annotations, List<Path> files, long total) {
    this.video = video;
    this.annotations = annotations;
    this.files = files;
    this.total = total;
    if (total < files.size()) {
      throw new IllegalArgumentException(
          "shards: got " + files.size() + ", but " + video + " has " + total + " frames");
    }
  }

  /**
   * Writes the next frame.
   *
   * @param where named when the image is not complete
   */
  void write(byte[] image, String where) throws IOException {
    String problem = ImageCheck.problem(image, 0, image.length);
    if (problem != null) {
      throw new DataException(where + ": " + problem + "; copy or extract it again");
    }
    FrameRecord record =
        new FrameRecord(
            image, video, frame, total, annotations.instruments(frame), annotations.phase(frame));
    begin();
    writers.get(writers.size() - 1).write(FrameCodec.encode(record));
    frame++;
  }

  /** Leaves out the next frame; those behind it keep their numbers. */
  void drop() {
    frame++;
    dropped++;
  }

  /** How many frames were left out. */
  long dropped() {
    return dropped;
  }

  /** The shard of the next frame. */
  private void begin() throws IOException {
    int shard = writers.size();
    if (shard < files.size() && frame >= total * shard / files.size()) {
      writers.add(TfRecordWriter.create(files.get(shard)));
      if (shard + 1 < files.size() && frame >= total * (shard + 1) / files.size()) {
        throw new DataException(
            video + ": no frame is left for the file " + files.get(shard) + "; use fewer shards");
      }
    }
  }

  /** Gives the files their names. */
  void commit() throws IOException {
    if (writers.size() < files.size()) {
      throw new DataException(
          video
              + ": no frame is left for the file "
              + files.get(writers.size())
              + "; use fewer shards or another filter");
    }
    for (TfRecordWriter writer : writers) {
      writer.commit();
    }
  }

  @Override
  public void close() throws IOException {
    for (TfRecordWriter writer : writers) {
      writer.close();
    }
  }
}
