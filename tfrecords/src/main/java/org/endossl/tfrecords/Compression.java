package org.endossl.tfrecords;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** How a TFRecord file as a whole is compressed. */
public enum Compression {
  NONE(""),
  GZIP("GZIP"),
  ZLIB("ZLIB");

  private final String tensorFlowName;

  Compression(String tensorFlowName) {
    this.tensorFlowName = tensorFlowName;
  }

  /** The value of {@code compression_type} in TensorFlow's TFRecord ops. */
  public String tensorFlowName() {
    return tensorFlowName;
  }

  /** What {@link RecordFiles} expects behind {@code .tfrecord}: nothing, .gz or .zlib. */
  public String suffix() {
    return switch (this) {
      case NONE -> "";
      case GZIP -> ".gz";
      case ZLIB -> ".zlib";
    };
  }

  /**
   * The compression of a file, by its first bytes; where they say nothing, by its name's ending.
   *
   * <p>A plain file may begin like a gzip file when its first record has just that length, so a
   * correct checksum of the length decides first.
   *
   * @throws DataException when there is no such file
   * @throws IOException when it cannot be read
   */
  public static Compression of(Path file) throws IOException {
    RecordFiles.requireFile(file);
    byte[] head;
    try (InputStream in = Files.newInputStream(file)) {
      head = in.readNBytes(RecordFraming.HEADER);
    }
    if (head.length == RecordFraming.HEADER && RecordFraming.lengthIsRight(head, 0)) {
      return NONE;
    }
    if (startsWith(head, 0x1f, 0x8b)) {
      return GZIP;
    }
    if (head.length >= 2 && (head[0] & 0xff) == 0x78 && be16(head) % 31 == 0) {
      return ZLIB;
    }
    return ofName(file);
  }

  /** The compression that a file's name promises. */
  static Compression ofName(Path file) {
    String name = String.valueOf(file.getFileName());
    if (name.endsWith(".gz")) {
      return GZIP;
    }
    return name.endsWith(".zlib") ? ZLIB : NONE;
  }

  private static int be16(byte[] bytes) {
    return (bytes[0] & 0xff) << 8 | (bytes[1] & 0xff);
  }

  private static boolean startsWith(byte[] bytes, int first, int second) {
    return bytes.length >= 2 && (bytes[0] & 0xff) == first && (bytes[1] & 0xff) == second;
  }
}
