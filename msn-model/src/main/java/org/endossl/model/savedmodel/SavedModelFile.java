package org.endossl.model.savedmodel;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.endossl.model.CheckpointIndex;
import org.endossl.model.WeightsException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.FunctionDefLibrary;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedConcreteFunction;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObject;
import org.tensorflow.proto.Struct.StructuredValue;

/**
 * A SavedModel whose root is called with images: a function of TensorFlow's graph ops, or StableHLO
 * in an {@code XlaCallModule}. Opening reads {@code saved_model.pb} and the checkpoint's index;
 * nothing is executed. No signature is needed.
 */
public final class SavedModelFile {
  private static final String PB = "saved_model.pb";
  private static final long LARGEST = Integer.MAX_VALUE - 8L;

  /** A value that the function captured: a variable by its checkpoint key, or a constant. */
  record Capture(String key, DataType type, Shape shape) {}

  private final Path directory;
  private final MetaGraphDef graph;
  private final String function;
  private final Structure.Tensor images;
  private final StructuredValue outputs;
  private final List<Capture> captures;
  private final Map<String, NodeDef> constants;

  private SavedModelFile(
      Path directory,
      MetaGraphDef graph,
      String function,
      SavedConcreteFunction traced,
      List<Capture> captures,
      Map<String, NodeDef> constants) {
    this.directory = directory;
    this.graph = graph;
    this.function = function;
    this.images = Structure.tensors(traced.getCanonicalizedInputSignature()).get(0);
    this.outputs = traced.getOutputSignature();
    this.captures = List.copyOf(captures);
    this.constants = Map.copyOf(constants);
  }

  /** Whether a directory holds a SavedModel. */
  public static boolean isOne(Path directory) {
    return Files.isRegularFile(directory.resolve(PB));
  }

  /**
   * Opens a SavedModel.
   *
   * @throws WeightsException if a file is missing or damaged, there is no object graph, nothing
   *     that is called with images, or it needs what this build cannot run
   */
  public static SavedModelFile open(Path directory) throws IOException {
    Path file = directory.resolve(PB);
    MetaGraphDef graph = graph(file);
    ObjectGraph objects = ObjectGraph.of(file.toString(), graph.getObjectGraphDef());
    Map<String, SavedConcreteFunction> calls = objects.calls();
    String name = choose(file, calls);
    SavedConcreteFunction traced = calls.get(name);
    if (traced == null) {
      throw new IllegalStateException(name);
    }
    requirePlatform(file, graph.getGraphDef().getLibrary());
    Map<String, NodeDef> constants = new TreeMap<>();
    List<Capture> captures = new ArrayList<>();
    for (int id : traced.getBoundInputsList()) {
      captures.add(capture(file, graph, objects, id, constants));
    }
    requireFunction(file, graph.getGraphDef().getLibrary(), name, captures.size());
    requireVariables(directory, captures);
    return new SavedModelFile(directory, graph, name, traced, captures, constants);
  }

  private static MetaGraphDef graph(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new WeightsException(file + ": no such file; wanted a SavedModel's directory");
    }
    if (Files.size(file) > LARGEST) {
      throw new WeightsException(file + ": got " + Files.size(file) + " bytes, wanted < 2 GiB");
    }
    SavedModel model;
    try {
      model = SavedModel.parseFrom(Files.readAllBytes(file));
    } catch (InvalidProtocolBufferException e) {
      throw new WeightsException(file + ": no SavedModel, or damaged: " + e.getMessage(), e);
    }
    List<MetaGraphDef> graphs = model.getMetaGraphsList();
    for (MetaGraphDef graph : graphs) {
      if (graphs.size() == 1 || graph.getMetaInfoDef().getTagsList().contains("serve")) {
        return graph;
      }
    }
    throw new WeightsException(
        file + ": got " + graphs.size() + " graphs, wanted one, or one tagged serve");
  }

  /** The trace that takes one batch of images, with its flags off. */
  private static String choose(Path file, Map<String, SavedConcreteFunction> calls)
      throws WeightsException {
    List<String> taken = new ArrayList<>();
    String chosen = "";
    boolean flagged = true;
    for (Map.Entry<String, SavedConcreteFunction> call : new TreeMap<>(calls).entrySet()) {
      StructuredValue signature = call.getValue().getCanonicalizedInputSignature();
      List<Structure.Tensor> tensors = Structure.tensors(signature);
      taken.add(tensors.toString());
      boolean flags = Structure.hasTrue(signature);
      if (tensors.size() == 1
          && isImages(tensors.get(0))
          && (chosen.isEmpty() || (flagged && !flags))) {
        chosen = call.getKey();
        flagged = flags;
      }
    }
    if (chosen.isEmpty()) {
      throw new WeightsException(
          file
              + ": nothing that is called with images: wanted DT_FLOAT [any, side, side, 3], got "
              + taken);
    }
    return chosen;
  }

  private static boolean isImages(Structure.Tensor tensor) {
    Shape shape = tensor.shape();
    return tensor.type() == DataType.DT_FLOAT
        && (shape.isUnknown()
            || (shape.numDimensions() == 4
                && shape.get(0) == Shape.UNKNOWN_SIZE
                && shape.get(1) == shape.get(2)
                && (shape.get(3) == 3 || shape.get(3) == Shape.UNKNOWN_SIZE)));
  }

  private static void requirePlatform(Path file, FunctionDefLibrary library)
      throws WeightsException {
    for (FunctionDef function : library.getFunctionList()) {
      for (NodeDef node : function.getNodeDefList()) {
        if (!node.getOp().equals("XlaCallModule")) {
          continue;
        }
        List<String> platforms =
            node
                .getAttrOrDefault("platforms", AttrValue.getDefaultInstance())
                .getList()
                .getSList()
                .stream()
                .map(s -> s.toStringUtf8())
                .toList();
        if (!platforms.isEmpty() && !platforms.contains("CPU")) {
          throw new WeightsException(
              file
                  + ": its StableHLO is for "
                  + platforms
                  + ", wanted CPU; export it again by jax2tf.convert with"
                  + " native_serialization_platforms=('cpu', ...)");
        }
      }
    }
  }

  private static Capture capture(
      Path file, MetaGraphDef graph, ObjectGraph objects, int id, Map<String, NodeDef> constants)
      throws WeightsException {
    SavedObject object = objects.node(id);
    if (object.hasVariable()) {
      var variable = object.getVariable();
      return new Capture(
          objects.key(id), variable.getDtype(), Structure.shape(variable.getShape()));
    }
    if (object.hasConstant()) {
      String name = object.getConstant().getOperation();
      for (NodeDef node : graph.getGraphDef().getNodeList()) {
        if (node.getName().equals(name) && node.getOp().equals("Const")) {
          constants.put(name, node);
          return new Capture(name, node.getAttrOrThrow("dtype").getType(), Shape.unknown());
        }
      }
    }
    throw new WeightsException(
        file
            + ": the function uses an object of kind "
            + object.getKindCase()
            + " (node "
            + id
            + "), wanted variables and constants only");
  }

  private static void requireFunction(
      Path file, FunctionDefLibrary library, String name, int captures) throws WeightsException {
    for (FunctionDef function : library.getFunctionList()) {
      if (function.getSignature().getName().equals(name)) {
        int inputs = function.getSignature().getInputArgCount();
        if (inputs != captures + 1) {
          throw new WeightsException(
              file
                  + ": function "
                  + name
                  + ": got "
                  + inputs
                  + " inputs, wanted the images and "
                  + captures
                  + " captured values");
        }
        return;
      }
    }
    throw new WeightsException(file + ": the function " + name + " is not in the graph's library");
  }

  private static void requireVariables(Path directory, List<Capture> captures) throws IOException {
    Path prefix = prefix(directory);
    if (captures.stream().noneMatch(SavedModelFile::isVariable)) {
      return;
    }
    requireShards(prefix);
    Map<String, CheckpointIndex.Entry> index = CheckpointIndex.read(prefix);
    List<String> faults = new ArrayList<>();
    for (Capture capture : captures) {
      CheckpointIndex.Entry got = index.get(capture.key());
      if (isVariable(capture) && got == null) {
        faults.add(capture.key() + " is not there");
      } else if (got != null
          && (got.type() != capture.type() || !got.shape().isCompatibleWith(capture.shape()))) {
        faults.add(
            capture.key()
                + " is "
                + got.type()
                + got.shape()
                + " for "
                + capture.type()
                + capture.shape());
      }
    }
    if (!faults.isEmpty()) {
      throw new WeightsException(
          prefix
              + ": the checkpoint does not fit the function's variables ("
              + faults.size()
              + "): "
              + String.join(", ", faults.subList(0, Math.min(8, faults.size())))
              + "; it has "
              + index.size()
              + " entries");
    }
  }

  private static boolean isVariable(Capture capture) {
    return capture.key().endsWith("/.ATTRIBUTES/VARIABLE_VALUE");
  }

  /** {@code variables.data-00000-of-00002}: all that a shard's name promises. */
  private static void requireShards(Path prefix) throws IOException {
    Path directory = prefix.toAbsolutePath().getParent();
    TreeSet<String> names = new TreeSet<>();
    if (directory != null && Files.isDirectory(directory)) {
      try (Stream<Path> files = Files.list(directory)) {
        files.map(f -> String.valueOf(f.getFileName())).forEach(names::add);
      }
    }
    List<String> shards =
        names.stream().filter(n -> n.matches("variables\\.data-\\d{5}-of-\\d{5}")).toList();
    if (shards.isEmpty()) {
      throw new WeightsException(
          prefix + ".data-00000-of-00001: no such file; the variables' values are missing");
    }
    int count = Integer.parseInt(shards.get(0).substring(shards.get(0).length() - 5));
    for (int i = 0; i < count; i++) {
      String shard = String.format(Locale.ROOT, "variables.data-%05d-of-%05d", i, count);
      if (!names.contains(shard)) {
        throw new WeightsException(
            prefix.resolveSibling(shard) + ": no such file; got " + shards + ", wanted " + count);
      }
    }
  }

  private static Path prefix(Path directory) {
    return directory.resolve("variables").resolve("variables");
  }

  /** Its directory. */
  public Path directory() {
    return directory;
  }

  /** The checkpoint of its variables. */
  public Path variables() {
    return prefix(directory);
  }

  /** Side of the square images in pixels; -1 if any. */
  public int imageSize() {
    long side = images.shape().isUnknown() ? Shape.UNKNOWN_SIZE : images.shape().get(1);
    return side == Shape.UNKNOWN_SIZE ? -1 : Math.toIntExact(side);
  }

  /**
   * Values per image of the output {@code model(images)[index]}.
   *
   * @throws WeightsException if there is no such output, or it is not [images, values] of floats
   */
  public int width(int index) throws WeightsException {
    int flat = Structure.flat(outputs, index);
    List<Structure.Tensor> tensors = Structure.tensors(outputs);
    if (flat < 0) {
      throw new WeightsException(
          directory + ": no output " + index + "; got " + tensors + ", counted from 0");
    }
    Structure.Tensor tensor = tensors.get(flat);
    if (tensor.type() != DataType.DT_FLOAT
        || tensor.shape().isUnknown()
        || tensor.shape().numDimensions() != 2
        || tensor.shape().get(1) == Shape.UNKNOWN_SIZE) {
      throw new WeightsException(
          directory
              + ": output "
              + index
              + ": got "
              + tensor
              + ", wanted DT_FLOAT [any, values]; outputs are "
              + tensors);
    }
    return Math.toIntExact(tensor.shape().get(1));
  }

  /** Where output {@code index} is among the function's outputs. */
  int flat(int index) {
    return Structure.flat(outputs, index);
  }

  /** The types of the function's outputs. */
  List<DataType> outputTypes() {
    return Structure.tensors(outputs).stream().map(Structure.Tensor::type).toList();
  }

  String function() {
    return function;
  }

  List<Capture> captures() {
    return captures;
  }

  NodeDef constant(String name) {
    return Objects.requireNonNull(constants.get(name));
  }

  boolean isConstant(Capture capture) {
    return constants.containsKey(capture.key());
  }

  MetaGraphDef graph() {
    return graph;
  }
}
