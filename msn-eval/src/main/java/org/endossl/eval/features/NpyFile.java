package org.endossl.eval.features;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.endossl.eval.AtomicFiles;
import org.endossl.tfrecords.DataException;

/**
 * NumPy's {@code .npy}, for matrices of little-endian float32 in C order: format 1.0 is written,
 * 1.0 to 3.0 are read.
 */
public final class NpyFile {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final Pattern SHAPE =
      Pattern.compile("'shape'\\s*:\\s*\\(\\s*(\\d+)\\s*,\\s*(\\d+)\\s*,?\\s*\\)");
  private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
  private static final Pattern FORTRAN = Pattern.compile("'fortran_order'\\s*:\\s*(\\w+)");
  private static final int ALIGNMENT = 64;
  private static final int CHUNK = 1 << 20;

  private NpyFile() {}

  /** Writes a matrix, whole or not at all. */
  public static void write(Path file, Matrix matrix) throws IOException {
    AtomicFiles.write(file, out -> write(out, matrix));
  }

  private static void write(OutputStream out, Matrix matrix) throws IOException {
    String header =
        "{'descr': '<f4', 'fortran_order': False, 'shape': ("
            + matrix.rows()
            + ", "
            + matrix.columns()
            + "), }";
    int unpadded = MAGIC.length + 4 + header.length() + 1;
    int padding = (ALIGNMENT - unpadded % ALIGNMENT) % ALIGNMENT;
    int length = header.length() + padding + 1;
    out.write(MAGIC);
    out.write(new byte[] {1, 0, (byte) length, (byte) (length >> 8)});
    out.write((header + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII));
    float[] values = matrix.values();
    ByteBuffer buffer = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
    for (int from = 0; from < values.length; from += CHUNK / Float.BYTES) {
      int n = Math.min(CHUNK / Float.BYTES, values.length - from);
      buffer.asFloatBuffer().put(values, from, n);
      out.write(buffer.array(), 0, n * Float.BYTES);
    }
  }

  /**
   * Reads a matrix.
   *
   * @throws DataException if the file is no .npy matrix of float32 or is cut short
   */
  public static Matrix read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new DataException(file + ": no such file");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      String header = header(file, channel);
      String type = find(DESCR, header, file);
      String fortran = find(FORTRAN, header, file);
      if (!type.equals("<f4") || !fortran.equals("False")) {
        throw new DataException(
            file + ": " + type + ", fortran_order " + fortran + ", wanted <f4 in C order");
      }
      Matcher shape = SHAPE.matcher(header);
      if (!shape.find()) {
        throw new DataException(file + ": wanted two dimensions, got " + header.strip());
      }
      int rows = Integer.parseInt(shape.group(1));
      int columns = Integer.parseInt(shape.group(2));
      long wanted = (long) rows * columns * Float.BYTES;
      long got = channel.size() - channel.position();
      if (wanted != got) {
        throw new DataException(
            file + ": " + got + " bytes of data, wanted " + wanted + "; make it again");
      }
      Matrix matrix = Matrix.zeros(rows, columns);
      ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
      for (int at = 0; at < matrix.values().length; ) {
        int n = Math.min(CHUNK / Float.BYTES, matrix.values().length - at);
        fill(file, channel, buffer.clear().limit(n * Float.BYTES));
        buffer.asFloatBuffer().get(matrix.values(), at, n);
        at += n;
      }
      return matrix;
    } catch (NumberFormatException e) {
      throw new DataException(file + ": its shape is too large", e);
    }
  }

  private static String header(Path file, FileChannel channel) throws IOException {
    ByteBuffer start = ByteBuffer.allocate(MAGIC.length + 2);
    if (channel.size() < start.capacity() + 4) {
      throw new DataException(file + ": too short for a .npy file");
    }
    fill(file, channel, start);
    for (int i = 0; i < MAGIC.length; i++) {
      if (start.get(i) != MAGIC[i]) {
        throw new DataException(file + ": is no .npy file");
      }
    }
    boolean small = start.get(MAGIC.length) == 1;
    ByteBuffer size = ByteBuffer.allocate(small ? 2 : 4).order(ByteOrder.LITTLE_ENDIAN);
    fill(file, channel, size);
    long length = small ? size.getShort(0) & 0xFFFF : size.getInt(0) & 0xFFFFFFFFL;
    if (length > channel.size() - channel.position()) {
      throw new DataException(file + ": is cut short in its header; make it again");
    }
    ByteBuffer text = ByteBuffer.allocate((int) Math.min(length, Integer.MAX_VALUE - 8));
    fill(file, channel, text);
    return new String(text.array(), StandardCharsets.UTF_8);
  }

  private static void fill(Path file, FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new DataException(file + ": is cut short; make it again");
      }
    }
    buffer.flip();
  }

  private static String find(Pattern pattern, String header, Path file) throws DataException {
    Matcher matcher = pattern.matcher(header);
    if (!matcher.find()) {
      throw new DataException(file + ": not a .npy header: " + header.strip());
    }
    return String.valueOf(matcher.group(1));
  }
}
