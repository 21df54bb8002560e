package org.endossl.model;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.tensorflow.ndarray.Shape;

/**
 * A foreign format's names and layouts beside ours. One-to-one: no name is there twice on either
 * side.
 */
public final class NameTable {
  /** How a foreign tensor, its parts laid one after another, lies in memory. */
  public enum Layout {
    /** As ours. */
    SAME,
    /** PyTorch's Linear, [out, in]; ours is [in, out]. */
    LINEAR,
    /** PyTorch's Conv2d of square patches, [out, 3, side, side]; ours is [side * side * 3, out]. */
    PATCH
  }

  /**
   * One of our variables.
   *
   * @param ours its name
   * @param shape its shape
   * @param theirs the foreign tensors that it is made of, joined on their first axis
   * @param layout of the joined foreign tensor
   */
  public record Entry(String ours, Shape shape, List<String> theirs, Layout layout) {
    public Entry {
      theirs = List.copyOf(theirs);
    }

    Entry(String ours, Shape shape, String theirs, Layout layout) {
      this(ours, shape, List.of(theirs), layout);
    }

    /**
     * Values of our shape in the foreign layout, for a variable that is one foreign tensor; also
     * for its gradient.
     */
    public HostTensor toTheirs(HostTensor values) {
      return NameTable.theirs(this, 0, values);
    }

    /** The shape of each foreign tensor. */
    Shape theirShape() {
      long parts = theirs.size();
      return switch (layout) {
        case SAME -> parts == 1 ? shape : Shape.of(shape.get(0) / parts);
        case LINEAR -> Shape.of(shape.get(1) / parts, shape.get(0));
        case PATCH -> {
          long side = Math.round(Math.sqrt(shape.get(0) / 3.0));
          yield Shape.of(shape.get(1), 3, side, side);
        }
      };
    }
  }

  private final List<Entry> entries;
  private final Predicate<String> ignored;

  private NameTable(List<Entry> entries, Predicate<String> ignored) {
    this.entries = List.copyOf(entries);
    this.ignored = ignored;
    Map<String, String> seen = new HashMap<>();
    for (Entry entry : entries) {
      put(seen, "ours " + entry.ours());
      entry.theirs().forEach(name -> put(seen, "theirs " + name));
    }
  }

  private static void put(Map<String, String> seen, String name) {
    if (seen.put(name, name) != null) {
      throw new IllegalArgumentException("name table: " + name + " is there twice");
    }
  }

  /**
   * A table of these rows.
   *
   * @throws IllegalArgumentException if a name is there twice
   */
  public static NameTable of(List<Entry> entries) {
    return new NameTable(entries, name -> false);
  }

  /** The same table, for which foreign tensors of these names may be there and are not read. */
  public NameTable ignoring(Predicate<String> names) {
    return new NameTable(entries, ignored.or(names));
  }

  /** The same table with something in front of the names. */
  public NameTable prefixed(String ours, String theirs) {
    List<Entry> renamed = new ArrayList<>();
    for (Entry e : entries) {
      List<String> foreign = e.theirs().stream().map(name -> theirs + name).toList();
      renamed.add(new Entry(ours + e.ours(), e.shape(), foreign, e.layout()));
    }
    return new NameTable(
        renamed, name -> name.startsWith(theirs) && ignored.test(name.substring(theirs.length())));
  }

  /** Both tables' names. */
  public NameTable and(NameTable other) {
    List<Entry> both = new ArrayList<>(entries);
    both.addAll(other.entries);
    return new NameTable(both, ignored.or(other.ignored));
  }

  /** The rows of the table. */
  public List<Entry> entries() {
    return entries;
  }

  /**
   * Foreign tensors under our names and in our layout, each converted when it is asked for.
   *
   * @throws WeightsException if the source lacks tensors, has others, or shapes differ
   */
  public TensorSource toOurs(TensorSource theirs) throws WeightsException {
    Map<String, Shape> wanted = new LinkedHashMap<>();
    Map<String, Shape> shapes = new LinkedHashMap<>();
    Map<String, Entry> byName = new HashMap<>();
    for (Entry entry : entries) {
      entry.theirs().forEach(name -> wanted.put(name, entry.theirShape()));
      shapes.put(entry.ours(), entry.shape());
      byName.put(entry.ours(), entry);
    }
    Map<String, Shape> got = new LinkedHashMap<>(theirs.shapes());
    got.keySet().removeIf(name -> !wanted.containsKey(name) && ignored.test(name));
    Mismatch.check(theirs.where(), wanted, got, theirs.unread(), false);
    return new Converted(theirs.where(), shapes) {
      @Override
      public HostTensor tensor(String name) throws IOException {
        return ours(entry(byName, name), theirs);
      }
    };
  }

  /**
   * Our tensors under foreign names and in the foreign layout.
   *
   * @param ours may hold more
   * @return in alphabetical order of the names
   * @throws WeightsException if ours lacks tensors or shapes differ
   */
  public TensorSource toTheirs(TensorSource ours) throws WeightsException {
    Map<String, Shape> wanted = new LinkedHashMap<>();
    Map<String, Shape> shapes = new TreeMap<>();
    Map<String, Entry> byName = new HashMap<>();
    for (Entry entry : entries) {
      wanted.put(entry.ours(), entry.shape());
      for (String name : entry.theirs()) {
        shapes.put(name, entry.theirShape());
        byName.put(name, entry);
      }
    }
    Mismatch.check(ours.where(), wanted, ours.shapes(), true);
    return new Converted(ours.where(), shapes) {
      @Override
      public HostTensor tensor(String name) throws IOException {
        Entry entry = entry(byName, name);
        return theirs(entry, entry.theirs().indexOf(name), ours.tensor(entry.ours()));
      }
    };
  }

  private abstract static class Converted implements TensorSource {
    private final String where;
    private final Map<String, Shape> shapes;

    Converted(String where, Map<String, Shape> shapes) {
      this.where = where;
      this.shapes = Collections.unmodifiableMap(shapes);
    }

    @Override
    public String where() {
      return where;
    }

    @Override
    public Map<String, Shape> shapes() {
      return shapes;
    }

    Entry entry(Map<String, Entry> byName, String name) {
      Entry entry = byName.get(name);
      if (entry == null) {
        throw new IllegalArgumentException(where + ": no tensor " + name);
      }
      return entry;
    }
  }

  private static HostTensor ours(Entry entry, TensorSource theirs) throws IOException {
    FloatBuffer joined = theirs.tensor(entry.theirs().get(0)).values();
    if (entry.theirs().size() > 1) {
      joined = FloatBuffer.allocate(Math.toIntExact(entry.shape().size()));
      for (String name : entry.theirs()) {
        FloatBuffer part = theirs.tensor(name).values();
        joined.put(joined.position(), part, 0, part.limit());
        joined.position(joined.position() + part.limit());
      }
      joined.flip();
    }
    FloatBuffer values =
        switch (entry.layout()) {
          case SAME -> joined;
          case LINEAR -> Transpose.of(joined, rows(entry.shape(), 1));
          case PATCH -> Transpose.of(channelsLast(joined, entry, false), rows(entry.shape(), 1));
        };
    return new HostTensor(entry.shape(), values);
  }

  private static HostTensor theirs(Entry entry, int part, HostTensor ours) {
    FloatBuffer whole =
        switch (entry.layout()) {
          case SAME -> ours.values();
          case LINEAR -> Transpose.of(ours.values(), rows(entry.shape(), 0));
          case PATCH ->
              channelsLast(Transpose.of(ours.values(), rows(entry.shape(), 0)), entry, true);
        };
    int size = whole.limit() / entry.theirs().size();
    return new HostTensor(entry.theirShape(), whole.slice(part * size, size));
  }

  private static int rows(Shape shape, int axis) {
    return Math.toIntExact(shape.get(axis));
  }

  /** [out, 3, pixels] to [out, pixels, 3], or back. */
  private static FloatBuffer channelsLast(FloatBuffer values, Entry entry, boolean back) {
    int out = rows(entry.shape(), 1);
    int pixels = rows(entry.shape(), 0) / 3;
    float[] turned = new float[values.limit()];
    for (int o = 0; o < out; o++) {
      for (int c = 0; c < 3; c++) {
        for (int p = 0; p < pixels; p++) {
          int first = (o * 3 + c) * pixels + p;
          int last = (o * pixels + p) * 3 + c;
          turned[back ? first : last] = values.get(back ? last : first);
        }
      }
    }
    return FloatBuffer.wrap(turned);
  }
}
