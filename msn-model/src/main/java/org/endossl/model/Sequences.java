package org.endossl.model;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TType;

/**
 * How a token matrix [rows, width] is made up: groups of sequences of one length, packed one after
 * the other. Matrix products see the rows only; attention and the class tokens need this.
 *
 * @param groups in the order of the rows
 */
record Sequences(List<Group> groups) {
  /**
   * Sequences of one length.
   *
   * @param count how many; -1 if that is known when the graph runs only
   * @param size the same as a scalar
   * @param tokens in each, the class token first
   */
  record Group(int count, Operand<TInt32> size, int tokens) {
    int rows() {
      return count * tokens;
    }
  }

  Sequences {
    groups = List.copyOf(groups);
    if (groups.size() > 1 && groups.stream().anyMatch(g -> g.count() < 0)) {
      throw new IllegalArgumentException(
          "views: got an unknown batch, wanted a known one where views of several sizes are packed");
    }
  }

  /** A group for a batch. */
  static Group group(Ops tf, Operand<? extends TType> images, int tokens) {
    long batch = images.shape().get(0);
    return batch < 0
        ? new Group(
            -1,
            tf.reshape(
                tf.shape.size(images, tf.constant(0), TInt32.class), tf.constant(new int[0])),
            tokens)
        : new Group((int) batch, tf.constant((int) batch), tokens);
  }

  /** How many there are; -1 if that is known when the graph runs only. */
  int count() {
    return groups.get(0).count() < 0 ? -1 : groups.stream().mapToInt(Group::count).sum();
  }

  /** [groups, 2]: sequences and tokens, as the native op takes them. */
  Operand<TInt32> matrix(Ops tf) {
    List<Operand<TInt32>> rows = new ArrayList<>();
    for (Group g : groups) {
      rows.add(tf.stack(List.of(g.size(), tf.constant(g.tokens()))));
    }
    return tf.stack(rows);
  }

  /** The rows of each group of x [rows, width]. */
  <T extends TType> List<Operand<T>> split(Ops tf, Operand<T> x, int width) {
    if (groups.size() == 1) {
      return List.of(x);
    }
    List<Operand<T>> parts = new ArrayList<>();
    int from = 0;
    for (Group g : groups) {
      parts.add(rows(tf, x, from, g.rows(), width));
      from += g.rows();
    }
    return parts;
  }

  /** The sequences of each group of x [sequences, heads, width]. */
  <T extends TType> List<Operand<T>> splitSequences(Ops tf, Operand<T> x, int heads, int width) {
    if (groups.size() == 1) {
      return List.of(x);
    }
    List<Operand<T>> parts = new ArrayList<>();
    int from = 0;
    for (Group g : groups) {
      parts.add(
          tf.slice(
              x,
              tf.constant(new int[] {from, 0, 0}),
              tf.constant(new int[] {g.count(), heads, width})));
      from += g.count();
    }
    return parts;
  }

  /** The sequences of each group of x [sequences, width]. */
  <T extends TType> List<Operand<T>> splitSequences(Ops tf, Operand<T> x, int width) {
    if (groups.size() == 1) {
      return List.of(x);
    }
    List<Operand<T>> parts = new ArrayList<>();
    int from = 0;
    for (Group g : groups) {
      parts.add(rows(tf, x, from, g.count(), width));
      from += g.count();
    }
    return parts;
  }

  /** The class tokens: x [rows, width] to [sequences, width]. */
  <T extends TType> Operand<T> classTokens(Ops tf, Operand<T> x, int width) {
    List<Operand<T>> each = new ArrayList<>();
    List<Operand<T>> parts = split(tf, x, width);
    for (int i = 0; i < parts.size(); i++) {
      each.add(first(tf, parts.get(i), groups.get(i).tokens(), width));
    }
    return concat(tf, each);
  }

  /**
   * For each row, which sequence it belongs to.
   *
   * @return null if a group's count is not known
   */
  int @Nullable [] sequenceOfRow() {
    if (groups.get(0).count() < 0) {
      return null;
    }
    int[] of = new int[groups.stream().mapToInt(Group::rows).sum()];
    int row = 0;
    int sequence = 0;
    for (Group g : groups) {
      for (int i = 0; i < g.count(); i++, sequence++) {
        for (int t = 0; t < g.tokens(); t++) {
          of[row++] = sequence;
        }
      }
    }
    return of;
  }

  /** As {@link #sequenceOfRow} for a matrix of one row per sequence. */
  int @Nullable [] sequenceOfClassToken() {
    int[] rows = sequenceOfRow();
    if (rows == null) {
      return null;
    }
    return java.util.stream.IntStream.rangeClosed(0, rows[rows.length - 1]).toArray();
  }

  /** One after the other. */
  static <T extends TType> Operand<T> concat(Ops tf, List<Operand<T>> parts) {
    return parts.size() == 1 ? parts.get(0) : tf.concat(parts, tf.constant(0));
  }

  private static <T extends TType> Operand<T> first(Ops tf, Operand<T> x, int tokens, int width) {
    return tf.slice(
        tf.reshape(x, tf.constant(new int[] {-1, tokens * width})),
        tf.constant(new int[] {0, 0}),
        tf.constant(new int[] {-1, width}));
  }

  private static <T extends TType> Operand<T> rows(
      Ops tf, Operand<T> x, int from, int count, int width) {
    return tf.slice(x, tf.constant(new int[] {from, 0}), tf.constant(new int[] {count, width}));
  }
}
