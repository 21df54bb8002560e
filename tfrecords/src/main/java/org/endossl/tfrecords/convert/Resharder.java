package org.endossl.tfrecords.convert;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.endossl.tfrecords.BadRecords;
import org.endossl.tfrecords.EntryReader;
import org.endossl.tfrecords.FrameCodec;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.FrameRecord;
import org.endossl.tfrecords.OpenFiles;
import org.endossl.tfrecords.OutputFiles;
import org.endossl.tfrecords.Parallel;
import org.endossl.tfrecords.PhaseOrder;
import org.endossl.tfrecords.Shards;
import org.endossl.tfrecords.TfRecordWriter;

/**
 * TFRecords to TFRecords: other shards, another compression, another phase order, images of another
 * size or format, another order of the records. Records of which nothing changes keep their bytes.
 * The files appear together at the end, or none of them.
 */
public final class Resharder {

  private static final int TOGETHER = 64;

  private final ReshardRequest request;
  private final PhaseOrder from;
  private final long total;
  private final List<FrameIndex.Entry> entries;
  private final LongConsumer listener;
  private final List<TfRecordWriter> writers = new ArrayList<>();
  private final List<Path> files = new ArrayList<>();
  private final OpenFiles<EntryReader> open = new OpenFiles<>(EntryReader::open);
  private long record;

  private Resharder(ReshardRequest request, FrameIndex index, LongConsumer listener) {
    this.request = request;
    this.from = index.phaseOrder();
    this.total = index.entries().size();
    this.entries = request.order().of(index, request.seed());
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
      for (int begin = 0; begin < entries.size(); begin += TOGETHER) {
        copy(entries.subList(begin, Math.min(entries.size(), begin + TOGETHER)));
      }
      open.close();
      label();
      for (TfRecordWriter writer : writers) {
        writer.commit();
      }
      return List.copyOf(files);
    } finally {
      open.close();
      for (TfRecordWriter writer : writers) {
        writer.close();
      }
    }
  }

  /** Reads some records in turn, works on them at a time, writes them in turn. */
  private void copy(List<FrameIndex.Entry> some) throws IOException {
    List<Read> records = new ArrayList<>();
    for (FrameIndex.Entry entry : some) {
      records.add(new Read(entry, open.of(entry.file()).read(entry)));
    }
    for (byte[] data : Parallel.map(records, request.workers(), this::changed)) {
      if (record == total * writers.size() / request.shards()) {
        begin();
      }
      writers.get(writers.size() - 1).write(data);
      record++;
      listener.accept(record);
    }
  }

  /** How the records were made. */
  private void label() throws IOException {
    JsonObject json = request.phaseOrder().toJson();
    if (!request.recoding().isNone() || request.order() != RecordOrder.AS_IT_IS) {
      JsonObject made = new JsonObject();
      request.recoding().describe(made);
      made.addProperty("order", request.order().name().toLowerCase(java.util.Locale.ROOT));
      made.addProperty("seed", request.seed());
      json.add("resharded", made);
    }
    OutputFiles.write(
        request.output().resolve(PhaseOrder.SIDE_FILE),
        (json + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private void begin() throws IOException {
    String ending = ".tfrecord" + request.compression().suffix();
    String name = Shards.name(request.stem(), writers.size(), request.shards(), ending);
    Path file = request.output().resolve(name);
    writers.add(TfRecordWriter.create(file, request.compression()));
    files.add(file);
  }

  private byte[] changed(Read read) throws IOException {
    Recoding recoding = request.recoding();
    if (from == request.phaseOrder() && recoding.isNone()) {
      return read.data();
    }
    FrameIndex.Entry entry = read.entry();
    FrameRecord frame = FrameCodec.decode(read.data(), entry.place());
    byte[] image =
        recoding.isNone() ? frame.image() : recoding.apply(frame.image(), entry.place().toString());
    return FrameCodec.encode(
        new FrameRecord(
            image,
            frame.videoId(),
            frame.frameId(),
            frame.totalFrames(),
            frame.instruments(),
            from.convert(frame.phase(), request.phaseOrder())));
  }

  /** A record as it lies in its file. */
  @SuppressWarnings("ArrayRecordComponent") // internal, never compared
  private record Read(FrameIndex.Entry entry, byte[] data) {}
}
