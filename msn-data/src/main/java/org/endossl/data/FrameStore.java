package org.endossl.data;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongConsumer;
import org.endossl.tfrecords.Compression;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.EntryReader;
import org.endossl.tfrecords.FrameCodec;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.FrameRecord;
import org.endossl.tfrecords.Images;
import org.endossl.tfrecords.OpenFiles;
import org.endossl.tfrecords.OutputFiles;
import org.endossl.tfrecords.Parallel;
import org.endossl.tfrecords.RecordFiles;
import org.endossl.tfrecords.RecordIndexer;
import org.endossl.tfrecords.TfRecordWriter;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/**
 * Decoded frames on disk, for this run and later ones: the same records in a folder of their own,
 * each image decoded by TensorFlow once and written as a PNG that is neither compressed nor
 * filtered. What is read from it has the same rows and the same pixels, so order, views and the
 * place at which a run goes on are the same with it and without it.
 *
 * <p>The folder's name is the SHA-256 of what it was made from: video, frame number, labels and the
 * data's checksum of every record. It appears complete or not at all; of several processes that
 * want it one makes it and the others wait.
 */
public final class FrameStore {

  private static final int TOGETHER = 64;

  private final FrameFiles files;
  private final LongConsumer listener;

  private FrameStore(FrameFiles files, LongConsumer listener) {
    this.files = files;
    this.listener = listener;
  }

  /**
   * The same frames, as they lie in the store; it is made if it is not there.
   *
   * @param files in plain files: compressed ones are drawn from in another way
   * @param folder where stores are kept; null gives the files as they are
   * @param listener told how many frames are written
   * @throws IllegalArgumentException if a file is compressed
   * @throws FileSystemException if the disk has no room for them
   */
  public static FrameFiles of(FrameFiles files, @Nullable Path folder, LongConsumer listener)
      throws IOException {
    if (folder == null) {
      return files;
    }
    for (FrameIndex.Entry entry : files.entries()) {
      if (entry.compression() != Compression.NONE) {
        throw new IllegalArgumentException(
            "frame cache: "
                + entry.file()
                + " is compressed, wanted plain files, which are drawn from in another order; write"
                + " them first: endossl records reshard");
      }
    }
    FrameStore store = new FrameStore(files, listener);
    Path there = folder.resolve(key(files));
    if (!Files.isDirectory(there)) {
      store.make(there);
    }
    return store.read(there);
  }

  /** What the frames are, pixels included, whatever files they lie in. */
  private static String key(FrameFiles files) throws IOException {
    Hasher hasher = Hashing.sha256().newHasher();
    hasher.putString(files.phaseOrder().key(), StandardCharsets.UTF_8);
    try (OpenFiles<FileChannel> open = new OpenFiles<>(FileChannel::open)) {
      ByteBuffer crc = ByteBuffer.allocate(Integer.BYTES);
      for (FrameIndex.Entry e : files.entries()) {
        open.of(e.file()).read(crc.clear(), e.offset() + 12 + e.length());
        hasher.putString(
            e.videoId()
                + "\t"
                + e.frameId()
                + "\t"
                + e.totalFrames()
                + "\t"
                + e.phase()
                + "\t"
                + e.instruments()
                + "\t"
                + e.length()
                + "\t"
                + crc.flip().getInt()
                + "\n",
            StandardCharsets.UTF_8);
      }
    }
    return hasher.hash().toString();
  }

  private void make(Path there) throws IOException {
    Files.createDirectories(there.toAbsolutePath().getParent());
    Path lock = there.resolveSibling(there.getFileName() + ".lock");
    try (FileChannel channel =
        FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.lock(); // until it is closed
      if (!Files.isDirectory(there)) {
        Path part = OutputFiles.part(there);
        try {
          remove(part); // of a process that was killed
          Files.createDirectories(part);
          write(part);
          Files.move(part, there, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
          throw OutputFiles.explained(there, e);
        } finally {
          remove(part);
        }
      }
    }
    Files.deleteIfExists(lock);
  }

  private static void remove(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }

  /** A file per video, and an index beside each. */
  private void write(Path part) throws IOException {
    files.phaseOrder().write(part);
    List<FrameIndex.Entry> entries = files.entries();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Placeholder<TString> example = tf.placeholder(TString.class);
      Operand<TUint8> image = Frames.image(tf, example);
      try (Session session = new Session(graph)) {
        int begin = 0;
        while (begin < entries.size()) {
          String video = entries.get(begin).videoId();
          int end = begin;
          while (end < entries.size() && entries.get(end).videoId().equals(video)) {
            end++;
          }
          Path file = part.resolve(video + ".tfrecord");
          try (TfRecordWriter writer = TfRecordWriter.create(file)) {
            write(
                file,
                entries.subList(begin, end),
                begin,
                data -> decode(session, example, image, data),
                writer);
            writer.commit();
          }
          begin = end;
        }
      }
    }
    RecordIndexer.run(RecordFiles.list(List.of(part.toString())), one -> {});
  }

  private interface Decode {
    byte[] png(byte[] data);
  }

  private void write(
      Path file, List<FrameIndex.Entry> video, int done, Decode decode, TfRecordWriter writer)
      throws IOException {
    try (OpenFiles<EntryReader> open = new OpenFiles<>(EntryReader::open)) {
      for (int i = 0; i < video.size(); i += TOGETHER) {
        List<Read> some = new ArrayList<>();
        for (FrameIndex.Entry entry : video.subList(i, Math.min(video.size(), i + TOGETHER))) {
          some.add(new Read(entry, open.of(entry.file()).read(entry)));
        }
        List<byte[]> records = Parallel.map(some, read -> encoded(read, decode.png(read.data())));
        for (byte[] record : records) {
          if (done == 0) {
            requireRoom(file, (long) record.length * files.frames());
          }
          writer.write(record);
          done++;
          listener.accept(done);
        }
      }
    }
  }

  /** Before hours of writing end with a full disk. */
  private static void requireRoom(Path file, long bytes) throws IOException {
    requireRoom(
        file, bytes, Files.getFileStore(file.toAbsolutePath().getParent()).getUsableSpace());
  }

  static void requireRoom(Path file, long bytes, long free) throws FileSystemException {
    if (free < bytes) {
      throw new FileSystemException(
          file.toString(),
          null,
          String.format(
              Locale.ROOT,
              "No space left on device: the frame cache needs %.1f GB, %.1f GB are free",
              bytes / 1e9,
              free / 1e9));
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // internal, never compared
  private record Read(FrameIndex.Entry entry, byte[] data) {}

  private static byte[] encoded(Read read, byte[] png) {
    FrameIndex.Entry e = read.entry();
    return FrameCodec.encode(
        new FrameRecord(
            png, e.videoId(), e.frameId(), e.totalFrames(), e.instruments(), e.phase()));
  }

  private static byte[] decode(
      Session session, Placeholder<TString> example, Operand<TUint8> image, byte[] data) {
    try (TString fed = TString.tensorOfBytes(NdArrays.scalarOfObject(data));
        Result got = session.runner().feed(example, fed).fetch(image).run()) {
      TUint8 pixels = (TUint8) got.get(0);
      byte[] rgb = new byte[Math.toIntExact(pixels.size())];
      pixels.asRawTensor().data().read(rgb);
      return Images.storedPng(rgb, (int) pixels.shape().get(1), (int) pixels.shape().get(0));
    }
  }

  /** The store's frames, which must be those that are wanted. */
  private FrameFiles read(Path there) throws IOException {
    FrameIndex index = FrameIndex.scan(RecordFiles.list(List.of(there.toString())));
    boolean same = index.entries().size() == files.entries().size();
    for (int i = 0; same && i < files.entries().size(); i++) {
      FrameIndex.Entry wanted = files.entries().get(i);
      FrameIndex.Entry got = index.entries().get(i);
      same =
          got.videoId().equals(wanted.videoId())
              && got.frameId() == wanted.frameId()
              && got.phase() == wanted.phase()
              && got.instruments().equals(wanted.instruments());
    }
    if (!same) {
      throw new DataException(
          there + ": does not hold the frames that it was made from; remove this folder");
    }
    return files.with(index.entries());
  }
}
