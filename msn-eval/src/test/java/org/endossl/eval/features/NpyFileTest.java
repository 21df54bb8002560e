package org.endossl.eval.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.endossl.tfrecords.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyFileTest {
  @TempDir Path temp;

  @Test
  void write_ofTwoByTwo_hasTheBytesThatNumPyWrites() throws IOException {
    Path file = temp.resolve("m.npy");
    NpyFile.write(file, new Matrix(2, 2, new float[] {1, 2, 3, -4}));
    byte[] bytes = Files.readAllBytes(file);
    String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }";
    assertEquals(128 + 16, bytes.length);
    assertArrayEquals(
        new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0}, Arrays.copyOf(bytes, 10));
    assertEquals(
        header + " ".repeat(117 - header.length()) + "\n",
        new String(bytes, 10, 118, StandardCharsets.US_ASCII));
    assertArrayEquals(
        new byte[] {0, 0, (byte) 0x80, 0x3F, 0, 0, 0, 0x40}, Arrays.copyOfRange(bytes, 128, 136));
    assertFalse(Files.exists(temp.resolve("m.npy.part")));
  }

  @Test
  void read_givesBackWhatWasWritten_overManyChunks() throws IOException {
    Matrix matrix = Matrix.zeros(700, 901);
    for (int i = 0; i < matrix.values().length; i++) {
      matrix.values()[i] = i * 0.37f - 1000;
    }
    Path file = temp.resolve("m.npy");
    NpyFile.write(file, matrix);
    Matrix got = NpyFile.read(file);
    assertEquals(700, got.rows());
    assertArrayEquals(matrix.values(), got.values());
  }

  @Test
  void read_ofDamage_saysWhatIsWrong() throws IOException {
    Path file = temp.resolve("m.npy");
    NpyFile.write(file, new Matrix(2, 2, new float[4]));
    byte[] good = Files.readAllBytes(file);
    assertFault(Arrays.copyOf(good, 140), "12 bytes of data, wanted 16");
    assertFault(Arrays.copyOf(good, 50), "cut short in its header");
    assertFault(Arrays.copyOf(good, 5), "too short");
    assertFault("not a file of numbers".getBytes(StandardCharsets.UTF_8), "is no .npy file");
    String text = new String(good, StandardCharsets.ISO_8859_1);
    assertFault(text.replace("<f4", "<f8").getBytes(StandardCharsets.ISO_8859_1), "<f8");
    assertFault(text.replace("(2, 2)", "(4,)  ").getBytes(StandardCharsets.ISO_8859_1), "two dim");
  }

  private void assertFault(byte[] bytes, String message) throws IOException {
    Path file = temp.resolve("bad.npy");
    Files.write(file, bytes);
    DataException e = assertThrows(DataException.class, () -> NpyFile.read(file));
    assertTrue(String.valueOf(e.getMessage()).contains(message), String.valueOf(e.getMessage()));
  }
}
