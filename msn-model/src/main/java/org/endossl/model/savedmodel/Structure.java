package org.endossl.model.savedmodel;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.Struct.StructuredValue;
import org.tensorflow.proto.TensorShapeProto;

/** What a traced function takes or gives: Python's nested tuples, lists and dicts, flattened. */
final class Structure {
  /**
   * A tensor.
   *
   * @param name as traced; may be empty
   * @param shape -1 where a size is free; unknown if the rank is
   */
  record Tensor(String name, DataType type, Shape shape) {
    @Override
    public String toString() {
      return type + " " + shape;
    }
  }

  private Structure() {}

  /** Its tensors in TensorFlow's order (dicts by their sorted keys). */
  static List<Tensor> tensors(StructuredValue value) {
    List<Tensor> tensors = new ArrayList<>();
    for (StructuredValue leaf : leaves(value)) {
      if (leaf.hasTensorSpecValue()) {
        var spec = leaf.getTensorSpecValue();
        tensors.add(new Tensor(spec.getName(), spec.getDtype(), shape(spec.getShape())));
      } else if (leaf.hasBoundedTensorSpecValue()) {
        var spec = leaf.getBoundedTensorSpecValue();
        tensors.add(new Tensor(spec.getName(), spec.getDtype(), shape(spec.getShape())));
      }
    }
    return tensors;
  }

  /** Whether a flag in it is true, such as {@code training=True}. */
  static boolean hasTrue(StructuredValue value) {
    return leaves(value).stream().anyMatch(StructuredValue::getBoolValue);
  }

  /** Where {@code value[index]} is among {@link #tensors}, or -1 if it is not one tensor. */
  static int flat(StructuredValue value, int index) {
    List<StructuredValue> elements = elements(value);
    if (index < 0 || index >= elements.size() || tensors(elements.get(index)).size() != 1) {
      return -1;
    }
    int at = 0;
    for (StructuredValue before : elements.subList(0, index)) {
      at += tensors(before).size();
    }
    return at;
  }

  private static List<StructuredValue> elements(StructuredValue value) {
    return switch (value.getKindCase()) {
      case TUPLE_VALUE -> value.getTupleValue().getValuesList();
      case LIST_VALUE -> value.getListValue().getValuesList();
      case NAMED_TUPLE_VALUE ->
          value.getNamedTupleValue().getValuesList().stream().map(p -> p.getValue()).toList();
      case DICT_VALUE -> List.copyOf(new TreeMap<>(value.getDictValue().getFieldsMap()).values());
      default -> List.of(value);
    };
  }

  private static List<StructuredValue> leaves(StructuredValue value) {
    return switch (value.getKindCase()) {
      case TUPLE_VALUE, LIST_VALUE, NAMED_TUPLE_VALUE, DICT_VALUE -> {
        List<StructuredValue> leaves = new ArrayList<>();
        elements(value).forEach(element -> leaves.addAll(leaves(element)));
        yield leaves;
      }
      default -> List.of(value);
    };
  }

  static Shape shape(TensorShapeProto proto) {
    return proto.getUnknownRank()
        ? Shape.unknown()
        : Shape.of(proto.getDimList().stream().mapToLong(d -> d.getSize()).toArray());
  }
}
