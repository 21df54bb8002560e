package org.endossl.train;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetRequestedDevice;

import java.util.Iterator;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.tensorflow.DeviceSpec;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.internal.c_api.TF_Graph;
import org.tensorflow.op.Ops;

/**
 * Puts what is built on a device. A scope's device would reach the ops that are built through it,
 * and those only: {@code Graph.addGradients} makes ops without a device, which TensorFlow places on
 * the first one, wherever the ops are that they are gradients of. So ops are built first and get
 * their device afterwards; those that have one already keep it.
 */
final class Placement {
  private final Graph graph;

  /** For a graph that no session has run yet. */
  Placement(Graph graph) {
    this.graph = graph;
  }

  /** For what belongs on the processor whatever device the step is on. */
  static Ops onCpu(Ops tf) {
    return tf.withDevice(
        DeviceSpec.newBuilder().deviceType(DeviceSpec.DeviceType.CPU).deviceIndex(0).build());
  }

  /**
   * Builds and places.
   *
   * @param device as in {@code /device:GPU:1}; empty leaves the choice to TensorFlow
   * @param build adds ops to the graph
   */
  <T> T on(String device, Supplier<T> build) {
    if (device.isEmpty()) {
      return build.get();
    }
    long before = 0;
    for (Iterator<GraphOperation> all = graph.operations(); all.hasNext(); all.next()) {
      before++;
    }
    T built = build.get();
    try (PointerScope scope = new PointerScope()) {
      TF_Graph none = TF_Graph.newGraph(); // the one whose sessions would be told; there are none
      Iterator<GraphOperation> all = graph.operations();
      for (long i = 0; all.hasNext(); i++) {
        GraphOperation op = all.next();
        if (i >= before && op.device().isEmpty()) {
          TF_SetRequestedDevice(none, op.getUnsafeNativeHandle(), device);
        }
      }
      scope.deallocate();
    }
    return built;
  }
}
