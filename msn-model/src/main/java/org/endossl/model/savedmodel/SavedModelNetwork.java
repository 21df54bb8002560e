package org.endossl.model.savedmodel;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.endossl.model.WeightsException;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Operation;
import org.tensorflow.OperationBuilder;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;

/**
 * A SavedModel's function in a graph of ours, with variables of its own. It is called through
 * {@code StatefulPartitionedCall}: {@code PartitionedCall} would drop what has side effects.
 */
public final class SavedModelNetwork {
  private final Ops tf;
  private final SavedModelFile file;
  private final List<Output<?>> captured;
  private final Placeholder<TString> prefix;
  private final List<Op> assigns;
  private final Map<String, Operand<TBool>> finite;

  private SavedModelNetwork(
      Ops tf,
      SavedModelFile file,
      List<Output<?>> captured,
      Placeholder<TString> prefix,
      List<Op> assigns,
      Map<String, Operand<TBool>> finite) {
    this.tf = tf;
    this.file = file;
    this.captured = captured;
    this.prefix = prefix;
    this.assigns = assigns;
    this.finite = finite;
  }

  /**
   * Brings the functions into the graph and creates the variables.
   *
   * @param ops of a graph, which must not have functions of the same names
   */
  public static SavedModelNetwork create(Ops ops, SavedModelFile file) {
    Ops tf = ops.withSubScope("saved_model");
    Graph graph = (Graph) tf.scope().env();
    GraphDef.Builder imported =
        GraphDef.newBuilder()
            .setVersions(file.graph().getGraphDef().getVersions())
            .setLibrary(file.graph().getGraphDef().getLibrary());
    String constants = "saved_model_constants";
    file.captures().stream()
        .filter(file::isConstant)
        .map(c -> file.constant(c.key()))
        .distinct()
        .forEach(imported::addNode);
    graph.importGraphDef(imported.build(), constants);
    List<SavedModelFile.Capture> variables =
        file.captures().stream().filter(c -> !file.isConstant(c)).distinct().toList();
    Placeholder<TString> prefix = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    List<Output<?>> restored = restored(tf, prefix, variables);
    Map<SavedModelFile.Capture, Output<?>> handles = new LinkedHashMap<>();
    List<Op> assigns = new ArrayList<>();
    Map<String, Operand<TBool>> finite = new LinkedHashMap<>();
    for (int i = 0; i < variables.size(); i++) {
      SavedModelFile.Capture variable = variables.get(i);
      GraphOperation handle =
          (GraphOperation)
              tf.scope()
                  .opBuilder("VarHandleOp", "variable" + i)
                  .setAttr("dtype", variable.type())
                  .setAttr("shape", variable.shape())
                  .setAttr("shared_name", file.directory() + "/" + variable.key())
                  .build();
      handles.put(variable, handle.output(0));
      OperationBuilder assign = tf.scope().opBuilder("AssignVariableOp", "assign" + i);
      assign.addInput(handle.output(0));
      assign.addInput(restored.get(i));
      assign.setAttr("dtype", variable.type());
      assigns.add(new Assign(assign.build()));
      if (variable.type() == DataType.DT_FLOAT) {
        finite.put(variable.key(), finite(tf, restored.get(i)));
      }
    }
    List<Output<?>> captured = new ArrayList<>();
    for (SavedModelFile.Capture capture : file.captures()) {
      Output<?> variable = handles.get(capture);
      captured.add(
          variable != null
              ? variable
              : graph.operationOrThrow(constants + "/" + capture.key()).output(0));
    }
    return new SavedModelNetwork(tf, file, captured, prefix, assigns, finite);
  }

  /** An op of which only the running is of interest. */
  private record Assign(Operation op) implements Op {}

  @SuppressWarnings("unchecked") // of float32 values
  private static Operand<TBool> finite(Ops tf, Output<?> value) {
    Operand<TBool> each = tf.math.isFinite((Operand<TFloat32>) value);
    return tf.reduceAll(tf.reshape(each, tf.constant(new int[] {-1})), tf.constant(0));
  }

  private static List<Output<?>> restored(
      Ops tf, Operand<TString> prefix, List<SavedModelFile.Capture> variables) {
    List<Output<?>> values = new ArrayList<>();
    if (variables.isEmpty()) {
      return values;
    }
    String[] keys = variables.stream().map(SavedModelFile.Capture::key).toArray(String[]::new);
    String[] whole = new String[keys.length];
    Arrays.fill(whole, "");
    OperationBuilder restore = tf.scope().opBuilder("RestoreV2", "restore");
    restore.addInput(prefix.asOutput());
    restore.addInput(tf.constant(NdArrays.vectorOfObjects(keys)).asOutput());
    restore.addInput(tf.constant(NdArrays.vectorOfObjects(whole)).asOutput());
    restore.setAttr(
        "dtypes", variables.stream().map(SavedModelFile.Capture::type).toArray(DataType[]::new));
    GraphOperation op = (GraphOperation) restore.build();
    for (int i = 0; i < keys.length; i++) {
      values.add(op.output(i));
    }
    return values;
  }

  /**
   * {@code model(images)[index]}.
   *
   * @param images [batch, side, side, 3], on the scale that the model was trained with
   * @param index of the output, counted from 0
   * @return [batch, width]
   * @throws WeightsException if there is no such output
   * @throws IllegalArgumentException if the images are not of the model's size
   */
  @SuppressWarnings("unchecked") // the file says that it is float32
  public Operand<TFloat32> call(Operand<TFloat32> images, int index) throws WeightsException {
    int width = file.width(index);
    Shape shape = images.shape();
    int side = file.imageSize();
    if (side > 0 && shape.numDimensions() == 4 && shape.get(1) > 0 && shape.get(1) != side) {
      throw new IllegalArgumentException(
          file.directory() + ": got images of " + shape + ", wanted a side of " + side);
    }
    List<Output<?>> inputs = new ArrayList<>();
    inputs.add(images.asOutput());
    inputs.addAll(captured);
    Graph graph = (Graph) tf.scope().env();
    GraphOperation op;
    try (ConcreteFunction function = graph.getFunction(file.function())) {
      OperationBuilder call = tf.scope().opBuilder("StatefulPartitionedCall", "call");
      call.addInputList(inputs.toArray(Output<?>[]::new));
      call.setAttr("Tin", inputs.stream().map(Output::dataType).toArray(DataType[]::new));
      call.setAttr("Tout", file.outputTypes().toArray(DataType[]::new));
      call.setAttr("f", function);
      op = (GraphOperation) call.build();
    }
    Operand<TFloat32> output = (Operand<TFloat32>) (Operand<?>) op.output(file.flat(index));
    return tf.ensureShape(output, Shape.of(Shape.UNKNOWN_SIZE, width));
  }

  /**
   * Sets the variables.
   *
   * @throws WeightsException if the checkpoint is damaged or a value is not finite
   */
  public void load(Session session) throws IOException {
    if (assigns.isEmpty()) {
      return;
    }
    String from = file.variables().toString();
    try (TString value = TString.scalarOf(from)) {
      Session.Runner runner = session.runner().feed(prefix, value);
      assigns.forEach(runner::addTarget);
      finite.values().forEach(runner::fetch);
      try (Result result = runner.run()) {
        int i = 0;
        for (String key : finite.keySet()) {
          if (!((TBool) result.get(i++)).getBoolean()) {
            throw new WeightsException(from + ": " + key + " has values that are not finite");
          }
        }
      }
    } catch (TensorFlowException e) {
      throw new WeightsException(from + ": the variables are damaged: " + e.getMessage(), e);
    }
  }
}
