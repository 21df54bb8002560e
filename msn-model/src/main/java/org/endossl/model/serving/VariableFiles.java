package org.endossl.model.serving;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import org.endossl.model.ModelVariable;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/**
 * The ops that write and read a SavedModel's variables, under the keys of an object-graph
 * checkpoint.
 *
 * @param prefix fed with the path, without {@code .index}
 * @param save writes
 * @param restore reads and assigns
 */
record VariableFiles(Placeholder<TString> prefix, Op save, Op restore) {
  private static final String OBJECTS = "_CHECKPOINTABLE_OBJECT_GRAPH";

  /**
   * Builds them.
   *
   * @param objects a serialized TrackableObjectGraph, saved beside the variables
   */
  static VariableFiles build(Ops tf, List<ModelVariable> variables, ByteString objects) {
    Placeholder<TString> prefix =
        tf.withName("prefix").placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    List<String> keys = new ArrayList<>();
    List<Operand<?>> values = new ArrayList<>();
    List<Class<? extends TType>> types = new ArrayList<>();
    for (ModelVariable variable : variables) {
      keys.add(ObjectTree.key(variable));
      values.add(variable.value());
      types.add(TFloat32.class);
    }
    Operand<TString> names = strings(tf, keys);
    List<Output<?>> read = tf.train.restore(prefix, names, whole(tf, keys.size()), types).tensors();
    List<Op> assigns = new ArrayList<>();
    for (int i = 0; i < variables.size(); i++) {
      assigns.add(tf.assignVariableOp(variables.get(i).handle(), read.get(i)));
    }
    keys.add(OBJECTS);
    values.add(bytes(tf, objects));
    Op save = tf.train.save(prefix, strings(tf, keys), whole(tf, keys.size()), values);
    return new VariableFiles(
        prefix, save, tf.withControlDependencies(assigns).withName("restored").noOp());
  }

  private static Operand<TString> strings(Ops tf, List<String> values) {
    return tf.constant(NdArrays.vectorOfObjects(values.toArray(String[]::new)));
  }

  private static Operand<TString> whole(Ops tf, int count) {
    return strings(tf, java.util.Collections.nCopies(count, ""));
  }

  private static Operand<TString> bytes(Ops tf, ByteString value) {
    try (TString tensor = TString.tensorOfBytes(NdArrays.scalarOfObject(value.toByteArray()))) {
      return tf.constantOf(tensor);
    }
  }
}
