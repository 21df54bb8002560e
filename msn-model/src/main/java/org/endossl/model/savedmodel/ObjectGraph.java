package org.endossl.model.savedmodel;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.endossl.model.WeightsException;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedConcreteFunction;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObject;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObjectGraph;
import org.tensorflow.proto.TrackableObjectGraphOuterClass.TrackableObjectGraph.TrackableObject.ObjectReference;

/** The Python objects of a SavedModel: which are variables, under which key, and what is called. */
final class ObjectGraph {
  private static final String CALL = "__call__";

  private final String where;
  private final SavedObjectGraph graph;
  private final Map<Integer, String> paths;

  private ObjectGraph(String where, SavedObjectGraph graph, Map<Integer, String> paths) {
    this.where = where;
    this.graph = graph;
    this.paths = paths;
  }

  /**
   * Walks the objects.
   *
   * @throws WeightsException if there are none or one refers to another that is not there
   */
  static ObjectGraph of(String where, SavedObjectGraph graph) throws WeightsException {
    if (graph.getNodesCount() == 0) {
      throw new WeightsException(
          where
              + ": no object graph; wanted a SavedModel of TensorFlow 2, as tf.saved_model.save and"
              + " jax2tf write it");
    }
    Map<Integer, String> paths = new HashMap<>();
    ArrayDeque<Integer> queue = new ArrayDeque<>(List.of(0));
    paths.put(0, "");
    while (!queue.isEmpty()) { // breadth first, in the order of the children, as the saver
      int at = queue.remove();
      String path = paths.getOrDefault(at, "");
      for (ObjectReference child : graph.getNodes(at).getChildrenList()) {
        int to = child.getNodeId();
        if (to < 0 || to >= graph.getNodesCount()) {
          throw new WeightsException(
              where + ": the object graph is damaged: node " + at + " refers to node " + to);
        }
        String name = child.getLocalName().replace(".", "..").replace("/", ".S");
        if (paths.putIfAbsent(to, path.isEmpty() ? name : path + "/" + name) == null) {
          queue.add(to);
        }
      }
    }
    return new ObjectGraph(where, graph, paths);
  }

  /** One object; null if there is no such number. */
  SavedObject node(int id) throws WeightsException {
    if (id < 0 || id >= graph.getNodesCount()) {
      throw new WeightsException(where + ": the object graph is damaged: no node " + id);
    }
    return graph.getNodes(id);
  }

  /** The checkpoint's key of a variable. */
  String key(int id) throws WeightsException {
    String path = paths.get(id);
    if (path == null) {
      throw new WeightsException(
          where + ": the function uses a variable that no object holds (node " + id + ")");
    }
    return path + "/.ATTRIBUTES/VARIABLE_VALUE";
  }

  /** What the root is called with: the traces of its {@code __call__}, by the functions' names. */
  Map<String, SavedConcreteFunction> calls() throws WeightsException {
    List<String> names = new ArrayList<>();
    List<String> children = new ArrayList<>();
    for (ObjectReference child : graph.getNodes(0).getChildrenList()) {
      children.add(child.getLocalName());
      if (child.getLocalName().equals(CALL) && node(child.getNodeId()).hasFunction()) {
        names.addAll(node(child.getNodeId()).getFunction().getConcreteFunctionsList());
      }
    }
    if (names.isEmpty()) {
      throw new WeightsException(
          where
              + ": no __call__; wanted a SavedModel that Python calls as"
              + " tf.saved_model.load(dir)(images), got an object with "
              + children);
    }
    Map<String, SavedConcreteFunction> calls = new HashMap<>();
    for (String name : names) {
      SavedConcreteFunction function = graph.getConcreteFunctionsMap().get(name);
      if (function == null) {
        throw new WeightsException(where + ": the object graph is damaged: no function " + name);
      }
      calls.put(name, function);
    }
    return Collections.unmodifiableMap(calls);
  }
}
