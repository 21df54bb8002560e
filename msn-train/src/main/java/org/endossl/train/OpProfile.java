package org.endossl.train;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.DeviceStepStats;
import org.tensorflow.proto.NodeExecStats;
import org.tensorflow.proto.RunOptions;
import org.tensorflow.proto.StepStats;

/**
 * Where the time of one {@code Session.run} went, by op type: TensorFlow's own trace, summed. Ops
 * run side by side, so the sum may be more than the time on the clock.
 *
 * @param rows op types, the most expensive first
 */
public record OpProfile(List<Row> rows) {
  /**
   * One op type.
   *
   * @param type as TensorFlow names it
   * @param calls nodes that ran
   * @param milliseconds in all of them together
   */
  public record Row(String type, int calls, double milliseconds) {}

  /** What makes a run record its trace. */
  public static final RunOptions OPTIONS =
      RunOptions.newBuilder().setTraceLevel(RunOptions.TraceLevel.SOFTWARE_TRACE).build();

  public OpProfile {
    rows = List.copyOf(rows);
  }

  /** Sums the trace of a run that had {@link #OPTIONS}. */
  public static OpProfile of(StepStats trace) {
    Map<String, List<Long>> micros = new LinkedHashMap<>();
    for (DeviceStepStats device : trace.getDevStatsList()) {
      for (NodeExecStats node : device.getNodeStatsList()) {
        micros
            .computeIfAbsent(type(node), unused -> new ArrayList<>())
            .add(node.getOpEndRelMicros() - node.getOpStartRelMicros());
      }
    }
    return new OpProfile(
        micros.entrySet().stream()
            .map(e -> new Row(e.getKey(), e.getValue().size(), milliseconds(e.getValue())))
            .sorted(Comparator.comparingDouble(Row::milliseconds).reversed())
            .toList());
  }

  private static double milliseconds(List<Long> micros) {
    return micros.stream().mapToLong(Long::longValue).sum() / 1e3;
  }

  /** An op's type. The label reads {@code name = Type(inputs)}. */
  static String type(NodeExecStats node) {
    String label = node.getTimelineLabel();
    int from = label.indexOf(" = ");
    int to = label.indexOf('(');
    return from < 0 || to < from ? node.getNodeName() : label.substring(from + 3, to);
  }

  /** Milliseconds of all types. */
  public double milliseconds() {
    return rows.stream().mapToDouble(Row::milliseconds).sum();
  }
}
