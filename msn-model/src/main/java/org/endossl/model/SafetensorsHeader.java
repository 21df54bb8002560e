package org.endossl.model;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tensorflow.ndarray.Shape;

/**
 * The header of a safetensors file, checked.
 *
 * @param dataStart the data's first byte in the file
 * @param entries by name, in the order of their data
 * @param metadata free strings
 */
record SafetensorsHeader(
    long dataStart, Map<String, Safetensors.Entry> entries, Map<String, String> metadata) {
  private static final int LENGTH_BYTES = 8;
  private static final long LARGEST = 100_000_000; // as the reference implementation
  private static final int MOST_DIMENSIONS = 32;

  static SafetensorsHeader read(Path file, FileChannel channel) throws IOException {
    long size = channel.size();
    if (size < LENGTH_BYTES) {
      throw fault(file, "got " + size + " bytes, wanted at least 8 for the header's length");
    }
    long length = read(channel, 0, LENGTH_BYTES).getLong();
    if (length < 2 || length > LARGEST || length > size - LENGTH_BYTES) {
      throw fault(
          file,
          "got a header length of "
              + Long.toUnsignedString(length)
              + " in a file of "
              + size
              + " bytes");
    }
    ByteBuffer json = read(channel, LENGTH_BYTES, (int) length);
    long start = LENGTH_BYTES + length;
    try {
      return new Parser(StandardCharsets.UTF_8.newDecoder().decode(json).toString())
          .header(start, size - start);
    } catch (CharacterCodingException e) {
      throw new WeightsException(file + ": the header is not UTF-8", e);
    } catch (MalformedJsonException | EOFException e) {
      throw new WeightsException(file + ": the header is not JSON: " + e.getMessage(), e);
    } catch (Fault | IllegalStateException | NumberFormatException | JsonParseException e) {
      throw new WeightsException(file + ": the header is wrong: " + e.getMessage(), e);
    }
  }

  private static ByteBuffer read(FileChannel channel, long at, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, at + bytes.position()) < 0) {
        throw new EOFException("at byte " + (at + bytes.position()));
      }
    }
    return bytes.flip();
  }

  private static WeightsException fault(Path file, String what) {
    return new WeightsException(file + ": not a safetensors file, or damaged: " + what);
  }

  /** Length and header of float32 tensors that follow one another, padded to 8 bytes. */
  static ByteBuffer encode(Map<String, Shape> shapes, Map<String, String> metadata) {
    JsonObject root = new JsonObject();
    if (!metadata.isEmpty()) {
      JsonObject strings = new JsonObject();
      metadata.forEach(strings::addProperty);
      root.add("__metadata__", strings);
    }
    long at = 0;
    for (Map.Entry<String, Shape> each : shapes.entrySet()) {
      long end = at + 4 * each.getValue().size();
      JsonObject entry = new JsonObject();
      entry.addProperty("dtype", "F32");
      entry.add("shape", array(each.getValue().asArray()));
      entry.add("data_offsets", array(at, end));
      root.add(each.getKey(), entry);
      at = end;
    }
    byte[] json = root.toString().getBytes(StandardCharsets.UTF_8);
    int padded = (json.length + 7) / 8 * 8;
    byte[] spaced = Arrays.copyOf(json, padded);
    Arrays.fill(spaced, json.length, padded, (byte) ' ');
    return ByteBuffer.allocate(LENGTH_BYTES + padded)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(padded)
        .put(spaced)
        .flip();
  }

  private static com.google.gson.JsonArray array(long... values) {
    com.google.gson.JsonArray array = new com.google.gson.JsonArray();
    Arrays.stream(values).forEach(array::add);
    return array;
  }

  /** What is wrong in a header. */
  private static final class Fault extends RuntimeException {
    private static final long serialVersionUID = 1;

    Fault(String message) {
      super(message);
    }
  }

  private static final class Parser {
    private final JsonReader in;

    Parser(String json) {
      in = new JsonReader(new StringReader(json));
      in.setStrictness(Strictness.STRICT);
    }

    SafetensorsHeader header(long dataStart, long dataSize) throws IOException {
      Map<String, Safetensors.Entry> found = new HashMap<>();
      Map<String, String> metadata = new LinkedHashMap<>();
      boolean described = false;
      in.beginObject();
      while (in.hasNext()) {
        String name = in.nextName();
        if (name.equals("__metadata__")) {
          if (described) {
            throw new Fault("__metadata__ is there twice");
          }
          described = true;
          strings(metadata);
        } else if (found.put(name, entry(name)) != null) {
          throw new Fault(name + " is there twice");
        }
      }
      in.endObject();
      if (in.peek() != JsonToken.END_DOCUMENT) {
        throw new Fault("something follows the object");
      }
      return new SafetensorsHeader(
          dataStart, covering(found, dataSize), Collections.unmodifiableMap(metadata));
    }

    private void strings(Map<String, String> metadata) throws IOException {
      in.beginObject();
      while (in.hasNext()) {
        String key = in.nextName();
        if (in.peek() != JsonToken.STRING) {
          throw new Fault("__metadata__." + key + " is no string");
        }
        if (metadata.put(key, in.nextString()) != null) {
          throw new Fault("__metadata__." + key + " is there twice");
        }
      }
      in.endObject();
    }

    private Safetensors.Entry entry(String name) throws IOException {
      Safetensors.@Nullable DType dtype = null;
      long @Nullable [] shape = null;
      long @Nullable [] offsets = null;
      in.beginObject();
      while (in.hasNext()) {
        String key = in.nextName();
        if (key.equals("dtype") && dtype == null && in.peek() == JsonToken.STRING) {
          dtype = dtype(name, in.nextString());
        } else if (key.equals("shape") && shape == null) {
          shape = numbers(name, key);
        } else if (key.equals("data_offsets") && offsets == null) {
          offsets = numbers(name, key);
        } else {
          throw new Fault(name + ": " + key + " is unknown, there twice or of the wrong kind");
        }
      }
      in.endObject();
      if (dtype == null || shape == null || offsets == null) {
        throw new Fault(name + ": wanted dtype, shape and data_offsets");
      }
      if (offsets.length != 2 || offsets[0] > offsets[1]) {
        throw new Fault(name + ": data_offsets are " + Arrays.toString(offsets));
      }
      return checked(name, new Safetensors.Entry(dtype, Shape.of(shape), offsets[0], offsets[1]));
    }

    private static Safetensors.DType dtype(String name, String text) {
      for (Safetensors.DType dtype : Safetensors.DType.values()) {
        if (dtype.name().equals(text)) {
          return dtype;
        }
      }
      throw new Fault(name + ": got dtype " + text + ", which is unknown");
    }

    private long[] numbers(String name, String key) throws IOException {
      List<Long> values = new ArrayList<>();
      in.beginArray();
      while (in.hasNext()) {
        if (in.peek() != JsonToken.NUMBER || values.size() == MOST_DIMENSIONS) {
          throw new Fault(name + ": " + key + " is no list of a few numbers");
        }
        String text = in.nextString();
        if (!text.chars().allMatch(c -> c >= '0' && c <= '9')) {
          throw new Fault(name + ": " + key + " has " + text);
        }
        values.add(Long.parseLong(text));
      }
      in.endArray();
      return values.stream().mapToLong(Long::longValue).toArray();
    }

    private static Safetensors.Entry checked(String name, Safetensors.Entry entry) {
      long bytes = entry.dtype().bytes();
      try {
        for (long dimension : entry.shape().asArray()) {
          bytes = Math.multiplyExact(bytes, dimension);
        }
      } catch (ArithmeticException e) {
        bytes = -1;
      }
      if (bytes != entry.end() - entry.begin()) {
        throw new Fault(
            name
                + ": "
                + entry.dtype()
                + " "
                + entry.shape()
                + " does not take the "
                + (entry.end() - entry.begin())
                + " bytes of its data_offsets");
      }
      return entry;
    }

    /** In the order of the data, which they cover from the first to the last byte. */
    private static Map<String, Safetensors.Entry> covering(
        Map<String, Safetensors.Entry> found, long dataSize) {
      List<Map.Entry<String, Safetensors.Entry>> sorted = new ArrayList<>(found.entrySet());
      sorted.sort(
          Comparator.comparingLong((Map.Entry<String, Safetensors.Entry> e) -> e.getValue().begin())
              .thenComparingLong(e -> e.getValue().end())
              .thenComparing(Map.Entry::getKey));
      Map<String, Safetensors.Entry> ordered = new LinkedHashMap<>();
      long at = 0;
      for (Map.Entry<String, Safetensors.Entry> each : sorted) {
        long begin = each.getValue().begin();
        if (begin != at) {
          throw new Fault(
              each.getKey()
                  + ": its data begins at "
                  + begin
                  + ", wanted "
                  + at
                  + (begin < at ? " (overlap)" : " (gap)"));
        }
        at = each.getValue().end();
        ordered.put(each.getKey(), each.getValue());
      }
      if (at != dataSize) {
        throw new Fault(
            "the tensors take " + at + " bytes and the file has " + dataSize + " (truncated?)");
      }
      return Collections.unmodifiableMap(ordered);
    }
  }
}
