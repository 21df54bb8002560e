package org.endossl.data;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.FunctionDefLibrary;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.types.family.TType;

/**
 * (file, compression, begin, end) to the file's records with the numbers from begin to end.
 *
 * <p>The function is written as a proto: it returns a dataset, and a {@code ConcreteFunction}
 * cannot return a variant.
 */
final class NumberedRecords {
  private static final String NAME = "endossl_numbered_records";
  private static final long READ_BUFFER = 1 << 20;

  private NumberedRecords() {}

  /** The function, to be imported into the graph. */
  static GraphDef library() {
    OpDef.Builder signature =
        OpDef.newBuilder()
            .setName(NAME)
            .setIsStateful(true)
            .addInputArg(argument("file", DataType.DT_STRING))
            .addInputArg(argument("compression", DataType.DT_STRING))
            .addInputArg(argument("begin", DataType.DT_INT64))
            .addInputArg(argument("end", DataType.DT_INT64))
            .addOutputArg(argument("out", DataType.DT_VARIANT));
    FunctionDef.Builder function =
        FunctionDef.newBuilder()
            .setSignature(signature)
            .addNodeDef(constant("buffer", READ_BUFFER))
            .addNodeDef(constant("one", 1))
            .addNodeDef(
                node("records", "TFRecordDataset", "file", "compression", "buffer:output:0"))
            .addNodeDef(
                typed(
                    node("numbers", "RangeDataset", "begin", "end", "one:output:0"),
                    DataType.DT_INT64))
            .addNodeDef(
                typed(
                        node("both", "ZipDataset", "records:handle:0", "numbers:handle:0"),
                        DataType.DT_STRING,
                        DataType.DT_INT64)
                    .putAttr("N", AttrValue.newBuilder().setI(2).build()))
            .putRet("out", "both:handle:0");
    return GraphDef.newBuilder()
        .setLibrary(FunctionDefLibrary.newBuilder().addFunction(function))
        .build();
  }

  /**
   * Reads the files in turn.
   *
   * @param files a dataset of (file, compression, begin, end)
   * @param open files read at a time, one record of each after the other
   * @return a dataset of (example, number)
   */
  @SuppressWarnings("unchecked")
  static Operand<? extends TType> interleave(Ops tf, Operand<? extends TType> files, int open) {
    return (Operand<? extends TType>)
        tf.scope()
            .opBuilder("ParallelInterleaveDatasetV4", "read")
            .addInput(files.asOutput())
            .addInputList(new Output<?>[0])
            .addInput(tf.constant((long) open).asOutput())
            .addInput(tf.constant(1L).asOutput())
            .addInput(tf.constant(AUTOTUNE).asOutput())
            .addInput(tf.constant(AUTOTUNE).asOutput())
            .addInput(tf.constant(AUTOTUNE).asOutput())
            .setAttr(
                "f",
                AttrValue.newBuilder().setFunc(NameAttrList.newBuilder().setName(NAME)).build())
            .setAttr("output_types", new DataType[] {DataType.DT_STRING, DataType.DT_INT64})
            .setAttr("output_shapes", new Shape[] {Shape.scalar(), Shape.scalar()})
            .setAttr("deterministic", "true")
            .build()
            .output(0);
  }

  private static final long AUTOTUNE = -1;

  private static OpDef.ArgDef argument(String name, DataType type) {
    return OpDef.ArgDef.newBuilder().setName(name).setType(type).build();
  }

  private static NodeDef.Builder node(String name, String op, String... inputs) {
    return NodeDef.newBuilder().setName(name).setOp(op).addAllInput(List.of(inputs));
  }

  private static NodeDef.Builder typed(NodeDef.Builder node, DataType... types) {
    AttrValue.ListValue.Builder type = AttrValue.ListValue.newBuilder();
    AttrValue.ListValue.Builder shape = AttrValue.ListValue.newBuilder();
    for (DataType t : types) {
      type.addType(t);
      shape.addShape(TensorShapeProto.getDefaultInstance());
    }
    return node.putAttr("output_types", AttrValue.newBuilder().setList(type).build())
        .putAttr("output_shapes", AttrValue.newBuilder().setList(shape).build());
  }

  private static NodeDef.Builder constant(String name, long value) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_INT64)
            .setTensorShape(TensorShapeProto.getDefaultInstance())
            .addInt64Val(value);
    return node(name, "Const")
        .putAttr("dtype", AttrValue.newBuilder().setType(DataType.DT_INT64).build())
        .putAttr("value", AttrValue.newBuilder().setTensor(tensor).build());
  }
}
