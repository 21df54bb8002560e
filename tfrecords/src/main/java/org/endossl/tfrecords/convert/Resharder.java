package org.endossl.tfrecords.convert;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.endossl.tfrecords.BadRecords;
import org.endossl.tfrecords.EntryReader;
import org.endossl.tfrecords.FrameCodec;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.FrameRecord;
import org.endossl.tfrecords.PhaseOrder;
import org.endossl.tfrecords.Shards;
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
  private final Map<Path, List<FrameIndex.Entry>> byFile;
  private final LongConsumer listener;
  private final List<TfRecordWriter> writers = new ArrayList<>();
  private final List<Path> files = new ArrayList<>();
  private long record;

  private Resharder(ReshardRequest request, FrameIndex index, LongConsumer listener) {
    this.request = request;
    this.from = index.phaseOrder();
    this.total = index.entries().size();
    this.byFile = byFile(index);
    this.listener = listener;
    if (total < request.shards()) {
      throw new IllegalArgumentException(
          "shards: got " + request.shards() + ", but there are " + total + " records");
    }
  }

  /** The entries of each file in the order in which they lie there. */
  private static Map<Path, List<FrameIndex.Entry>> byFile(FrameIndex index) {
    Map<Path, List<FrameIndex.Entry>> byFile = new HashMap<>();
    for (FrameIndex.Entry entry : index.entries()) {
      byFile.computeIfAbsent(entry.file(), file -> new ArrayList<>()).add(entry);
    }
    byFile.values().forEach(its -> its.sort(Comparator.comparingLong(FrameIndex.Entry::offset)));
    return byFile;
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
    return run(request, BadRecords.fail(), listener);
  }

  /** As {@link #run(ReshardRequest, LongConsumer)}; what is done about bad records is up to bad. */
  public static List<Path> run(ReshardRequest request, BadRecords bad, LongConsumer listener)
      throws IOException {
    if (OutputDirectory.hasRecords(request.output())
        || Files.exists(request.output().resolve(PhaseOrder.SIDE_FILE))) {
      throw new IllegalArgumentException(
          request.output() + ": holds records already; choose another output directory");
    }
    FrameIndex index = FrameIndex.scan(request.files(), bad, bytes -> {});
    return new Resharder(request, index, listener).run();
  }

  private List<Path> run() throws IOException {
    Files.createDirectories(request.output());
    try {
      for (Path file : request.files()) {
        copy(file, byFile.getOrDefault(file, List.of()));
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

  private void copy(Path file, List<FrameIndex.Entry> entries) throws IOException {
    try (EntryReader reader = EntryReader.open(file)) {
      for (FrameIndex.Entry entry : entries) {
        byte[] data = reader.read(entry);
        if (record == total * writers.size() / request.shards()) {
          begin();
        }
        writers.get(writers.size() - 1).write(reordered(data, entry));
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

  private byte[] reordered(byte[] data, FrameIndex.Entry entry) throws IOException {
    if (from == request.phaseOrder()) {
      return data;
    }
    FrameRecord frame = FrameCodec.decode(data, entry.place());
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
