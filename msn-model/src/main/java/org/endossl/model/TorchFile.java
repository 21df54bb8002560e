package org.endossl.model;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.tensorflow.ndarray.Shape;

/**
 * A file written by {@code torch.save}, in the zip layout (since PyTorch 1.6) or the one before it.
 * Nested dicts and lists are flattened to names joined by dots, as {@code
 * encoder.module.pos_embed}. The pickle inside is read as data; see {@link Pickle}.
 *
 * <p>As a {@link TensorSource} it shows float tensors; they are read when they are asked for.
 */
public final class TorchFile implements TensorSource {
  private static final BigInteger LEGACY_MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final int DEEPEST = 32;
  private static final int MOST = 1_000_000;
  private static final int LONGEST_NAME = 500;
  private static final long LARGEST_PICKLE = 256L << 20;

  /** Where a storage's bytes are. */
  private interface Storages {
    ByteBuffer read(Pickle.Storage storage, long bytes) throws IOException;
  }

  private final Path file;
  private final Storages storages;
  private final Map<String, Pickle.Tensor> tensors = new LinkedHashMap<>();
  private final Map<String, Number> numbers = new LinkedHashMap<>();
  private final Map<String, Shape> shapes = new LinkedHashMap<>();
  private int leaves;

  private TorchFile(Path file, Object root, Storages storages) throws IOException {
    this.file = file;
    this.storages = storages;
    flatten("", root, 0);
    tensors.forEach(
        (name, tensor) -> {
          if (bytes(tensor.storage().type()) > 0) {
            shapes.put(name, Shape.of(tensor.size().stream().mapToLong(Long::longValue).toArray()));
          }
        });
  }

  /**
   * Opens a file.
   *
   * @throws WeightsException if it is none of PyTorch's, is damaged, or its pickle asks for a class
   *     or function that is not on the list of plain data
   */
  public static TorchFile open(Path file) throws IOException {
    byte[] start = new byte[4];
    try (InputStream in = Files.newInputStream(file)) {
      if (in.readNBytes(start, 0, 4) < 4) {
        throw new WeightsException(file + ": not a PyTorch file: it has fewer than 4 bytes");
      }
    } catch (NoSuchFileException e) {
      throw new WeightsException(file + ": no such file", e);
    }
    try {
      return start[0] == 'P' && start[1] == 'K' ? zip(file) : legacy(file);
    } catch (Pickle.Fault
        | ZipException
        | EOFException
        | ArithmeticException
        | IllegalArgumentException e) {
      throw new WeightsException(file + ": not a PyTorch file, or damaged: " + e.getMessage(), e);
    }
  }

  private static TorchFile zip(Path file) throws IOException {
    Map<String, String> entries = new HashMap<>(); // by the name below the top folder
    Object root;
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        String name = entry.getName();
        entries.put(name.substring(name.indexOf('/') + 1), name);
      }
      if (entries.containsKey("byteorder")) {
        String order =
            new String(
                read(zip, entries, "byteorder", 16), java.nio.charset.StandardCharsets.US_ASCII);
        if (!order.equals("little")) {
          throw new Pickle.Fault("its byte order is " + order + ", wanted little");
        }
      }
      root =
          Pickle.read(
              new java.io.ByteArrayInputStream(read(zip, entries, "data.pkl", LARGEST_PICKLE)));
    }
    return new TorchFile(
        file,
        root,
        (storage, bytes) -> {
          try (ZipFile zip = new ZipFile(file.toFile())) {
            byte[] data = read(zip, entries, "data/" + storage.key(), Integer.MAX_VALUE - 8);
            if (data.length < bytes) {
              throw new Pickle.Fault(
                  "storage " + storage.key() + ": got " + data.length + " bytes, wanted " + bytes);
            }
            return ByteBuffer.wrap(data);
          }
        });
  }

  /** PyTorch stores without compression, so an entry is never larger than the file. */
  private static byte[] read(ZipFile zip, Map<String, String> entries, String name, long largest)
      throws IOException {
    String full = entries.get(name);
    ZipEntry entry = full == null ? null : zip.getEntry(full);
    if (entry == null) {
      throw new Pickle.Fault("the archive has no " + name);
    }
    if (entry.getMethod() != ZipEntry.STORED || entry.getSize() > largest) {
      throw new Pickle.Fault(name + " is compressed or has too many bytes");
    }
    try (InputStream in = zip.getInputStream(entry)) {
      return in.readNBytes((int) entry.getSize());
    }
  }

  /** Five pickles (magic, version, system, object, keys), then each storage with its length. */
  private static TorchFile legacy(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      Counted in = new Counted(new BufferedInputStream(Channels.newInputStream(channel)));
      if (!LEGACY_MAGIC.equals(Pickle.read(in))) {
        throw new Pickle.Fault("the magic number is missing");
      }
      Pickle.read(in);
      Pickle.read(in);
      Object root = Pickle.read(in);
      Object keys = Pickle.read(in);
      Map<String, Long> sizes = new HashMap<>();
      TorchFile sizing = new TorchFile(file, root, (storage, bytes) -> ByteBuffer.allocate(0));
      for (Pickle.Tensor tensor : sizing.tensors.values()) {
        sizes.put(tensor.storage().key(), elementBytes(tensor.storage().type()));
      }
      Map<String, Long> offsets = new HashMap<>();
      long at = in.count;
      for (Object key : keys instanceof List<?> list ? list : List.of()) {
        ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        Long size = sizes.get(String.valueOf(key));
        if (size == null || channel.read(length, at) < 8 || length.getLong(0) < 0) {
          throw new Pickle.Fault("storage " + key + " is missing or no tensor has it");
        }
        offsets.put(String.valueOf(key), at + 8);
        at = Math.addExact(at + 8, Math.multiplyExact(length.getLong(0), size));
      }
      return new TorchFile(
          file, root, (storage, bytes) -> map(file, offsets.get(storage.key()), storage, bytes));
    }
  }

  private static ByteBuffer map(
      Path file, @org.jspecify.annotations.Nullable Long at, Pickle.Storage storage, long bytes)
      throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      if (at == null || at < 0 || bytes > channel.size() - at) {
        throw new Pickle.Fault("storage " + storage.key() + " is missing or truncated");
      }
      return channel.map(FileChannel.MapMode.READ_ONLY, at, bytes);
    }
  }

  /** Counts what is read, without reading ahead of it. */
  private static final class Counted extends InputStream {
    private final InputStream in;
    private long count;

    Counted(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      int value = in.read();
      count += value < 0 ? 0 : 1;
      return value;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int got = in.read(bytes, offset, length);
      count += Math.max(0, got);
      return got;
    }
  }

  private void flatten(String name, Object value, int depth) throws IOException {
    if (depth > DEEPEST || name.length() > LONGEST_NAME || ++leaves > MOST) {
      throw new Pickle.Fault("it is nested too deeply or has too many items");
    }
    String prefix = name.isEmpty() ? "" : name + ".";
    if (value instanceof Map<?, ?> map) {
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        flatten(prefix + entry.getKey(), entry.getValue(), depth + 1);
      }
    } else if (value instanceof List<?> || value instanceof Pickle.Tuple) {
      List<?> items = value instanceof Pickle.Tuple tuple ? tuple.items() : (List<?>) value;
      for (int i = 0; i < items.size(); i++) {
        flatten(prefix + i, items.get(i), depth + 1);
      }
    } else if (value instanceof Pickle.Tensor tensor) {
      tensors.put(name, checked(name, tensor));
    } else if (value instanceof Long || value instanceof Double) {
      numbers.put(name, (Number) value);
    }
  }

  private static Pickle.Tensor checked(String name, Pickle.Tensor tensor) throws IOException {
    long count = 1;
    long last = tensor.offset();
    if (tensor.size().size() != tensor.stride().size()) {
      throw new Pickle.Fault(name + ": as many strides as sizes wanted");
    }
    for (int i = 0; i < tensor.size().size(); i++) {
      long size = tensor.size().get(i);
      count = Math.multiplyExact(count, size);
      last = Math.addExact(last, Math.multiplyExact(tensor.stride().get(i), Math.max(0, size - 1)));
    }
    long elements = tensor.storage().elements();
    if (count > elements || (count > 0 && (tensor.offset() < 0 || last >= elements))) {
      throw new Pickle.Fault(
          name + ": got " + count + " values up to element " + last + " of " + elements);
    }
    return tensor;
  }

  /** Bytes of an element; 0 for types that are not floats. */
  private static int bytes(String type) {
    return switch (type) {
      case "FloatStorage" -> 4;
      case "HalfStorage", "BFloat16Storage" -> 2;
      default -> 0;
    };
  }

  private static long elementBytes(String type) throws IOException {
    return switch (type) {
      case "BoolStorage", "ByteStorage", "CharStorage" -> 1;
      case "ShortStorage", "HalfStorage", "BFloat16Storage" -> 2;
      case "FloatStorage", "IntStorage" -> 4;
      case "DoubleStorage", "LongStorage" -> 8;
      default -> throw new Pickle.Fault("storage type " + type + " is unknown");
    };
  }

  @Override
  public String where() {
    return file.toString();
  }

  @Override
  public Map<String, Shape> shapes() {
    return Collections.unmodifiableMap(shapes);
  }

  @Override
  public Map<String, String> unread() {
    Map<String, String> types = new TreeMap<>();
    tensors.forEach(
        (name, tensor) -> {
          if (!shapes.containsKey(name)) {
            types.put(name, tensor.storage().type());
          }
        });
    return types;
  }

  /** The names of all tensors, of any type. */
  Set<String> names() {
    return Collections.unmodifiableSet(tensors.keySet());
  }

  /** The plain numbers, as {@code epoch}. */
  public Map<String, Number> numbers() {
    return Collections.unmodifiableMap(numbers);
  }

  @Override
  public HostTensor tensor(String name) throws IOException {
    Pickle.Tensor tensor = tensors.get(name);
    Shape shape = shapes.get(name);
    if (tensor == null || shape == null) {
      throw new WeightsException(file + ": no float tensor " + name);
    }
    try {
      String type = tensor.storage().type();
      long bytes = Math.multiplyExact(tensor.storage().elements(), (long) bytes(type));
      ByteBuffer raw = storages.read(tensor.storage(), bytes).order(ByteOrder.LITTLE_ENDIAN);
      FloatBuffer all =
          switch (type) {
            case "FloatStorage" -> raw.asFloatBuffer();
            case "HalfStorage" -> HalfFloats.fromF16(raw.asShortBuffer());
            default -> HalfFloats.fromBf16(raw.asShortBuffer());
          };
      return new HostTensor(shape, elements(all, tensor, shape));
    } catch (Pickle.Fault
        | ZipException
        | EOFException
        | ArithmeticException
        | IllegalArgumentException e) {
      throw new WeightsException(file + ": " + name + ": " + e.getMessage(), e);
    }
  }

  private static FloatBuffer elements(FloatBuffer all, Pickle.Tensor tensor, Shape shape) {
    int size = Math.toIntExact(shape.size());
    if (size == 0) {
      return FloatBuffer.allocate(0);
    }
    int offset = Math.toIntExact(tensor.offset());
    long[] dimensions = shape.asArray();
    long expected = 1;
    boolean contiguous = true;
    for (int i = dimensions.length - 1; i >= 0; i--) {
      contiguous &= dimensions[i] == 1 || tensor.stride().get(i) == expected;
      expected *= dimensions[i];
    }
    if (contiguous) {
      return all.slice(offset, size);
    }
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      long at = offset;
      long rest = i;
      for (int d = dimensions.length - 1; d >= 0; d--) {
        at += rest % dimensions[d] * tensor.stride().get(d);
        rest /= dimensions[d];
      }
      values[i] = all.get(Math.toIntExact(at));
    }
    return FloatBuffer.wrap(values);
  }

  /** Its tensors below a name, without that name. */
  public TensorSource below(String prefix) {
    Map<String, Shape> found = new TreeMap<>();
    shapes.forEach(
        (name, shape) -> {
          if (name.startsWith(prefix)) {
            found.put(name.substring(prefix.length()), shape);
          }
        });
    TorchFile whole = this;
    return new TensorSource() {
      @Override
      public String where() {
        return file + " (" + prefix + ")";
      }

      @Override
      public Map<String, Shape> shapes() {
        return found;
      }

      @Override
      public HostTensor tensor(String name) throws IOException {
        return whole.tensor(prefix + name);
      }
    };
  }
}
