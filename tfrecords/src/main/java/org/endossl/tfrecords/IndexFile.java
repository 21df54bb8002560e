package org.endossl.tfrecords;

import com.google.common.hash.Hashing;
import com.google.common.io.ByteSource;
import com.google.common.io.MoreFiles;
import com.google.common.primitives.Ints;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The side file {@code .FILE.index} of a record file: what a scan found, so that the next one need
 * not read the records. It serves only a file of the same size and time of change; whatever does
 * not fit, cannot be read or cannot be written is passed over, for a scan gives the same.
 *
 * <p>Hidden, because TF-Cholec80's own reader takes all files of a directory that it can see.
 */
final class IndexFile {

  private static final long MAGIC = 0x656e646f69647832L; // "endoidx2"
  private static final Duration SETTLED = Duration.ofSeconds(2);

  private static final Set<PosixFilePermission> WRITE =
      Set.of(
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_WRITE);

  private IndexFile() {}

  /** What makes a record file the one that was scanned. */
  record Key(long size, long seconds, int nanos) {

    static Key of(Path file) throws IOException {
      Instant changed = Files.getLastModifiedTime(file).toInstant();
      return new Key(Files.size(file), changed.getEpochSecond(), changed.getNano());
    }

    /** A file that is being written may change again without its time showing it. */
    boolean isSettled(Instant now) {
      return Instant.ofEpochSecond(seconds, nanos).plus(SETTLED).isBefore(now);
    }
  }

  static Path beside(Path file) {
    return file.resolveSibling("." + file.getFileName() + FrameIndex.SIDE_FILE_SUFFIX);
  }

  /**
   * The frames that the side file holds for the record file as it is now, or null.
   *
   * @param pixels whether the scan must have unpacked the images' pixels
   */
  static @Nullable FrameColumns read(Path file, Compression compression, Key key, boolean pixels) {
    Path index = beside(file);
    if (!Files.isRegularFile(index)) {
      return null;
    }
    try {
      ByteSource all = MoreFiles.asByteSource(index);
      ByteSource body = all.slice(0, Files.size(index) - Integer.BYTES);
      ByteSource sum = all.slice(Files.size(index) - Integer.BYTES, Integer.BYTES);
      if (body.hash(Hashing.crc32c()).asInt() != Ints.fromByteArray(sum.read())) {
        return null;
      }
      try (DataInputStream in = new DataInputStream(body.openBufferedStream())) {
        return frames(in, file, compression, key, pixels);
      }
    } catch (IOException | IllegalArgumentException e) {
      return null;
    }
  }

  private static @Nullable FrameColumns frames(
      DataInputStream in, Path file, Compression compression, Key key, boolean pixels)
      throws IOException {
    boolean fits =
        in.readLong() == MAGIC
            && new Key(in.readLong(), in.readLong(), in.readInt()).equals(key)
            && in.readUTF().equals(compression.name())
            && (in.readBoolean() || !pixels);
    if (!fits) {
      return null;
    }
    int count = in.readInt();
    FrameColumns frames = new FrameColumns(file, compression);
    for (int record = 0; record < count; record++) {
      long offset = in.readLong();
      int length = in.readInt();
      String video = in.readUTF();
      long frameId = in.readLong();
      FrameColumns.Video its = new FrameColumns.Video(video, in.readLong());
      frames.add(record, offset, length, its, frameId, in.readByte(), in.readByte());
    }
    return frames;
  }

  /** Writes the side file when the record file has settled and its directory may be written. */
  static void write(Path file, Key key, FrameColumns frames, boolean pixels) {
    try {
      if (mayWriteBeside(file) && key.isSettled(Instant.now()) && Key.of(file).equals(key)) {
        OutputFiles.write(beside(file), out -> write(out, key, frames, pixels));
      }
    } catch (IOException e) {
      return; // a read-only or full disk: the next scan reads the records again
    }
  }

  /** Root may write everywhere, but leaves alone what is marked as read-only. */
  private static boolean mayWriteBeside(Path file) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    if (directory == null || !Files.isWritable(directory)) {
      return false;
    }
    PosixFileAttributeView view =
        Files.getFileAttributeView(directory, PosixFileAttributeView.class);
    return view == null || view.readAttributes().permissions().stream().anyMatch(WRITE::contains);
  }

  private static void write(OutputStream file, Key key, FrameColumns frames, boolean pixels)
      throws IOException {
    CheckedOutputStream checked = new CheckedOutputStream(file, new CRC32C());
    DataOutputStream out = new DataOutputStream(new BufferedOutputStream(checked));
    out.writeLong(MAGIC);
    out.writeLong(key.size());
    out.writeLong(key.seconds());
    out.writeInt(key.nanos());
    out.writeUTF(frames.compression().name());
    out.writeBoolean(pixels);
    out.writeInt(frames.size());
    for (int i = 0; i < frames.size(); i++) {
      FrameIndex.Entry entry = frames.entry(i);
      out.writeLong(entry.offset());
      out.writeInt(entry.length());
      out.writeUTF(entry.videoId());
      out.writeLong(entry.frameId());
      out.writeLong(entry.totalFrames());
      out.writeByte(entry.phase());
      out.writeByte(FrameLabels.bits(entry.instruments()));
    }
    out.flush();
    out.writeInt((int) checked.getChecksum().getValue());
    out.flush();
  }
}
