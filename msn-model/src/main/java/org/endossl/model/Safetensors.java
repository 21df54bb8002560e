package org.endossl.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.ndarray.Shape;

/**
 * A safetensors file: 8 bytes of header length, a JSON header, raw little-endian data. Opening
 * reads and checks the header only; tensors are mapped when they are asked for, so nothing has to
 * be closed. Format: github.com/huggingface/safetensors, whose strictness is kept: the data must be
 * covered without overlap or gap.
 *
 * <p>As a {@link TensorSource} it shows the tensors that have float values: F32 as it is, F16 and
 * BF16 converted exactly.
 */
public final class Safetensors implements TensorSource {
  /** The types of elements, as the format names them. */
  public enum DType {
    BOOL(1),
    U8(1),
    I8(1),
    F8_E5M2(1),
    F8_E4M3(1),
    I16(2),
    U16(2),
    F16(2),
    BF16(2),
    I32(4),
    U32(4),
    F32(4),
    I64(8),
    U64(8),
    F64(8);

    private final int bytes;

    DType(int bytes) {
      this.bytes = bytes;
    }

    int bytes() {
      return bytes;
    }

    boolean isFloat() {
      return this == F32 || this == F16 || this == BF16;
    }
  }

  /**
   * A tensor's entry.
   *
   * @param begin first byte, counted from the end of the header
   * @param end byte behind the last
   */
  public record Entry(DType dtype, Shape shape, long begin, long end) {}

  private final Path file;
  private final SafetensorsHeader header;
  private final Map<String, Shape> shapes;

  private Safetensors(Path file, SafetensorsHeader header) {
    this.file = file;
    this.header = header;
    Map<String, Shape> floats = new LinkedHashMap<>();
    header
        .entries()
        .forEach(
            (name, entry) -> {
              if (entry.dtype().isFloat()) {
                floats.put(name, entry.shape());
              }
            });
    this.shapes = Collections.unmodifiableMap(floats);
  }

  /**
   * Opens a file.
   *
   * @throws WeightsException if it is not there, is no safetensors file, is truncated, or its
   *     header contradicts itself
   */
  public static Safetensors open(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      return new Safetensors(file, SafetensorsHeader.read(file, channel));
    } catch (NoSuchFileException e) {
      throw new WeightsException(file + ": no such file", e);
    }
  }

  /** All entries by name, in the order of their data. */
  public Map<String, Entry> entries() {
    return header.entries();
  }

  /** The free strings of the header. */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  @Override
  public Map<String, String> unread() {
    Map<String, String> types = new LinkedHashMap<>();
    header
        .entries()
        .forEach(
            (name, entry) -> {
              if (!entry.dtype().isFloat()) {
                types.put(name, entry.dtype().name());
              }
            });
    return types;
  }

  @Override
  public String where() {
    return file.toString();
  }

  @Override
  public Map<String, Shape> shapes() {
    return shapes;
  }

  /**
   * A float tensor; F32 is a view of the mapped file.
   *
   * @throws WeightsException if there is no such tensor or it has no float values
   */
  @Override
  public HostTensor tensor(String name) throws IOException {
    Entry entry = entry(name);
    FloatBuffer values =
        switch (entry.dtype()) {
          case F32 -> map(entry).asFloatBuffer();
          case F16 -> HalfFloats.fromF16(map(entry).asShortBuffer());
          case BF16 -> HalfFloats.fromBf16(map(entry).asShortBuffer());
          default -> throw wrong(name, entry, "F32, F16 or BF16");
        };
    return new HostTensor(entry.shape(), values);
  }

  /**
   * An I64 tensor's values.
   *
   * @throws WeightsException if there is no such tensor or it has another type
   */
  public long[] longs(String name) throws IOException {
    Entry entry = entry(name);
    if (entry.dtype() != DType.I64) {
      throw wrong(name, entry, "I64");
    }
    long[] values = new long[Math.toIntExact(entry.shape().size())];
    map(entry).asLongBuffer().get(values);
    return values;
  }

  /**
   * A U8 tensor's values, a view of the mapped file.
   *
   * @throws WeightsException if there is no such tensor or it has another type
   */
  public ByteBuffer bytes(String name) throws IOException {
    Entry entry = entry(name);
    if (entry.dtype() != DType.U8) {
      throw wrong(name, entry, "U8");
    }
    return map(entry);
  }

  /**
   * One tensor's entry.
   *
   * @throws WeightsException if there is none of that name
   */
  public Entry entry(String name) throws WeightsException {
    Entry entry = header.entries().get(name);
    if (entry == null) {
      throw new WeightsException(file + ": no tensor " + name);
    }
    return entry;
  }

  private ByteBuffer map(Entry entry) throws IOException {
    long size = entry.end() - entry.begin();
    try (FileChannel channel = FileChannel.open(file)) {
      return channel
          .map(FileChannel.MapMode.READ_ONLY, header.dataStart() + entry.begin(), size)
          .order(ByteOrder.LITTLE_ENDIAN);
    } catch (IllegalArgumentException e) {
      throw new WeightsException(file + ": got a tensor of " + size + " bytes, wanted < 2 GiB", e);
    }
  }

  private WeightsException wrong(String name, Entry entry, String wanted) {
    return new WeightsException(
        file + ": tensor " + name + ": got " + entry.dtype() + ", wanted " + wanted);
  }

  /**
   * Writes float32 tensors, aligned to 8 bytes, in the given order. The file is written beside its
   * place and moved there when complete.
   *
   * @param metadata free strings; PyTorch's readers want {@code format: pt}
   */
  public static void write(Path file, TensorSource tensors, Map<String, String> metadata)
      throws IOException {
    Path target = file.toAbsolutePath();
    Path part = target.resolveSibling(target.getFileName() + ".part");
    try {
      try (FileChannel channel =
          FileChannel.open(
              part,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        writeAll(channel, SafetensorsHeader.encode(tensors.shapes(), metadata));
        for (String name : tensors.shapes().keySet()) {
          writeAll(channel, encoded(tensors.tensor(name).values()));
        }
        channel.force(true);
      }
      Files.move(
          part,
          target,
          java.nio.file.StandardCopyOption.ATOMIC_MOVE,
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static ByteBuffer encoded(FloatBuffer values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(4, values.limit())).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(0, values, 0, values.limit());
    return bytes;
  }

  private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
