package org.endossl.tfrecords;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tensorflow.proto.BytesList;
import org.tensorflow.proto.Example;
import org.tensorflow.proto.Feature;
import org.tensorflow.proto.Int64List;

/**
 * Reads single features of a serialised {@code tf.Example} off the wire format: neither the message
 * nor the features that nobody asks for are built.
 *
 * <p>Stricter than Protobuf where Protobuf lets the last of two win: a feature that is there twice,
 * or one with two kinds of values, is refused. Groups, which no Example has, are refused too.
 */
public final class ExampleCodec {

  private static final int EXAMPLE_FEATURES = 1;
  private static final int FEATURES_FEATURE = 1;
  private static final int ENTRY_KEY = 1;
  private static final int ENTRY_VALUE = 2;
  private static final int LIST_VALUE = 1;

  /** The kinds of values, as messages call them, by field number in {@code Feature}. */
  private static final List<String> KINDS = List.of("no values", "bytes", "floats", "integers");

  private static final int BYTES = 1;
  private static final int INTEGERS = 3;
  private static final int NAME_LIMIT = 256;

  private final byte[] bytes;
  private final Map<String, Slice> features = new HashMap<>();

  /** A part of the serialised bytes. */
  record Slice(int offset, int length) {}

  private ExampleCodec(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Finds where the features are.
   *
   * @param bytes a serialised Example; not copied and not changed
   * @throws IOException when it is none; the message says why and names no file
   */
  public static ExampleCodec parse(byte[] bytes) throws IOException {
    ExampleCodec example = new ExampleCodec(bytes);
    example.eachMessage(
        new Slice(0, bytes.length),
        EXAMPLE_FEATURES,
        all -> example.eachMessage(all, FEATURES_FEATURE, example::entry));
    return example;
  }

  /** The names of the features, in no order. */
  public List<String> names() {
    return List.copyOf(features.keySet());
  }

  /** A feature's only byte string, copied. */
  public byte[] bytes(String name) throws IOException {
    Slice value = slice(name);
    return Arrays.copyOfRange(bytes, value.offset(), value.offset() + value.length());
  }

  /** Where a feature's only byte string is. */
  Slice slice(String name) throws IOException {
    Slice[] only = new Slice[1];
    int[] count = new int[1];
    Slice list = list(name, BYTES);
    if (list != null) {
      eachMessage(
          list,
          LIST_VALUE,
          value -> {
            only[0] = value;
            count[0]++;
          });
    }
    if (count[0] != 1) {
      throw new InvalidProtocolBufferException(name + " has " + count[0] + " values, wanted 1");
    }
    return only[0];
  }

  /**
   * A feature's integers.
   *
   * @param count how many there must be
   */
  public long[] integers(String name, int count) throws IOException {
    Slice list = list(name, INTEGERS);
    long[] values = new long[count];
    int found = list == null ? 0 : integers(list, values);
    if (found != count) {
      throw new InvalidProtocolBufferException(name + " has " + found + " values, wanted " + count);
    }
    return values;
  }

  /** Counts all, keeps those for which there is room. */
  private int integers(Slice list, long[] values) throws IOException {
    CodedInputStream in = input(list);
    int found = 0;
    int tag;
    while ((tag = in.readTag()) != 0) {
      int wire = WireFormat.getTagWireType(tag);
      if (WireFormat.getTagFieldNumber(tag) != LIST_VALUE) {
        skip(in, tag);
      } else if (wire == WireFormat.WIRETYPE_VARINT) {
        found = keep(values, found, in.readInt64());
      } else if (wire == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        int limit = in.pushLimit(in.readRawVarint32());
        while (in.getBytesUntilLimit() > 0) {
          found = keep(values, found, in.readInt64());
        }
        in.popLimit(limit);
      } else {
        throw new InvalidProtocolBufferException("integers in wire type " + wire);
      }
    }
    return found;
  }

  private static int keep(long[] values, int found, long value) {
    if (found < values.length) {
      values[found] = value;
    }
    return found + 1;
  }

  /** The list of values of a feature; null when the list is empty and was not written. */
  private @Nullable Slice list(String name, int kind) throws IOException {
    Slice feature = features.get(name);
    if (feature == null) {
      throw new InvalidProtocolBufferException(
          "no feature " + name + ", wanted " + KINDS.get(kind));
    }
    CodedInputStream in = input(feature);
    Slice list = null;
    int tag;
    while ((tag = in.readTag()) != 0) {
      int field = WireFormat.getTagFieldNumber(tag);
      if (field < 1 || field >= KINDS.size()) {
        skip(in, tag);
        continue;
      }
      if (field != kind) {
        throw new InvalidProtocolBufferException(
            name + " has " + KINDS.get(field) + ", wanted " + KINDS.get(kind));
      }
      if (list != null) {
        throw new InvalidProtocolBufferException(name + " has two lists of values, wanted 1");
      }
      list = message(in, tag, feature.offset());
    }
    return list;
  }

  private void entry(Slice entry) throws IOException {
    CodedInputStream in = input(entry);
    String name = "";
    Slice value = new Slice(entry.offset(), 0);
    int tag;
    while ((tag = in.readTag()) != 0) {
      int field = WireFormat.getTagFieldNumber(tag);
      if (field == ENTRY_KEY) {
        Slice key = message(in, tag, entry.offset());
        if (key.length() > NAME_LIMIT) {
          throw new InvalidProtocolBufferException(
              "a feature's name has " + key.length() + " bytes");
        }
        name = ByteString.copyFrom(bytes, key.offset(), key.length()).toStringUtf8();
      } else if (field == ENTRY_VALUE) {
        value = message(in, tag, entry.offset());
      } else {
        skip(in, tag);
      }
    }
    if (features.put(name, value) != null) {
      throw new InvalidProtocolBufferException(
          "the feature " + Quoted.of(name) + " is there twice, wanted once");
    }
  }

  private interface Visitor {
    void visit(Slice message) throws IOException;
  }

  private void eachMessage(Slice within, int field, Visitor visitor) throws IOException {
    CodedInputStream in = input(within);
    int tag;
    while ((tag = in.readTag()) != 0) {
      if (WireFormat.getTagFieldNumber(tag) == field) {
        visitor.visit(message(in, tag, within.offset()));
      } else {
        skip(in, tag);
      }
    }
  }

  private static Slice message(CodedInputStream in, int tag, int base) throws IOException {
    if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
      throw new InvalidProtocolBufferException(
          "wire type " + WireFormat.getTagWireType(tag) + " where a message belongs");
    }
    int length = in.readRawVarint32();
    int at = in.getTotalBytesRead();
    in.skipRawBytes(length);
    return new Slice(base + at, length);
  }

  /** Skips a field; groups could nest deeper than the stack. */
  private static void skip(CodedInputStream in, int tag) throws IOException {
    int wire = WireFormat.getTagWireType(tag);
    if (wire == WireFormat.WIRETYPE_START_GROUP || wire == WireFormat.WIRETYPE_END_GROUP) {
      throw new InvalidProtocolBufferException("a group, which no Example has");
    }
    in.skipField(tag);
  }

  private CodedInputStream input(Slice slice) {
    return CodedInputStream.newInstance(bytes, slice.offset(), slice.length());
  }

  /** A feature of one byte string. */
  public static Feature feature(ByteString value) {
    return Feature.newBuilder().setBytesList(BytesList.newBuilder().addValue(value)).build();
  }

  /** A feature of integers. */
  public static Feature feature(Iterable<Long> values) {
    return Feature.newBuilder().setInt64List(Int64List.newBuilder().addAllValue(values)).build();
  }

  /** The bytes of an Example, features sorted by name, so that equal ones give equal bytes. */
  public static byte[] serialize(Example example) {
    byte[] bytes = new byte[example.getSerializedSize()];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    try {
      example.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException("an array that was too small", e);
    }
    return bytes;
  }
}
