package org.endossl.model.serving;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.endossl.model.ModelVariable;
import org.tensorflow.TensorFlow;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.FunctionDefLibrary;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.OpList;
import org.tensorflow.proto.ResourceHandleProto.DtypeAndShape;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SavedObjectGraphOuterClass.FunctionSpec;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedBareConcreteFunction;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedConcreteFunction;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedFunction;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObject;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObjectGraph;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.Struct.StructuredValue;
import org.tensorflow.proto.TensorInfo;

/**
 * The file {@code saved_model.pb}: the encoder as a function, another that gives its results names,
 * a graph that calls it for the signature, and the objects that lead Python to both.
 */
final class ServingGraph {
  private static final String CALL = "__inference_call";
  private static final String SERVE = "__inference_serve";
  private static final String SIGNATURE = "serving_default";
  private static final String IMAGES = "images";
  private static final List<String> OUTPUTS = List.of("embedding", "normalized"); // alphabetical

  /**
   * The encoder in a graph.
   *
   * @param images name of the placeholder
   * @param embedding name of the node that gives [batch, width]
   * @param normalized name of the node that gives [batch, width]
   */
  record Body(String images, String embedding, String normalized, int width) {}

  private final Body body;
  private final List<ModelVariable> variables;
  private final ObjectTree objects;
  private final List<Integer> numbers;
  private final Shape imageShape;
  private final Shape outputShape;

  /**
   * Adds the functions to the objects.
   *
   * @param side of the images
   * @param numbers of the variables' objects
   */
  ServingGraph(
      Body body,
      int side,
      List<ModelVariable> variables,
      ObjectTree objects,
      List<Integer> numbers) {
    this.body = body;
    this.variables = List.copyOf(variables);
    this.objects = objects;
    this.numbers = List.copyOf(numbers);
    this.imageShape = Shape.of(-1, side, side, 3);
    this.outputShape = Shape.of(-1, body.width());
    objects.child(0, "__call__", call());
    int signatures = objects.child(0, "signatures", ObjectTree.user("signature_map"));
    objects.child(signatures, SIGNATURE, bare());
  }

  /**
   * The file's content.
   *
   * @param graph that holds body and saver
   * @param registered TensorFlow's ops
   */
  SavedModel savedModel(GraphDef graph, OpList registered, VariableFiles saver) {
    GraphFunction functions = new GraphFunction(graph, registered);
    FunctionDef call = callFunction(functions);
    FunctionDef serve = serveFunction();
    GraphDef.Builder main = GraphDef.newBuilder().setVersions(graph.getVersions());
    functions
        .reached(List.of(saver.save().op().name(), saver.restore().op().name()), Set.of())
        .forEach(main::addNode);
    main.addNode(placeholder()).addNode(served());
    main.setLibrary(FunctionDefLibrary.newBuilder().addFunction(call).addFunction(serve));
    MetaGraphDef.Builder meta =
        MetaGraphDef.newBuilder()
            .setMetaInfoDef(
                MetaGraphDef.MetaInfoDef.newBuilder()
                    .addTags("serve")
                    .setTensorflowVersion(TensorFlow.version()))
            .setGraphDef(main)
            .setSaverDef(
                SaverDef.newBuilder()
                    .setFilenameTensorName(saver.prefix().op().name() + ":0")
                    .setSaveTensorName(saver.save().op().name())
                    .setRestoreOpName(saver.restore().op().name())
                    .setVersion(SaverDef.CheckpointFormatVersion.V2))
            .putSignatureDef(SIGNATURE, signature())
            .setObjectGraphDef(
                SavedObjectGraph.newBuilder()
                    .addAllNodes(objects.saved())
                    .putConcreteFunctions(CALL, concrete(true))
                    .putConcreteFunctions(SERVE, concrete(false)));
    return SavedModel.newBuilder().setSavedModelSchemaVersion(1).addMetaGraphs(meta).build();
  }

  private FunctionDef callFunction(GraphFunction functions) {
    List<GraphFunction.Argument> arguments = new ArrayList<>();
    List<OpDef.ArgDef> definitions = arguments();
    arguments.add(new GraphFunction.Argument(body.images(), definitions.get(0)));
    for (int i = 0; i < variables.size(); i++) {
      arguments.add(
          new GraphFunction.Argument(
              variables.get(i).handle().op().name(), definitions.get(i + 1)));
    }
    Map<String, String> outputs = new LinkedHashMap<>();
    outputs.put("normalized", body.normalized()); // item 0
    outputs.put("embedding", body.embedding()); // item 1
    return functions.define(CALL, arguments, outputs);
  }

  /** Images, then the variables' handles. */
  private List<OpDef.ArgDef> arguments() {
    List<OpDef.ArgDef> arguments = new ArrayList<>();
    arguments.add(OpDef.ArgDef.newBuilder().setName(IMAGES).setType(DataType.DT_FLOAT).build());
    for (int i = 0; i < variables.size(); i++) {
      arguments.add(
          OpDef.ArgDef.newBuilder()
              .setName("variable_" + i)
              .setType(DataType.DT_RESOURCE)
              .addHandleData(
                  DtypeAndShape.newBuilder()
                      .setDtype(DataType.DT_FLOAT)
                      .setShape(ObjectTree.shape(variables.get(i).shape())))
              .build());
    }
    return arguments;
  }

  /** Calls the other function and gives its results in alphabetical order. */
  private FunctionDef serveFunction() {
    NodeDef.Builder node = callNode("call", CALL);
    OpDef.Builder signature = OpDef.newBuilder().setName(SERVE).setIsStateful(true);
    for (OpDef.ArgDef argument : arguments()) {
      signature.addInputArg(argument);
      node.addInput(argument.getName());
    }
    FunctionDef.Builder function = FunctionDef.newBuilder().addNodeDef(node);
    for (String output : OUTPUTS) {
      signature.addOutputArg(OpDef.ArgDef.newBuilder().setName(output).setType(DataType.DT_FLOAT));
      function.putRet(output, "call:output:" + (output.equals("normalized") ? 0 : 1));
    }
    return function.setSignature(signature).build();
  }

  private NodeDef.Builder callNode(String name, String function) {
    AttrValue.ListValue.Builder in = AttrValue.ListValue.newBuilder().addType(DataType.DT_FLOAT);
    variables.forEach(variable -> in.addType(DataType.DT_RESOURCE));
    AttrValue.ListValue.Builder out =
        AttrValue.ListValue.newBuilder().addType(DataType.DT_FLOAT).addType(DataType.DT_FLOAT);
    return NodeDef.newBuilder()
        .setName(name)
        .setOp("StatefulPartitionedCall")
        .putAttr("Tin", AttrValue.newBuilder().setList(in).build())
        .putAttr("Tout", AttrValue.newBuilder().setList(out).build())
        .putAttr(
            "f",
            AttrValue.newBuilder().setFunc(NameAttrList.newBuilder().setName(function)).build());
  }

  private NodeDef placeholder() {
    return NodeDef.newBuilder()
        .setName(SIGNATURE + "_" + IMAGES)
        .setOp("Placeholder")
        .putAttr("dtype", AttrValue.newBuilder().setType(DataType.DT_FLOAT).build())
        .putAttr("shape", AttrValue.newBuilder().setShape(ObjectTree.shape(imageShape)).build())
        .build();
  }

  private NodeDef served() {
    NodeDef.Builder node = callNode(SIGNATURE, SERVE).addInput(SIGNATURE + "_" + IMAGES);
    variables.forEach(variable -> node.addInput(variable.handle().op().name()));
    return node.build();
  }

  private SignatureDef signature() {
    SignatureDef.Builder signature =
        SignatureDef.newBuilder()
            .setMethodName("tensorflow/serving/predict")
            .putInputs(IMAGES, info(SIGNATURE + "_" + IMAGES + ":0", imageShape));
    for (int i = 0; i < OUTPUTS.size(); i++) {
      signature.putOutputs(OUTPUTS.get(i), info(SIGNATURE + ":" + i, outputShape));
    }
    return signature.build();
  }

  private static TensorInfo info(String tensor, Shape shape) {
    return TensorInfo.newBuilder()
        .setName(tensor)
        .setDtype(DataType.DT_FLOAT)
        .setTensorShape(ObjectTree.shape(shape))
        .build();
  }

  private StructuredValue images() {
    return Structures.tensor(IMAGES, imageShape);
  }

  private SavedConcreteFunction concrete(boolean positional) {
    StructuredValue arguments =
        positional
            ? Structures.tuple(Structures.tuple(images()), Structures.dict(Map.of()))
            : Structures.tuple(Structures.tuple(), Structures.dict(Map.of(IMAGES, images())));
    StructuredValue result;
    if (positional) {
      result =
          Structures.tuple(
              Structures.tensor("normalized", outputShape),
              Structures.tensor("embedding", outputShape));
    } else {
      Map<String, StructuredValue> named = new LinkedHashMap<>();
      OUTPUTS.forEach(name -> named.put(name, Structures.tensor(name, outputShape)));
      result = Structures.dict(named);
    }
    return SavedConcreteFunction.newBuilder()
        .addAllBoundInputs(numbers)
        .setCanonicalizedInputSignature(arguments)
        .setOutputSignature(result)
        .build();
  }

  private SavedObject call() {
    return SavedObject.newBuilder()
        .setFunction(
            SavedFunction.newBuilder()
                .addConcreteFunctions(CALL)
                .setFunctionSpec(
                    FunctionSpec.newBuilder()
                        .setFullargspec(Structures.oneArgument(IMAGES))
                        .setInputSignature(Structures.tuple(images()))))
        .build();
  }

  private static SavedObject bare() {
    return SavedObject.newBuilder()
        .setBareConcreteFunction(
            SavedBareConcreteFunction.newBuilder()
                .setConcreteFunctionName(SERVE)
                .addArgumentKeywords(IMAGES)
                .setAllowedPositionalArguments(0))
        .build();
  }
}
