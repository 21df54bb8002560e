package org.endossl.model.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.endossl.model.CheckpointIndex;
import org.endossl.model.HostTensor;
import org.endossl.model.HuggingFaceVit;
import org.endossl.model.Safetensors;
import org.endossl.model.TensorSource;
import org.endossl.model.VitConfig;
import org.endossl.model.WeightsException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObject;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObjectGraph;
import org.tensorflow.types.TFloat32;

class SavedModelExportTest {
  private static final List<Double> MEAN = List.of(0.485, 0.456, 0.406);
  private static final List<Double> STD = List.of(0.229, 0.224, 0.225);

  @TempDir static Path folder;
  private static Path written = Path.of("");
  private static VitConfig config = VitConfig.tiny(224, 16);

  @BeforeAll
  static void write() throws IOException {
    HuggingFaceVit.Model model = HuggingFaceVit.open(golden());
    config = model.config();
    written = folder.resolve("1");
    SavedModelExport.write(written, saved(model.weights(), ImageScale.BYTE));
  }

  private static SavedModelExport.Model saved(TensorSource weights, ImageScale scale) {
    return new SavedModelExport.Model(config, weights, MEAN, STD, scale);
  }

  private static Path golden() {
    return Path.of("src/test/resources/org/endossl/model/vit_msn_tiny");
  }

  @Test
  void signature_inTensorFlowJava_equalsTransformers() throws IOException {
    Safetensors expected = Safetensors.open(golden().resolve("expected.safetensors"));
    HostTensor pixels = expected.tensor("pixel_values_nchw");
    float[] tokens = expected.tensor("last_hidden_state").toArray();
    int width = config.width();
    try (SavedModelBundle bundle = SavedModelBundle.load(written.toString(), "serve");
        TFloat32 images =
            TFloat32.tensorOf(Shape.of(2, 224, 224, 3), DataBuffers.of(bytes(pixels)));
        Result result = bundle.function("serving_default").call(Map.of("images", images))) {
      float[] embedding = values(result, "embedding");
      float[] normalized = values(result, "normalized");
      assertEquals(2 * width, embedding.length);
      for (int image = 0; image < 2; image++) {
        double length = 0;
        for (int i = 0; i < width; i++) {
          float wanted = tokens[image * config.tokens() * width + i];
          assertEquals(wanted, embedding[image * width + i], 2e-5);
          length += (double) wanted * wanted;
        }
        for (int i = 0; i < width; i++) {
          assertEquals(
              embedding[image * width + i] / Math.sqrt(length),
              normalized[image * width + i],
              1e-5);
        }
      }
    }
  }

  /** Normalised [b, 3, h, w] to 0..255 [b, h, w, 3]. */
  private static float[] bytes(HostTensor pixels) {
    float[] values = pixels.toArray();
    float[] turned = new float[values.length];
    int plane = 224 * 224;
    for (int image = 0; image < 2; image++) {
      for (int c = 0; c < 3; c++) {
        for (int p = 0; p < plane; p++) {
          turned[(image * plane + p) * 3 + c] =
              (float) ((values[(image * 3 + c) * plane + p] * STD.get(c) + MEAN.get(c)) * 255);
        }
      }
    }
    return turned;
  }

  private static float[] values(Result result, String name) {
    TFloat32 tensor = (TFloat32) result.get(name).orElseThrow();
    float[] values = new float[(int) tensor.size()];
    tensor.asRawTensor().data().asFloats().read(values);
    return values;
  }

  @Test
  void everyVariable_isAnObjectWithItsKeyInTheCheckpoint() throws IOException {
    SavedObjectGraph objects = graph().getObjectGraphDef();
    Set<String> keys = new TreeSet<>();
    variables(objects, 0, "", keys);
    Set<String> saved =
        new TreeSet<>(CheckpointIndex.read(written.resolve("variables/variables")).keySet());
    assertTrue(saved.remove("_CHECKPOINTABLE_OBJECT_GRAPH"));
    assertEquals(saved, keys);
    assertTrue(keys.contains("blocks/1/attn/qkv/kernel/.ATTRIBUTES/VARIABLE_VALUE"));
  }

  private static void variables(SavedObjectGraph graph, int at, String path, Set<String> keys) {
    SavedObject object = graph.getNodes(at);
    if (object.hasVariable()) {
      keys.add(path + ".ATTRIBUTES/VARIABLE_VALUE");
    }
    object
        .getChildrenList()
        .forEach(c -> variables(graph, c.getNodeId(), path + c.getLocalName() + "/", keys));
  }

  @Test
  void call_isATupleOfTwo_boundToEveryVariable() throws IOException {
    MetaGraphDef graph = graph();
    SavedObjectGraph objects = graph.getObjectGraphDef();
    Map<String, Integer> children = new LinkedHashMap<>();
    objects
        .getNodes(0)
        .getChildrenList()
        .forEach(child -> children.put(child.getLocalName(), child.getNodeId()));
    SavedObject call = objects.getNodes(Objects.requireNonNull(children.get("__call__")));
    String name = call.getFunction().getConcreteFunctions(0);
    var concrete = objects.getConcreteFunctionsOrThrow(name);
    assertEquals(2, concrete.getOutputSignature().getTupleValue().getValuesCount());
    FunctionDef function = function(graph, name);
    assertEquals(concrete.getBoundInputsCount() + 1, function.getSignature().getInputArgCount());
    concrete
        .getBoundInputsList()
        .forEach(number -> assertTrue(objects.getNodes(number).hasVariable()));
    assertTrue(children.containsKey("signatures"));
  }

  /** Python has TensorFlow's ops only: nothing of this program's own library may be in the file. */
  @Test
  void graph_usesPlainOpsOnly() throws IOException {
    Set<String> plain =
        Set.of(
            "Add",
            "AddV2",
            "AssignVariableOp",
            "BatchMatMulV2",
            "BatchMatMulV3",
            "BiasAdd",
            "Cast",
            "ConcatV2",
            "Const",
            "Einsum",
            "Erf",
            "ExpandDims",
            "GatherV2",
            "Gelu",
            "Identity",
            "MatMul",
            "Maximum",
            "Mean",
            "Mul",
            "NoOp",
            "Pack",
            "PadV2",
            "Placeholder",
            "Prod",
            "ReadVariableOp",
            "Reshape",
            "RestoreV2",
            "Rsqrt",
            "SaveV2",
            "Shape",
            "Slice",
            "Softmax",
            "Split",
            "SplitV",
            "Square",
            "SquaredDifference",
            "StatefulPartitionedCall",
            "StridedSlice",
            "Sub",
            "Sum",
            "Tile",
            "Transpose",
            "Unpack",
            "VarHandleOp",
            "BroadcastTo",
            "RealDiv",
            "Sqrt",
            "Fill",
            "ZerosLike",
            "Squeeze");
    Set<String> used = new HashSet<>();
    MetaGraphDef graph = graph();
    graph.getGraphDef().getNodeList().forEach(node -> used.add(node.getOp()));
    for (FunctionDef function : graph.getGraphDef().getLibrary().getFunctionList()) {
      function.getNodeDefList().stream().map(NodeDef::getOp).forEach(used::add);
    }
    used.removeAll(plain);
    assertEquals(Set.of(), used);
  }

  private static FunctionDef function(MetaGraphDef graph, String name) {
    return graph.getGraphDef().getLibrary().getFunctionList().stream()
        .filter(f -> f.getSignature().getName().equals(name))
        .findAny()
        .orElseThrow();
  }

  private static MetaGraphDef graph() throws IOException {
    byte[] bytes = Files.readAllBytes(written.resolve("saved_model.pb"));
    return SavedModel.parseFrom(bytes).getMetaGraphs(0);
  }

  @Test
  void weightsThatDoNotFit_leaveNothing() throws IOException {
    HuggingFaceVit.Model model = HuggingFaceVit.open(golden());
    Map<String, HostTensor> some = new LinkedHashMap<>();
    for (String name : model.weights().shapes().keySet()) {
      if (!name.equals("norm.bias")) {
        some.put(name, model.weights().tensor(name));
      }
    }
    Path out = folder.resolve("broken");
    WeightsException e =
        assertThrows(
            WeightsException.class,
            () ->
                SavedModelExport.write(
                    out, saved(TensorSource.of("part of it", some), ImageScale.UNIT)));
    assertTrue(String.valueOf(e.getMessage()).contains("norm.bias"), e.getMessage());
    List<Path> left = new ArrayList<>();
    try (var files = Files.list(folder)) {
      files.forEach(left::add);
    }
    assertEquals(List.of(written), left);
  }

  @Test
  void directoryThatHoldsSomething_isRefused() throws IOException {
    HuggingFaceVit.Model model = HuggingFaceVit.open(golden());
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> SavedModelExport.write(written, saved(model.weights(), ImageScale.UNIT)));
    assertTrue(String.valueOf(e.getMessage()).contains("is not empty"), e.getMessage());
  }
}
