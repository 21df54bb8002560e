package org.endossl.model;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The part of Python's pickle format that PyTorch's files use, as data: nothing is executed. A name
 * outside the allow-list, or an opcode that is not needed, is refused.
 */
final class Pickle {
  private static final int LONGEST = 1 << 20; // characters of one string

  /** Python's None. */
  enum None {
    NONE
  }

  /** A tuple. */
  record Tuple(List<Object> items) {}

  /** A name of the allow-list, not called yet. */
  record Global(String name) {}

  /**
   * A storage, by reference.
   *
   * @param type as {@code FloatStorage}
   * @param key its name in the file
   * @param elements how many
   */
  record Storage(String type, String key, long elements) {}

  /** A tensor over a storage; offset and strides in elements. */
  record Tensor(Storage storage, long offset, List<Long> size, List<Long> stride) {}

  /** What is wrong in a pickle. */
  static final class Fault extends IOException {
    private static final long serialVersionUID = 1;

    Fault(String message) {
      super(message);
    }
  }

  private static final String ORDERED_DICT = "collections.OrderedDict";
  private static final String REBUILD_TENSOR = "torch._utils._rebuild_tensor_v2";
  private static final String REBUILD_PARAMETER = "torch._utils._rebuild_parameter";
  private static final String SIZE = "torch.Size";
  private static final String STORAGE = "torch\\.[A-Z][A-Za-z0-9]*Storage";

  private final DataInputStream in;
  private final Map<Integer, Object> memo = new HashMap<>();
  private final Deque<List<Object>> marked = new ArrayDeque<>();
  private List<Object> stack = new ArrayList<>();

  private Pickle(InputStream in) {
    this.in = new DataInputStream(in);
  }

  /**
   * Reads one pickle, up to its STOP.
   *
   * @param in is not read further
   * @return Long, BigInteger, Double, Boolean, String, {@link None}, List, {@link Tuple}, Map,
   *     {@link Tensor} or {@link Storage}
   * @throws Fault if it is no pickle, or names what is not allowed
   */
  static Object read(InputStream in) throws IOException {
    try {
      return new Pickle(in).run();
    } catch (EOFException e) {
      throw new Fault("the pickle ends too early");
    }
  }

  private Object run() throws IOException {
    while (true) {
      int op = in.readUnsignedByte();
      switch (op) {
        case 0x80 -> in.readUnsignedByte(); // PROTO
        case 0x95 -> in.readLong(); // FRAME
        case '.' -> {
          return pop();
        }
        case '(' -> {
          marked.push(stack);
          stack = new ArrayList<>();
        }
        case '0' -> pop();
        case '1' -> toMark();
        case '}' -> push(new LinkedHashMap<>());
        case ']' -> push(new ArrayList<>());
        case ')' -> push(new Tuple(List.of()));
        case 'N' -> push(None.NONE);
        case 0x88 -> push(true);
        case 0x89 -> push(false);
        case 'q' -> memo.put(in.readUnsignedByte(), peek());
        case 'r' -> memo.put(index(), peek());
        case 0x94 -> memo.put(memo.size(), peek());
        case 'h' -> push(recall(in.readUnsignedByte()));
        case 'j' -> push(recall(index()));
        case 'J' -> push((long) Integer.reverseBytes(in.readInt()));
        case 'K' -> push((long) in.readUnsignedByte());
        case 'M' -> push((long) (Short.reverseBytes(in.readShort()) & 0xffff));
        case 0x8a -> push(number(bytes(in.readUnsignedByte())));
        case 'G' -> push(in.readDouble());
        case 'X', 'T' -> push(text(bytes(index())));
        case 0x8c, 'U' -> push(text(bytes(in.readUnsignedByte())));
        case 't' -> push(new Tuple(toMark()));
        case 0x85 -> push(tuple(1));
        case 0x86 -> push(tuple(2));
        case 0x87 -> push(tuple(3));
        case 'l' -> push(toMark());
        case 'd' -> {
          List<Object> pairs = toMark();
          Map<Object, Object> map = new LinkedHashMap<>();
          put(map, pairs);
          push(map);
        }
        case 'a' -> {
          Object item = pop();
          list(peek()).add(item);
        }
        case 'e' -> {
          List<Object> items = toMark();
          list(peek()).addAll(items);
        }
        case 's' -> {
          Object value = pop();
          Object key = pop();
          put(map(peek()), List.of(key, value));
        }
        case 'u' -> {
          List<Object> pairs = toMark();
          put(map(peek()), pairs);
        }
        case 'c' -> push(global(line() + "." + line()));
        case 0x93 -> {
          Object name = pop();
          Object module = pop();
          if (!(name instanceof String) || !(module instanceof String)) {
            throw new Fault("a name that is no string");
          }
          push(global(module + "." + name));
        }
        case 'Q' -> push(storage(pop()));
        case 'R' -> {
          Object arguments = pop();
          Object callable = pop();
          push(call(callable, arguments));
        }
        case 'b' -> build(pop());
        default ->
            throw new Fault(
                String.format(java.util.Locale.ROOT, "opcode 0x%02x is not allowed", op));
      }
    }
  }

  private Object pop() throws Fault {
    if (stack.isEmpty()) {
      throw new Fault("the stack is empty");
    }
    return stack.remove(stack.size() - 1);
  }

  private Object peek() throws Fault {
    if (stack.isEmpty()) {
      throw new Fault("the stack is empty");
    }
    return stack.get(stack.size() - 1);
  }

  private List<Object> toMark() throws Fault {
    if (marked.isEmpty()) {
      throw new Fault("a mark is missing");
    }
    List<Object> items = stack;
    stack = marked.pop();
    return items;
  }

  /** The value is computed before the stack is looked at: a mark changes the stack. */
  private void push(Object value) {
    stack.add(value);
  }

  private Tuple tuple(int size) throws Fault {
    List<Object> items = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      items.add(pop());
    }
    Collections.reverse(items);
    return new Tuple(items);
  }

  private Object recall(int index) throws Fault {
    Object value = memo.get(index);
    if (value == null) {
      throw new Fault("memo " + index + " is not set");
    }
    return value;
  }

  private int index() throws IOException {
    int value = Integer.reverseBytes(in.readInt());
    if (value < 0) {
      throw new Fault("a length or index is over 2 GiB");
    }
    return value;
  }

  private byte[] bytes(int length) throws IOException {
    if (length > LONGEST) {
      throw new Fault("a string of " + length + " bytes is too long");
    }
    byte[] bytes = new byte[length];
    in.readFully(bytes);
    return bytes;
  }

  private String line() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int c = in.readUnsignedByte(); c != '\n'; c = in.readUnsignedByte()) {
      if (text.length() == 200) {
        throw new Fault("the name " + text + "… is too long");
      }
      text.append((char) c);
    }
    return text.toString();
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static Object number(byte[] littleEndian) {
    if (littleEndian.length == 0) {
      return 0L;
    }
    byte[] turned = new byte[littleEndian.length];
    for (int i = 0; i < turned.length; i++) {
      turned[i] = littleEndian[turned.length - 1 - i];
    }
    BigInteger value = new BigInteger(turned);
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }

  @SuppressWarnings("unchecked") // lists are made here only
  private static List<Object> list(Object value) throws Fault {
    if (value instanceof List<?> list) {
      return (List<Object>) list;
    }
    throw new Fault("an append to what is no list");
  }

  @SuppressWarnings("unchecked") // maps are made here only
  private static Map<Object, Object> map(Object value) throws Fault {
    if (value instanceof Map<?, ?> map) {
      return (Map<Object, Object>) map;
    }
    throw new Fault("an item set in what is no dict");
  }

  private static void put(Map<Object, Object> map, List<Object> pairs) throws Fault {
    if (pairs.size() % 2 != 0) {
      throw new Fault("a key without value");
    }
    for (int i = 0; i < pairs.size(); i += 2) {
      Object key = pairs.get(i);
      if (!(key instanceof String || key instanceof Long)) {
        throw new Fault("a key that is neither string nor number");
      }
      map.put(key, pairs.get(i + 1));
    }
  }

  private static Global global(String name) throws Fault {
    boolean known =
        name.equals(ORDERED_DICT)
            || name.equals(REBUILD_TENSOR)
            || name.equals(REBUILD_PARAMETER)
            || name.equals(SIZE)
            || name.matches(STORAGE);
    if (!known) {
      throw new Fault("the pickle asks for " + name + ", which is not allowed");
    }
    return new Global(name);
  }

  private static Storage storage(Object id) throws Fault {
    if (id instanceof Tuple tuple
        && tuple.items().size() >= 5
        && tuple.items().get(0).equals("storage")
        && tuple.items().get(1) instanceof Global type
        && type.name().matches(STORAGE)
        && tuple.items().get(2) instanceof String key
        && tuple.items().get(4) instanceof Long elements
        && elements >= 0
        && (tuple.items().size() == 5 || tuple.items().get(5) == None.NONE)) {
      return new Storage(type.name().substring("torch.".length()), key, elements);
    }
    throw new Fault("a persistent id that is no plain storage");
  }

  private static Object call(Object callable, Object arguments) throws Fault {
    if (!(callable instanceof Global global) || !(arguments instanceof Tuple tuple)) {
      throw new Fault("a call of what is no name");
    }
    List<Object> items = tuple.items();
    switch (global.name()) {
      case ORDERED_DICT -> {
        Map<Object, Object> map = new LinkedHashMap<>();
        if (!items.isEmpty()) {
          for (Object pair : list(items.get(0))) {
            put(map, pair instanceof Tuple t ? t.items() : list(pair));
          }
        }
        return map;
      }
      case REBUILD_TENSOR -> {
        if (items.size() >= 4
            && items.get(0) instanceof Storage storage
            && items.get(1) instanceof Long offset) {
          return new Tensor(storage, offset, longs(items.get(2)), longs(items.get(3)));
        }
      }
      case REBUILD_PARAMETER -> {
        if (!items.isEmpty() && items.get(0) instanceof Tensor tensor) {
          return tensor;
        }
      }
      case SIZE -> {
        if (items.size() == 1) {
          return items.get(0);
        }
      }
      default -> {}
    }
    throw new Fault("a call of " + global.name() + " with arguments that it does not take");
  }

  private static List<Long> longs(Object value) throws Fault {
    List<Long> numbers = new ArrayList<>();
    for (Object item : value instanceof Tuple tuple ? tuple.items() : list(value)) {
      if (!(item instanceof Long number) || number < 0) {
        throw new Fault("a size or stride that is no number");
      }
      numbers.add(number);
    }
    return List.copyOf(numbers);
  }

  /** An OrderedDict's attributes ({@code _metadata}) are dropped; nothing else has a state. */
  private void build(Object state) throws Fault {
    if (!(peek() instanceof Map) || !(state instanceof Map)) {
      throw new Fault("a state set in what is no OrderedDict");
    }
  }
}
