package org.endossl.model.serving;

import java.util.Arrays;
import java.util.Map;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.Struct.DictValue;
import org.tensorflow.proto.Struct.ListValue;
import org.tensorflow.proto.Struct.NamedTupleValue;
import org.tensorflow.proto.Struct.NoneValue;
import org.tensorflow.proto.Struct.PairValue;
import org.tensorflow.proto.Struct.StructuredValue;
import org.tensorflow.proto.Struct.TensorSpecProto;
import org.tensorflow.proto.Struct.TupleValue;

/** Python's nested values, as a SavedModel describes a function's arguments and results. */
final class Structures {
  private Structures() {}

  static StructuredValue tensor(String name, Shape shape) {
    return StructuredValue.newBuilder()
        .setTensorSpecValue(
            TensorSpecProto.newBuilder()
                .setName(name)
                .setShape(ObjectTree.shape(shape))
                .setDtype(DataType.DT_FLOAT))
        .build();
  }

  static StructuredValue tuple(StructuredValue... items) {
    return StructuredValue.newBuilder()
        .setTupleValue(TupleValue.newBuilder().addAllValues(Arrays.asList(items)))
        .build();
  }

  static StructuredValue dict(Map<String, StructuredValue> fields) {
    return StructuredValue.newBuilder()
        .setDictValue(DictValue.newBuilder().putAllFields(fields))
        .build();
  }

  /** Python's {@code inspect.FullArgSpec} of a function with one argument. */
  static StructuredValue oneArgument(String name) {
    StructuredValue none =
        StructuredValue.newBuilder().setNoneValue(NoneValue.getDefaultInstance()).build();
    return StructuredValue.newBuilder()
        .setNamedTupleValue(
            NamedTupleValue.newBuilder()
                .setName("FullArgSpec")
                .addValues(
                    pair("args", list(StructuredValue.newBuilder().setStringValue(name).build())))
                .addValues(pair("varargs", none))
                .addValues(pair("varkw", none))
                .addValues(pair("defaults", none))
                .addValues(pair("kwonlyargs", list()))
                .addValues(pair("kwonlydefaults", none))
                .addValues(pair("annotations", dict(Map.of()))))
        .build();
  }

  private static StructuredValue list(StructuredValue... items) {
    return StructuredValue.newBuilder()
        .setListValue(ListValue.newBuilder().addAllValues(Arrays.asList(items)))
        .build();
  }

  private static PairValue pair(String key, StructuredValue value) {
    return PairValue.newBuilder().setKey(key).setValue(value).build();
  }
}
