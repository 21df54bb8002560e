package org.endossl.tfrecords;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.BytesList;
import org.tensorflow.proto.Example;
import org.tensorflow.proto.Feature;
import org.tensorflow.proto.Features;
import org.tensorflow.proto.FloatList;
import org.tensorflow.proto.Int64List;

class ExampleCodecTest {

  private static Example example(String name, Feature feature) {
    return Example.newBuilder()
        .setFeatures(Features.newBuilder().putFeature(name, feature))
        .build();
  }

  private static String refused(byte[] bytes, String name, int count) {
    IOException e =
        assertThrows(
            IOException.class,
            () -> {
              ExampleCodec example = ExampleCodec.parse(bytes);
              if (count < 0) {
                example.bytes(name);
              } else {
                example.integers(name, count);
              }
            });
    return String.valueOf(e.getMessage());
  }

  @Test
  void randomExamples_readAsProtobufReadsThem() throws IOException {
    SplittableRandom random = new SplittableRandom(7);
    for (int run = 0; run < 2_000; run++) {
      Features.Builder features = Features.newBuilder();
      int count = random.nextInt(6);
      for (int i = 0; i < count; i++) {
        features.putFeature("f" + i, randomFeature(random));
      }
      Example written = Example.newBuilder().setFeatures(features).build();
      ExampleCodec read = ExampleCodec.parse(ExampleCodec.serialize(written));
      assertEquals(count, read.names().size());
      for (String name : read.names()) {
        requireSame(written.getFeatures().getFeatureOrThrow(name), read, name);
      }
    }
  }

  private static Feature randomFeature(SplittableRandom random) {
    if (random.nextBoolean()) {
      byte[] value = new byte[random.nextInt(300)];
      random.nextBytes(value);
      return ExampleCodec.feature(ByteString.copyFrom(value));
    }
    return ExampleCodec.feature(random.longs(random.nextInt(9)).boxed().toList());
  }

  private static void requireSame(Feature wanted, ExampleCodec read, String name)
      throws IOException {
    if (wanted.hasBytesList()) {
      assertArrayEquals(wanted.getBytesList().getValue(0).toByteArray(), read.bytes(name));
    } else {
      List<Long> values = wanted.getInt64List().getValueList();
      assertEquals(values, Arrays.stream(read.integers(name, values.size())).boxed().toList());
    }
  }

  @Test
  void unpackedIntegers_areRead() throws IOException {
    byte[] list =
        bytes(
            out -> {
              out.writeInt64(1, 5);
              out.writeInt64(1, -6);
            });
    byte[] feature = bytes(out -> out.writeByteArray(3, list));
    byte[] example = example("x", Feature.parseFrom(feature)).toByteArray();
    byte[] entry =
        bytes(
            out -> {
              out.writeString(1, "x");
              out.writeByteArray(2, feature);
            });
    byte[] raw = bytes(out -> out.writeByteArray(1, bytes(in -> in.writeByteArray(1, entry))));
    assertArrayEquals(new long[] {5, -6}, ExampleCodec.parse(raw).integers("x", 2));
    assertArrayEquals(new long[] {5, -6}, ExampleCodec.parse(example).integers("x", 2));
  }

  private interface Writing {
    void to(CodedOutputStream out) throws IOException;
  }

  private static byte[] bytes(Writing writing) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    writing.to(out);
    out.flush();
    return bytes.toByteArray();
  }

  @Test
  void wrongKindsAndCounts_areRefused() {
    Feature floats = Feature.newBuilder().setFloatList(FloatList.newBuilder().addValue(1)).build();
    Feature two =
        Feature.newBuilder()
            .setBytesList(
                BytesList.newBuilder().addValue(ByteString.EMPTY).addValue(ByteString.EMPTY))
            .build();
    assertEquals(
        "x has floats, wanted integers", refused(example("x", floats).toByteArray(), "x", 1));
    assertEquals(
        "x has floats, wanted bytes", refused(example("x", floats).toByteArray(), "x", -1));
    assertEquals("x has 2 values, wanted 1", refused(example("x", two).toByteArray(), "x", -1));
    Feature none = Feature.getDefaultInstance();
    assertEquals("x has 0 values, wanted 1", refused(example("x", none).toByteArray(), "x", 1));
    assertEquals("no feature y, wanted integers", refused(new byte[0], "y", 1));
    Feature nine =
        Feature.newBuilder().setInt64List(Int64List.newBuilder().addValue(1).addValue(2)).build();
    assertEquals("x has 2 values, wanted 1", refused(example("x", nine).toByteArray(), "x", 1));
  }

  @Test
  void aFeatureTwice_isRefused() throws IOException {
    byte[] one = example("x", ExampleCodec.feature(List.of(1L))).toByteArray();
    byte[] both =
        bytes(
            out -> {
              out.writeRawBytes(one);
              out.writeRawBytes(one);
            });
    assertEquals("the feature \"x\" is there twice, wanted once", refused(both, "x", 1));
  }

  @Test
  void nestedGroups_doNotOverflowTheStack() {
    byte[] groups = new byte[1_000_000];
    Arrays.fill(groups, (byte) (5 << 3 | 3));
    assertTrue(refused(groups, "x", 1).contains("group"));
  }
}
