package org.endossl.tfrecords.convert;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.endossl.tfrecords.FrameCodec;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.FrameRecord;
import org.endossl.tfrecords.PhaseOrder;
import org.endossl.tfrecords.Shards;
import org.endossl.tfrecords.TfRecordReader;
import org.endossl.tfrecords.TfRecordWriter;

/**
 * TFRecords to TFRecords: other shards, another compression, another phase order. The records stay
 * in the order of the files; those whose phase keeps its number keep their bytes. The files appear
 * together at the end, or none of them.
 */
public final class Resharder {

  private final ReshardRequest request;
  private final PhaseOrder from;
  private final long total;
  private final LongConsumer listener;
  private final List<TfRecordWriter> writers = new ArrayList<>();
  private final List<Path> files = new ArrayList<>();
  private long record;

  private Resharder(ReshardRequest request, FrameIndex index, LongConsumer listener) {
    this.request = request;
    this.from = index.phaseOrder();
    this.total = index.entries().size();
    this.listener = listener;
    if (total < request.shards()) {
      throw new IllegalArgumentException(
          "shards: got " + request.shards() + ", but there are " + total + " records");
    }
  }

  /**
   * Checks all records, then writes them.
   *
   * @param listener told how many records are written, after each
   * @return the new files
   * @throws org.endossl.tfrecords.DataException for a bad record
   * @throws IllegalArgumentException when the output directory is not free
   */
  public static List<Path> run(ReshardRequest request, LongConsumer listener) throws IOException {
    if (OutputDirectory.hasRecords(request.output())
        || Files.exists(request.output().resolve(PhaseOrder.SIDE_FILE))) {
      throw new IllegalArgumentException(
          request.output() + ": holds records already; choose another output directory");
    }
    return new Resharder(request, FrameIndex.scan(request.files()), listener).run();
  }

  private List<Path> run() throws IOException {
    Files.createDirectories(request.output());
    try {
      for (Path file : request.files()) {
        copy(file);
      }
      request.phaseOrder().write(request.output());
      for (TfRecordWriter writer : writers) {
        writer.commit();
      }
      return List.copyOf(files);
    } finally {
      for (TfRecordWriter writer : writers) {
        writer.close();
      }
    }
  }

  private void copy(Path file) throws IOException {
    try (TfRecordReader reader = TfRecordReader.open(file)) {
      byte[] data;
      while ((data = reader.next()) != null) {
        if (record == total * writers.size() / request.shards()) {
          begin();
        }
        writers.get(writers.size() - 1).write(reordered(data, reader));
        record++;
        listener.accept(record);
      }
    }
  }

  private void begin() throws IOException {
    String ending = ".tfrecord" + request.compression().suffix();
    String name = Shards.name(request.stem(), writers.size(), request.shards(), ending);
    Path file = request.output().resolve(name);
    writers.add(TfRecordWriter.create(file, request.compression()));
    files.add(file);
  }

  private byte[] reordered(byte[] data, TfRecordReader reader) throws IOException {
    if (from == request.phaseOrder()) {
      return data;
    }
    FrameRecord frame = FrameCodec.decode(data, reader.place());
    int phase = from.convert(frame.phase(), request.phaseOrder());
    return FrameCodec.encode(
        new FrameRecord(
            frame.image(),
            frame.videoId(),
            frame.frameId(),
            frame.totalFrames(),
            frame.instruments(),
            phase));
  }
}
