package org.endossl.model.flax;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.endossl.model.HalfFloats;
import org.endossl.model.HostTensor;
import org.endossl.model.TensorSource;
import org.endossl.model.WeightsException;
import org.msgpack.core.ExtensionTypeHeader;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePackException;
import org.msgpack.core.MessageUnpacker;
import org.msgpack.value.ValueType;
import org.tensorflow.ndarray.Shape;

/**
 * A Flax checkpoint in MessagePack ({@code flax.serialization.to_bytes}, endossl's {@code
 * checkpoint_0}): nested maps whose leaves are arrays, an extension of type 1 that holds shape,
 * type and bytes. Opening reads the structure; arrays stay in the file and are mapped when they are
 * asked for. Tensors are called by their path, {@code teacher_weights/ToTokenSequence_0/cls};
 * arrays without float values are passed over.
 */
public final class FlaxFile implements TensorSource {
  private static final int ARRAY = 1;
  private static final int DEEPEST = 64;
  private static final int MOST = 1 << 20;
  private static final int LONGEST_NAME = 1 << 12;

  private record Entry(Shape shape, int bytesEach, String type, long offset) {}

  private final Path file;
  private final Map<String, Entry> entries;
  private final Map<String, Shape> shapes;

  private FlaxFile(Path file, Map<String, Entry> entries) {
    this.file = file;
    this.entries = entries;
    Map<String, Shape> all = new LinkedHashMap<>();
    entries.forEach((name, entry) -> all.put(name, entry.shape()));
    this.shapes = Collections.unmodifiableMap(all);
  }

  /** Whether a file begins as a MessagePack map with a name does. */
  public static boolean isOne(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    byte[] head;
    try (var in = Files.newInputStream(file)) {
      head = in.readNBytes(6);
    }
    if (head.length < 6) {
      return false;
    }
    int first = head[0] & 0xff;
    int at = first > 0x80 && first <= 0x8f ? 1 : first == 0xde ? 3 : first == 0xdf ? 5 : -1;
    int key = at < 0 ? 0 : head[at] & 0xff;
    return (key > 0xa0 && key <= 0xbf) || key == 0xd9;
  }

  /**
   * Opens a file.
   *
   * @throws WeightsException if it is not there, is no MessagePack, is damaged or lies about sizes
   */
  public static FlaxFile open(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file);
        MessageUnpacker unpacker =
            new MessagePack.UnpackerConfig()
                .withStringSizeLimit(LONGEST_NAME)
                .newUnpacker(channel)) {
      Map<String, Entry> entries = new LinkedHashMap<>();
      new Reader(file, channel.size(), unpacker, entries).value("", 0);
      return new FlaxFile(file, entries);
    } catch (NoSuchFileException e) {
      throw new WeightsException(file + ": no such file", e);
    } catch (MessagePackException | ArithmeticException e) {
      throw new WeightsException(
          file + ": no Flax checkpoint in MessagePack, or damaged: " + e.getMessage(), e);
    }
  }

  /** Walks over the file once. */
  private record Reader(
      Path file, long size, MessageUnpacker unpacker, Map<String, Entry> entries) {
    void value(String path, int depth) throws IOException {
      ValueType type = unpacker.getNextFormat().getValueType();
      if (depth == 0 && type != ValueType.MAP) {
        throw new WeightsException(file + ": got " + type + ", wanted a MessagePack map of names");
      } else if (type == ValueType.MAP) {
        map(path, depth);
      } else if (type == ValueType.EXTENSION) {
        extension(path);
      } else {
        unpacker.skipValue();
      }
    }

    private void map(String path, int depth) throws IOException {
      if (depth >= DEEPEST) {
        throw new WeightsException(file + ": " + path + ": maps lie too deep");
      }
      int count = unpacker.unpackMapHeader();
      for (int i = 0; i < count; i++) {
        String key = unpacker.unpackString();
        if (key.equals("__msgpack_chunked_array__")) {
          throw new WeightsException(
              file + ": " + path + " is an array in chunks (over 1 GiB), which is not supported");
        }
        value(path.isEmpty() ? key : path + "/" + key, depth + 1);
      }
    }

    private void extension(String path) throws IOException {
      ExtensionTypeHeader header = unpacker.unpackExtensionTypeHeader();
      long end = unpacker.getTotalReadBytes() + header.getLength();
      if (end > size) {
        throw new WeightsException(file + ": " + path + ": the file ends within the array");
      }
      if (header.getType() == ARRAY) {
        array(path, end);
      }
      skip(end - unpacker.getTotalReadBytes());
    }

    private void array(String path, long end) throws IOException {
      if (unpacker.unpackArrayHeader() != 3) {
        throw new WeightsException(file + ": " + path + ": wanted shape, type and bytes");
      }
      int rank = unpacker.unpackArrayHeader();
      if (rank > 8) {
        throw new WeightsException(file + ": " + path + ": got an array of rank " + rank);
      }
      long[] dims = new long[rank];
      long values = 1;
      for (int i = 0; i < rank; i++) {
        dims[i] = unpacker.unpackInt();
        if (dims[i] < 0) {
          throw new WeightsException(file + ": " + path + ": got a size of " + dims[i]);
        }
        values = Math.multiplyExact(values, dims[i]);
      }
      String type = unpacker.unpackString();
      int bytes = unpacker.unpackBinaryHeader();
      long offset = unpacker.getTotalReadBytes();
      int each =
          switch (type) {
            case "float32" -> 4;
            case "float16", "bfloat16" -> 2;
            default -> 0;
          };
      if (each == 0) {
        return; // steps, masks and the like
      }
      if (bytes != Math.multiplyExact(values, each) || offset + bytes != end) {
        throw new WeightsException(
            file
                + ": "
                + path
                + ": got "
                + bytes
                + " bytes for "
                + type
                + " "
                + Shape.of(dims)
                + " in an extension that ends at byte "
                + end);
      }
      if (entries.put(path, new Entry(Shape.of(dims), each, type, offset)) != null
          || entries.size() > MOST) {
        throw new WeightsException(file + ": " + path + " is there twice, or too much is");
      }
    }

    private void skip(long bytes) throws IOException {
      if (bytes < 0) {
        throw new WeightsException(file + ": an array is longer than it says");
      }
      byte[] part = new byte[(int) Math.min(bytes, 1 << 16)];
      for (long left = bytes; left > 0; left -= part.length) {
        unpacker.readPayload(part, 0, (int) Math.min(left, part.length));
      }
    }
  }

  @Override
  public String where() {
    return file.toString();
  }

  @Override
  public Map<String, Shape> shapes() {
    return shapes;
  }

  @Override
  public HostTensor tensor(String name) throws IOException {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw new IllegalArgumentException(file + ": no tensor " + name);
    }
    ByteBuffer bytes;
    try (FileChannel channel = FileChannel.open(file)) {
      long length = entry.bytesEach() * entry.shape().size();
      bytes =
          channel
              .map(FileChannel.MapMode.READ_ONLY, entry.offset(), length)
              .order(ByteOrder.LITTLE_ENDIAN);
    }
    FloatBuffer values =
        switch (entry.type()) {
          case "float16" -> HalfFloats.fromF16(bytes.asShortBuffer());
          case "bfloat16" -> HalfFloats.fromBf16(bytes.asShortBuffer());
          default -> bytes.asFloatBuffer();
        };
    return new HostTensor(entry.shape(), values);
  }
}
