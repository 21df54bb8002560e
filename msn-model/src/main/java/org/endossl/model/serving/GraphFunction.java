package org.endossl.model.serving;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.OpList;

/**
 * A part of a graph as a function. A graph names a node's outputs by number ({@code node:1}), a
 * function by the name that the op gives them ({@code node:values:1}).
 */
final class GraphFunction {
  private final Map<String, NodeDef> nodes = new LinkedHashMap<>();
  private final Map<String, OpDef> ops = new HashMap<>();

  /**
   * Of a graph.
   *
   * @param registered every op that the graph may use
   */
  GraphFunction(GraphDef graph, OpList registered) {
    graph.getNodeList().forEach(node -> nodes.put(node.getName(), node));
    registered.getOpList().forEach(op -> ops.put(op.getName(), op));
  }

  /**
   * An argument.
   *
   * @param node of the graph whose only output it replaces
   * @param definition its name and type in the function
   */
  record Argument(String node, OpDef.ArgDef definition) {}

  /**
   * The function.
   *
   * @param outputs by name, nodes' first outputs, all float32
   * @throws IllegalArgumentException if the graph lacks a node or an op is unknown
   */
  FunctionDef define(String name, List<Argument> arguments, Map<String, String> outputs) {
    Map<String, String> replaced = new HashMap<>();
    OpDef.Builder signature = OpDef.newBuilder().setName(name).setIsStateful(true);
    for (Argument argument : arguments) {
      replaced.put(argument.node(), argument.definition().getName());
      signature.addInputArg(argument.definition());
    }
    FunctionDef.Builder function = FunctionDef.newBuilder();
    outputs.forEach(
        (output, node) -> {
          signature.addOutputArg(
              OpDef.ArgDef.newBuilder().setName(output).setType(DataType.DT_FLOAT));
          function.putRet(output, tensor(node, replaced));
        });
    for (NodeDef node : reached(outputs.values(), replaced.keySet())) {
      NodeDef.Builder inside = node.toBuilder().clearInput();
      node.getInputList().forEach(input -> inside.addInput(tensor(input, replaced)));
      function.addNodeDef(inside);
    }
    return function.setSignature(signature).build();
  }

  /** The nodes that others need, in the graph's order. */
  List<NodeDef> reached(Iterable<String> from, Set<String> without) {
    Deque<String> open = new ArrayDeque<>();
    Set<String> seen = new HashSet<>(without);
    from.forEach(open::add);
    while (!open.isEmpty()) {
      String name = node(open.remove());
      if (seen.add(name)) {
        open.addAll(definition(name).getInputList());
      }
    }
    List<NodeDef> found = new ArrayList<>();
    nodes.forEach(
        (name, node) -> {
          if (seen.contains(name) && !without.contains(name)) {
            found.add(node);
          }
        });
    return found;
  }

  private NodeDef definition(String name) {
    NodeDef node = nodes.get(name);
    if (node == null) {
      throw new IllegalArgumentException("the graph has no node " + name);
    }
    return node;
  }

  private static String node(String input) {
    int colon = input.indexOf(':');
    String name = colon < 0 ? input : input.substring(0, colon);
    return name.startsWith("^") ? name.substring(1) : name;
  }

  /** An input as a function writes it. */
  private String tensor(String input, Map<String, String> replaced) {
    if (input.startsWith("^")) {
      return input;
    }
    String name = node(input);
    String argument = replaced.get(name);
    if (argument != null) {
      return argument;
    }
    int number = name.length() == input.length() ? 0 : number(input, name);
    NodeDef node = definition(name);
    OpDef op = ops.get(node.getOp());
    if (op == null) {
      throw new IllegalArgumentException("the op " + node.getOp() + " is not registered");
    }
    int first = 0;
    for (OpDef.ArgDef output : op.getOutputArgList()) {
      int count = count(output, node);
      if (number < first + count) {
        return name + ":" + output.getName() + ":" + (number - first);
      }
      first += count;
    }
    throw new IllegalArgumentException("the op " + node.getOp() + " has no output " + number);
  }

  private static int number(String input, String name) {
    return Integer.parseInt(input.substring(name.length() + 1));
  }

  private static int count(OpDef.ArgDef output, NodeDef node) {
    if (!output.getNumberAttr().isEmpty()) {
      return Math.toIntExact(attribute(node, output.getNumberAttr()).getI());
    }
    return output.getTypeListAttr().isEmpty()
        ? 1
        : attribute(node, output.getTypeListAttr()).getList().getTypeCount();
  }

  private static AttrValue attribute(NodeDef node, String name) {
    return node.getAttrOrThrow(name);
  }
}
