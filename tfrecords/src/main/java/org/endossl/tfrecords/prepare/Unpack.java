package org.endossl.tfrecords.prepare;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.OutputFiles;
import org.endossl.tfrecords.Quoted;

/**
 * Unpacks zip, tar and tar.gz archives that need not be trusted: no path leaves the target, links
 * and devices are refused, nothing is overwritten, and what is written is counted, whatever the
 * archive says of its sizes. The target appears complete or not at all.
 */
public final class Unpack {

  private static final Pattern PARTS = Pattern.compile("/");
  private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:.*");
  private static final int BLOCK = 1 << 16;
  private static final long RATIO_FROM = 100_000_000L;
  private static final int TAR_MAGIC = 257;

  private final Path archive;
  private final Path root;
  private final UnpackLimits limits;
  private final Listener listener;
  private final long packed;
  private long bytes;
  private long entries;

  /** Told how far it is. */
  public interface Listener {
    /**
     * A file was unpacked.
     *
     * @param entries files and directories so far
     * @param bytes written so far
     */
    void unpacked(long entries, long bytes);
  }

  private Unpack(Path archive, Path root, UnpackLimits limits, Listener listener)
      throws IOException {
    this.archive = archive;
    this.root = root;
    this.limits = limits;
    this.listener = listener;
    this.packed = Files.size(archive);
  }

  /**
   * Unpacks into a new directory.
   *
   * @param target must not exist; its parent must
   * @throws DataException when the archive is damaged, none, or holds something that is refused
   * @throws FileAlreadyExistsException when the target is there
   */
  public static void run(Path archive, Path target, UnpackLimits limits, Listener listener)
      throws IOException {
    if (!Files.isRegularFile(archive)) {
      throw new DataException(archive + ": no such archive; check the path");
    }
    if (Files.exists(target)) {
      throw new FileAlreadyExistsException(target.toString());
    }
    Path part = OutputFiles.part(target);
    delete(part);
    try {
      Files.createDirectories(part);
      new Unpack(archive, part.toRealPath(), limits, listener).unpack();
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw OutputFiles.explained(target, e);
    } finally {
      delete(part);
    }
  }

  /** Removes a directory and what is in it, not what links in it lead to. */
  static void delete(Path directory) throws IOException {
    if (!Files.exists(directory, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private void unpack() throws IOException {
    byte[] head;
    try (InputStream in = Files.newInputStream(archive)) {
      head = in.readNBytes(512);
    }
    try {
      if (begins(head, 0, 'P', 'K')) {
        zip();
      } else if (begins(head, 0, 0x1f, 0x8b)) {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(archive), BLOCK);
            InputStream unzipped = new GzipCompressorInputStream(in, true)) {
          tar(unzipped);
        }
      } else if (begins(head, TAR_MAGIC, 'u', 's', 't', 'a', 'r')) {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(archive), BLOCK)) {
          tar(in);
        }
      } else {
        throw new DataException(archive + ": neither zip nor tar nor tar.gz by its first bytes");
      }
    } catch (DataException | java.nio.file.FileSystemException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      if (String.valueOf(e.getMessage()).contains("No space left")) {
        throw e;
      }
      throw new DataException(
          archive + ": damaged (" + e.getMessage() + "); download or copy it again", e);
    }
    if (entries == 0) {
      throw new DataException(archive + ": an archive with nothing in it");
    }
  }

  private static boolean begins(byte[] head, int at, int... bytes) {
    for (int i = 0; i < bytes.length; i++) {
      if (at + i >= head.length || (head[at + i] & 0xff) != bytes[i]) {
        return false;
      }
    }
    return true;
  }

  private void zip() throws IOException {
    try (ZipFile zip = ZipFile.builder().setPath(archive).get()) {
      Enumeration<ZipArchiveEntry> all = zip.getEntriesInPhysicalOrder();
      while (all.hasMoreElements()) {
        ZipArchiveEntry entry = all.nextElement();
        if (entry.isUnixSymlink()) {
          throw refused(entry.getName(), "a link");
        }
        try (InputStream in = zip.getInputStream(entry)) {
          one(entry.getName(), entry.isDirectory(), in);
        }
      }
    }
  }

  private void tar(InputStream in) throws IOException {
    TarArchiveInputStream tar = new TarArchiveInputStream(in);
    TarArchiveEntry entry;
    while ((entry = tar.getNextEntry()) != null) {
      if (entry.isSymbolicLink() || entry.isLink()) {
        throw refused(entry.getName(), "a link to " + Quoted.of(entry.getLinkName()));
      }
      boolean device = entry.isCharacterDevice() || entry.isBlockDevice() || entry.isFIFO();
      if (device || !(entry.isDirectory() || entry.isFile())) {
        throw refused(entry.getName(), "neither a file nor a directory");
      }
      one(entry.getName(), entry.isDirectory(), tar);
    }
    in.transferTo(OutputStream.nullOutputStream()); // checks what is behind the last entry too
  }

  private DataException refused(String name, String what) {
    return new DataException(
        archive + ": " + Quoted.of(name) + " is " + what + ", which is not unpacked");
  }

  private void one(String name, boolean directory, InputStream in) throws IOException {
    entries++;
    if (entries > limits.entries()) {
      throw new DataException(archive + ": more than " + limits.entries() + " entries");
    }
    Path to = inside(name);
    if (directory) {
      Files.createDirectories(to);
      return;
    }
    if (to.equals(root)) {
      throw refused(name, "a file without a name");
    }
    Path parent = to.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    try (OutputStream out = Files.newOutputStream(to, StandardOpenOption.CREATE_NEW)) {
      copy(in, out);
    } catch (FileAlreadyExistsException e) {
      throw new DataException(archive + ": " + Quoted.of(name) + " is there twice", e);
    }
    listener.unpacked(entries, bytes);
  }

  private void copy(InputStream in, OutputStream out) throws IOException {
    byte[] block = new byte[BLOCK];
    int got;
    while ((got = in.read(block)) >= 0) {
      bytes += got;
      if (bytes > limits.bytes()) {
        throw new DataException(
            archive + ": more than " + limits.bytes() + " bytes unpacked, more than is allowed");
      }
      if (bytes > RATIO_FROM && bytes > limits.ratio() * packed) {
        throw new DataException(
            archive
                + ": "
                + packed
                + " bytes became more than "
                + bytes
                + ", more than is allowed ("
                + limits.ratio()
                + " to one)");
      }
      out.write(block, 0, got);
    }
  }

  /** Where an entry goes: below the root, by names only. */
  private Path inside(String name) throws DataException {
    if (name.startsWith("/")
        || name.indexOf('\\') >= 0
        || name.indexOf('\0') >= 0
        || DRIVE.matcher(name).matches()) {
      throw refused(name, "a path that is not below the archive's root");
    }
    Path to = root;
    for (String part : PARTS.split(name, -1)) {
      if (part.equals("..")) {
        throw refused(name, "a path that climbs out of the archive's root");
      }
      if (!part.isEmpty() && !part.equals(".")) {
        to = to.resolve(part);
      }
    }
    if (!to.normalize().startsWith(root)) {
      throw refused(name, "a path that is not below the archive's root");
    }
    return to;
  }
}
