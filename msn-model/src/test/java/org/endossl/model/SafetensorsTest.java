package org.endossl.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.ndarray.Shape;

class SafetensorsTest {
  @TempDir Path folder;

  @Test
  void write_thenOpen_givesTheSameBits() throws IOException {
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    tensors.put("z é", HostTensor.of(Shape.of(2, 2), 1, -0f, Float.MIN_VALUE, Float.NaN));
    tensors.put("empty", HostTensor.of(Shape.of(0, 3)));
    tensors.put("scalar", HostTensor.of(Shape.scalar(), 7));
    Path file = folder.resolve("x.safetensors");
    Safetensors.write(file, TensorSource.of("test", tensors), Map.of("format", "pt"));
    Safetensors read = Safetensors.open(file);
    assertEquals(List.of("z é", "empty", "scalar"), List.copyOf(read.shapes().keySet()));
    for (String name : tensors.keySet()) {
      assertEquals(tensors.get(name), read.tensor(name), name);
    }
    assertEquals(Map.of("format", "pt"), read.metadata());
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(file), left.toList());
    }
  }

  @Test
  void halves_areWidenedExactly() throws IOException {
    short[] f16 = {0x3c00, (short) 0xc000, 0x0001, 0x7bff, 0x7c00, 0x0400, (short) 0x8000, 0x03ff};
    float[] wanted = {
      1, -2, 0x1p-24f, 65504, Float.POSITIVE_INFINITY, 0x1p-14f, -0f, 1023 * 0x1p-24f
    };
    ByteBuffer data = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
    for (short half : f16) {
      data.putShort(half);
    }
    data.putShort((short) 0x3f80).putShort((short) 0xc0a0);
    Path file =
        file(
            "{\"a\":{\"dtype\":\"F16\",\"shape\":[8],\"data_offsets\":[0,16]},"
                + "\"b\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[16,20]}}",
            data.array());
    Safetensors read = Safetensors.open(file);
    assertArrayEquals(wanted, read.tensor("a").toArray());
    assertArrayEquals(new float[] {1, -5}, read.tensor("b").toArray());
    assertTrue(Float.isNaN(HalfFloats.fromF16((short) 0x7e00)));
  }

  @Test
  void tensor_ofAnotherType_isNamed() throws IOException {
    Path file =
        file("{\"a\":{\"dtype\":\"I32\",\"shape\":[1],\"data_offsets\":[0,4]}}", new byte[4]);
    Safetensors read = Safetensors.open(file);
    assertEquals(Map.of(), read.shapes());
    WeightsException e = assertThrows(WeightsException.class, () -> read.tensor("a"));
    assertEquals(file + ": tensor a: got I32, wanted F32, F16 or BF16", e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}|does not take the 4 bytes",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}|take 4 bytes and the file has 8",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}|take 16 bytes and the file has 8",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}|(gap)",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}|(overlap)",
        "{\"a\":{\"dtype\":\"F31\",\"shape\":[2],\"data_offsets\":[0,8]}}|got dtype F31",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}|shape has -2",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}|shape has 2.0",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]}}|does not take",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,8]}}|99999999999999999999",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}|data_offsets are",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[8,8]}}|twice",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"shape\":[2],\"data_offsets\":[0,8]}}|twice",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}|wanted dtype, shape and data_offsets",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"x\":1}}|x is unknown",
        "{\"__metadata__\":{\"a\":1}}|__metadata__.a is no string",
        "{\"a\":3}|the header is wrong",
        "[]|the header is wrong",
        "{} x|not JSON",
        "{a:1}|not JSON",
        "{\"a\":|not JSON",
      })
  void open_ofALyingHeader_saysWhat(String header, String wanted) throws IOException {
    Path file = file(header, new byte[8]);
    WeightsException e = assertThrows(WeightsException.class, () -> Safetensors.open(file));
    String message = String.valueOf(e.getMessage());
    assertTrue(message.startsWith(file + ": ") && message.contains(wanted), message);
  }

  @Test
  void open_ofATruncatedFile_isRefused_atEveryByte() throws IOException {
    Path whole =
        file("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", new byte[8]);
    byte[] bytes = Files.readAllBytes(whole);
    Path file = folder.resolve("cut");
    for (int length = 0; length < bytes.length; length++) {
      Files.write(file, Arrays.copyOf(bytes, length));
      assertThrows(WeightsException.class, () -> Safetensors.open(file), "length " + length);
    }
    assertThrows(WeightsException.class, () -> Safetensors.open(folder.resolve("none")));
  }

  @Test
  void open_ofDamagedBytes_readsOrRefuses_butNothingElse() throws IOException {
    Path whole =
        file(
            "{\"__metadata__\":{\"format\":\"pt\"},"
                + "\"a\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},"
                + "\"b\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[8,16]}}",
            new byte[16]);
    byte[] bytes = Files.readAllBytes(whole);
    Path file = folder.resolve("damaged");
    Random random = new Random(1);
    int refused = 0;
    for (int i = 0; i < 1000; i++) {
      byte[] damaged = bytes.clone();
      for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(128);
      }
      Files.write(file, damaged);
      try {
        Safetensors read = Safetensors.open(file);
        for (String name : read.shapes().keySet()) {
          read.tensor(name);
        }
      } catch (WeightsException e) {
        refused++;
      }
    }
    assertTrue(refused > 300, "refused " + refused);
  }

  private Path file(String header, byte[] data) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json).put(data);
    Path file = folder.resolve("made.safetensors");
    return Files.write(file, bytes.array());
  }
}
