package org.endossl.train;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.stream.Collectors;
import org.endossl.model.Initializer;
import org.endossl.model.ModelVariable;
import org.endossl.model.VariableStore;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.RunOptions;

class SessionOptionsTest {
  @Test
  void firstValues_areDrawnByTheRun_notKeptAsConstants() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      VariableStore store = new VariableStore(tf, "", 0);
      ModelVariable weight =
          store.variable("weight", Shape.of(8, 8), Initializer.truncatedNormal(0.02), true);
      ModelVariable moment = store.variable("moment", Shape.of(8, 8), Initializer.zeros(), false);
      try (Session session = new Session(graph, SessionOptions.DEFAULT.config());
          Result result =
              session
                  .runner()
                  .setOptions(RunOptions.newBuilder().setOutputPartitionGraphs(true).build())
                  .addTarget(weight.initializer())
                  .addTarget(moment.initializer())
                  .runAndFetchMetadata()) {
        Set<String> ran =
            result.getMetadata().orElseThrow().getPartitionGraphsList().stream()
                .flatMap(partition -> partition.getNodeList().stream())
                .map(NodeDef::getOp)
                .collect(Collectors.toSet());
        assertTrue(
            ran.stream().anyMatch(op -> op.startsWith("StatelessRandomNormal")), ran::toString);
        assertTrue(ran.contains("Fill"), ran::toString);
      }
    }
  }
}
