package org.endossl.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.endossl.tfrecords.Compression;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.TfRecordReader;
import org.endossl.tfrecords.TfRecordWriter;

/**
 * Compressed record files unpacked into a folder of the system's for temporary files, so that their
 * frames can be read in any order. An entry's offset is one of the uncompressed stream, so it holds
 * in the copy.
 */
final class PlainCopies implements AutoCloseable {

  private final Path folder;
  private final FrameFiles files;

  private PlainCopies(Path folder, FrameFiles files) {
    this.folder = folder;
    this.files = files;
  }

  /**
   * Unpacks those that are compressed.
   *
   * @throws org.endossl.tfrecords.DataException when one of them is damaged
   */
  static PlainCopies of(FrameFiles files) throws IOException {
    Path folder = Files.createTempDirectory("endossl-unpacked");
    try {
      Map<Path, Long> last = new LinkedHashMap<>();
      for (FrameIndex.Entry entry : files.entries()) {
        if (entry.compression() != Compression.NONE) {
          last.merge(entry.file(), entry.record(), Math::max);
        }
      }
      Map<Path, Path> copies = new LinkedHashMap<>();
      for (Map.Entry<Path, Long> file : last.entrySet()) {
        Path copy = folder.resolve(copies.size() + ".tfrecord");
        copy(file.getKey(), file.getValue(), copy);
        copies.put(file.getKey(), copy);
      }
      List<FrameIndex.Entry> entries = new ArrayList<>();
      for (FrameIndex.Entry entry : files.entries()) {
        Path copy = copies.get(entry.file());
        entries.add(copy == null ? entry : entry.in(copy));
      }
      return new PlainCopies(folder, files.with(entries));
    } catch (IOException | RuntimeException e) {
      remove(folder);
      throw e;
    }
  }

  private static void copy(Path file, long last, Path copy) throws IOException {
    try (TfRecordReader reader = TfRecordReader.open(file);
        TfRecordWriter writer = TfRecordWriter.create(copy, Compression.NONE)) {
      byte[] data;
      while (reader.record() < last && (data = reader.next()) != null) {
        writer.write(data);
      }
      writer.commit();
    }
  }

  /** The same frames in the same order, all in plain files. */
  FrameFiles files() {
    return files;
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  @Override
  public void close() throws IOException {
    remove(folder);
  }
}
