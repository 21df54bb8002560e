package org.endossl.model.serving;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.endossl.model.ModelVariable;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObject;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedUserObject;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedVariable;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.proto.TrackableObjectGraphOuterClass.TrackableObjectGraph;
import org.tensorflow.proto.TrackableObjectGraphOuterClass.TrackableObjectGraph.TrackableObject;
import org.tensorflow.proto.TrackableObjectGraphOuterClass.TrackableObjectGraph.TrackableObject.ObjectReference;
import org.tensorflow.proto.TrackableObjectGraphOuterClass.TrackableObjectGraph.TrackableObject.SerializedTensor;
import org.tensorflow.proto.VersionDef;

/**
 * The objects of a SavedModel: a root whose attributes lead to the variables, along the modules'
 * names, and to the functions. Written twice: for {@code tf.saved_model.load}, and, with the
 * checkpoint's keys, into the checkpoint itself.
 */
final class ObjectTree {
  private static final String VALUE = "VARIABLE_VALUE";

  /** One object; a number by its place in the list. */
  private static final class Node {
    private final Map<String, Integer> children = new LinkedHashMap<>();
    private final SavedObject.Builder saved = SavedObject.newBuilder();
    private final List<SerializedTensor> tensors = new ArrayList<>();
  }

  private final List<Node> nodes = new ArrayList<>();

  /** With the root only. */
  ObjectTree() {
    add(user("_generic_user_object"));
  }

  /** The key of a variable in the checkpoint. */
  static String key(ModelVariable variable) {
    return variable.name().replace('.', '/') + "/.ATTRIBUTES/" + VALUE;
  }

  static SavedObject user(String identifier) {
    return SavedObject.newBuilder()
        .setUserObject(
            SavedUserObject.newBuilder()
                .setIdentifier(identifier)
                .setVersion(VersionDef.newBuilder().setProducer(1).setMinConsumer(1)))
        .build();
  }

  /** Adds a variable under its modules; gives its number. */
  int variable(ModelVariable variable) {
    String[] path = variable.name().split("\\.", -1);
    int at = 0;
    for (int i = 0; i < path.length - 1; i++) {
      Integer next = nodes.get(at).children.get(path[i]);
      at = next != null ? next : child(at, path[i], user("_generic_user_object"));
    }
    String name = variable.name().replace('.', '/');
    int number =
        child(
            at,
            path[path.length - 1],
            SavedObject.newBuilder()
                .setVariable(
                    SavedVariable.newBuilder()
                        .setDtype(DataType.DT_FLOAT)
                        .setShape(shape(variable.shape()))
                        .setTrainable(variable.trainable())
                        .setName(name))
                .build());
    nodes
        .get(number)
        .tensors
        .add(
            SerializedTensor.newBuilder()
                .setName(VALUE)
                .setFullName(name)
                .setCheckpointKey(key(variable))
                .build());
    return number;
  }

  /** Adds an object as an attribute of another; gives its number. */
  int child(int parent, String name, SavedObject object) {
    int number = add(object);
    if (nodes.get(parent).children.put(name, number) != null) {
      throw new IllegalArgumentException("object graph: " + name + " is there twice");
    }
    return number;
  }

  private int add(SavedObject object) {
    Node node = new Node();
    node.saved.mergeFrom(object);
    nodes.add(node);
    return nodes.size() - 1;
  }

  /** For the SavedModel. */
  List<SavedObject> saved() {
    List<SavedObject> objects = new ArrayList<>();
    for (Node node : nodes) {
      objects.add(node.saved.clone().addAllChildren(references(node)).build());
    }
    return objects;
  }

  /** For the checkpoint. */
  TrackableObjectGraph trackable() {
    TrackableObjectGraph.Builder graph = TrackableObjectGraph.newBuilder();
    for (Node node : nodes) {
      graph.addNodes(
          TrackableObject.newBuilder()
              .addAllChildren(references(node))
              .addAllAttributes(node.tensors));
    }
    return graph.build();
  }

  private static List<ObjectReference> references(Node node) {
    List<ObjectReference> references = new ArrayList<>();
    node.children.forEach(
        (name, number) ->
            references.add(
                ObjectReference.newBuilder().setLocalName(name).setNodeId(number).build()));
    return references;
  }

  /** A shape; unknown dimensions are -1. */
  static TensorShapeProto shape(Shape shape) {
    TensorShapeProto.Builder proto = TensorShapeProto.newBuilder();
    for (long size : shape.asArray()) {
      proto.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
    }
    return proto.build();
  }
}
