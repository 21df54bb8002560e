package org.endossl.eval.metrics;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.endossl.tfrecords.DataException;

/**
 * The lines of a CSV as ranges of one buffer; a field becomes a string only when it is asked for.
 */
final class Lines {
  private static final int MAX_DIGITS = 18;

  private final InputStream in;
  private byte[] buffer = new byte[1 << 20];
  private int filled;
  private int from;
  private int to;
  private int next;
  private long number;
  private int[] ends = new int[8];
  private int[] starts = new int[8];

  Lines(InputStream in) {
    this.in = in;
  }

  /** Goes to the next line; false at the end. */
  boolean next() throws IOException {
    int scan = next;
    while (true) {
      for (; scan < filled; scan++) {
        if (buffer[scan] == '\n') {
          take(scan, scan + 1);
          return true;
        }
      }
      int kept = filled - next;
      if (kept == buffer.length) {
        buffer = Arrays.copyOf(buffer, Math.multiplyExact(buffer.length, 2));
      } else if (next > 0) {
        System.arraycopy(buffer, next, buffer, 0, kept);
      }
      next = 0;
      filled = kept;
      scan = kept;
      int read = in.read(buffer, filled, buffer.length - filled);
      if (read < 0) {
        if (filled == 0) {
          return false;
        }
        take(filled, filled);
        return true;
      }
      filled += read;
    }
  }

  private void take(int end, int after) {
    from = next;
    to = end;
    next = after;
    number++;
    if (to > from && buffer[to - 1] == '\r') {
      to--;
    }
    // A byte order mark is no part of the first column's name.
    if (number == 1
        && to - from >= 3
        && buffer[from] == (byte) 0xEF
        && buffer[from + 1] == (byte) 0xBB
        && buffer[from + 2] == (byte) 0xBF) {
      from += 3;
    }
  }

  /** Number of the line, from 1. */
  long number() {
    return number;
  }

  int length() {
    return to - from;
  }

  String text() {
    return new String(buffer, from, to - from, StandardCharsets.UTF_8);
  }

  /** Finds the fields of the line and returns how many there are. */
  int split(Path file) throws DataException {
    int n = 0;
    int at = from;
    while (true) {
      if (n == starts.length) {
        starts = Arrays.copyOf(starts, n * 2);
        ends = Arrays.copyOf(ends, n * 2);
      }
      boolean quoted = at < to && buffer[at] == '"';
      int end = quoted ? closing(at + 1, file) : at;
      while (!quoted && end < to && buffer[end] != ',') {
        end++;
      }
      starts[n] = quoted ? at + 1 : at;
      ends[n++] = end;
      int after = quoted ? end + 1 : end;
      if (after < to && buffer[after] != ',') {
        throw new DataException(file + " line " + number + ": text after a closing quote");
      } else if (after >= to) {
        return n;
      }
      at = after + 1;
    }
  }

  private int closing(int at, Path file) throws DataException {
    for (int i = at; i < to; i++) {
      if (buffer[i] == '"') {
        if (i + 1 == to || buffer[i + 1] != '"') {
          return i;
        }
        i++;
      }
    }
    throw new DataException(file + " line " + number + ": a quote is not closed");
  }

  /** All fields as strings. */
  List<String> fields(Path file) throws DataException {
    int n = split(file);
    List<String> fields = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      fields.add(text(i));
    }
    return fields;
  }

  /** A field of the line that was split last. */
  String text(int field) {
    return new String(buffer, starts[field], ends[field] - starts[field], StandardCharsets.UTF_8)
        .replace("\"\"", "\"");
  }

  boolean matches(int field, byte[] text) {
    return Arrays.equals(buffer, starts[field], ends[field], text, 0, text.length);
  }

  /** A field of digits as a number; -1 if it is anything else. */
  long number(int field) {
    int start = starts[field];
    int end = ends[field];
    if (start == end || end - start > MAX_DIGITS) {
      return -1;
    }
    long value = 0;
    for (int i = start; i < end; i++) {
      int digit = buffer[i] - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value;
  }
}
