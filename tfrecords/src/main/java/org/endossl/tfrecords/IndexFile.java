package org.endossl.tfrecords;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;
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
   * The entries that the side file holds for the record file as it is now, or null.
   *
   * @param pixels whether the scan must have unpacked the images' pixels
   */
  static @Nullable List<FrameIndex.Entry> read(
      Path file, Compression compression, Key key, boolean pixels) {
    Path index = beside(file);
    if (!Files.isRegularFile(index)) {
      return null;
    }
    try {
      byte[] bytes = Files.readAllBytes(index);
      int body = bytes.length - Integer.BYTES;
      if (body < 0 || crc(bytes, body) != ByteBuffer.wrap(bytes).getInt(body)) {
        return null;
      }
      return entries(
          new DataInputStream(new ByteArrayInputStream(bytes, 0, body)),
          file,
          compression,
          key,
          pixels);
    } catch (IOException | IllegalArgumentException e) {
      return null;
    }
  }

  private static @Nullable List<FrameIndex.Entry> entries(
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
    Map<String, String> videos = new HashMap<>();
    int count = in.readInt();
    List<FrameIndex.Entry> entries = new ArrayList<>();
    for (int record = 0; record < count; record++) {
      long offset = in.readLong();
      int length = in.readInt();
      String video = in.readUTF();
      String shared = videos.computeIfAbsent(video, v -> v);
      entries.add(
          new FrameIndex.Entry(
              file,
              compression,
              record,
              offset,
              length,
              shared,
              in.readLong(),
              in.readLong(),
              in.readByte(),
              FrameLabels.flags(in.readByte())));
    }
    return entries;
  }

  /** Writes the side file when the record file has settled and its directory may be written. */
  static void write(Path file, Key key, List<FrameIndex.Entry> entries, boolean pixels) {
    try {
      if (mayWriteBeside(file) && key.isSettled(Instant.now()) && Key.of(file).equals(key)) {
        OutputFiles.write(beside(file), bytes(key, entries, pixels));
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

  private static byte[] bytes(Key key, List<FrameIndex.Entry> entries, boolean pixels)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeLong(MAGIC);
      out.writeLong(key.size());
      out.writeLong(key.seconds());
      out.writeInt(key.nanos());
      out.writeUTF(entries.get(0).compression().name());
      out.writeBoolean(pixels);
      out.writeInt(entries.size());
      for (FrameIndex.Entry entry : entries) {
        out.writeLong(entry.offset());
        out.writeInt(entry.length());
        out.writeUTF(entry.videoId());
        out.writeLong(entry.frameId());
        out.writeLong(entry.totalFrames());
        out.writeByte(entry.phase());
        out.writeByte(FrameLabels.bits(entry.instruments()));
      }
      out.writeInt(crc(bytes.toByteArray(), bytes.size()));
    }
    return bytes.toByteArray();
  }

  private static int crc(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
