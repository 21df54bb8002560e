package org.endossl.model;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.BundleEntryProto;
import org.tensorflow.proto.DataType;

/**
 * What a TensorFlow checkpoint holds, read from its {@code .index} file (a sorted string table of
 * {@code BundleEntryProto}), without TensorFlow's runtime.
 */
public final class CheckpointIndex {
  private static final long MAGIC = 0xdb4775248b80fb57L;
  private static final int FOOTER = 48;
  private static final int LARGEST = 256 << 20;

  /** One tensor. */
  public record Entry(DataType type, Shape shape) {}

  private CheckpointIndex() {}

  /**
   * Reads an index.
   *
   * @param prefix the checkpoint, without {@code .index}
   * @return by name
   * @throws WeightsException if there is none or it is damaged
   */
  public static Map<String, Entry> read(Path prefix) throws IOException {
    Path file = Path.of(prefix + ".index");
    byte[] bytes;
    try {
      if (Files.size(file) > LARGEST) {
        throw new WeightsException(file + ": got " + Files.size(file) + " bytes, too many");
      }
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new WeightsException(prefix + ": no such checkpoint (no " + file + ")", e);
    }
    try {
      return new Table(ByteBuffer.wrap(bytes)).entries();
    } catch (RuntimeException | InvalidProtocolBufferException e) {
      throw new WeightsException(
          file + ": not the index of a TensorFlow checkpoint, or damaged: " + e.getMessage(), e);
    }
  }

  /** The string table: blocks of prefix-compressed pairs, an index block, a footer. */
  private static final class Table {
    private final ByteBuffer bytes;

    Table(ByteBuffer bytes) {
      this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
    }

    Map<String, Entry> entries() throws InvalidProtocolBufferException {
      int footer = bytes.limit() - FOOTER;
      if (footer < 0 || bytes.getLong(bytes.limit() - 8) != MAGIC) {
        throw new IllegalStateException("the footer is missing");
      }
      ByteBuffer handles = bytes.slice(footer, FOOTER);
      varint(handles);
      varint(handles); // the meta index block
      Map<String, ByteBuffer> found = new TreeMap<>();
      block(handles, (key, handle) -> block(handle, (name, value) -> found.put(text(name), value)));
      Map<String, Entry> entries = new TreeMap<>();
      for (Map.Entry<String, ByteBuffer> each : found.entrySet()) {
        if (!each.getKey().isEmpty()) { // the empty key is the header
          entries.put(each.getKey(), entry(each.getValue()));
        }
      }
      return entries;
    }

    private static Entry entry(ByteBuffer value) throws InvalidProtocolBufferException {
      BundleEntryProto proto = BundleEntryProto.parseFrom(value);
      long[] shape = proto.getShape().getDimList().stream().mapToLong(d -> d.getSize()).toArray();
      return new Entry(proto.getDtype(), Shape.of(shape));
    }

    /** Reads the block that the handle at the buffer's position points to. */
    private void block(ByteBuffer handle, BiConsumer<byte[], ByteBuffer> pair) {
      int offset = Math.toIntExact(varint(handle));
      int size = Math.toIntExact(varint(handle));
      if (bytes.get(offset + size) != 0) {
        throw new IllegalStateException("a block is compressed");
      }
      ByteBuffer block = bytes.slice(offset, size).order(ByteOrder.LITTLE_ENDIAN);
      int restarts = block.getInt(size - 4);
      block.limit(size - 4 - Math.multiplyExact(4, restarts));
      byte[] key = new byte[0];
      while (block.hasRemaining()) {
        int shared = Math.toIntExact(varint(block));
        int own = Math.toIntExact(varint(block));
        int length = Math.toIntExact(varint(block));
        if (shared > key.length || own > block.remaining()) {
          throw new IllegalStateException("a key runs over its block");
        }
        byte[] next = new byte[shared + own];
        System.arraycopy(key, 0, next, 0, shared);
        block.get(next, shared, own);
        pair.accept(next, block.slice(block.position(), length));
        block.position(block.position() + length);
        key = next;
      }
    }

    private static String text(byte[] name) {
      return new String(name, StandardCharsets.UTF_8);
    }

    private static long varint(ByteBuffer from) {
      long value = 0;
      for (int shift = 0; shift < 64; shift += 7) {
        byte b = from.get();
        value |= (long) (b & 0x7f) << shift;
        if (b >= 0) {
          return value;
        }
      }
      throw new IllegalStateException("a number has too many bytes");
    }
  }
}
