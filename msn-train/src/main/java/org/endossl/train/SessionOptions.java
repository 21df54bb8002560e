package org.endossl.train;

import org.endossl.train.config.Require;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.RewriterConfig;

/**
 * How a session runs its graph.
 *
 * @param intraOpThreads threads within an op; 0 lets TensorFlow choose
 * @param interOpThreads ops at a time; 0 lets TensorFlow choose
 * @param bfloat16 whether TensorFlow may compute matrix products and what surrounds them in
 *     bfloat16; weights stay float32
 */
public record SessionOptions(int intraOpThreads, int interOpThreads, boolean bfloat16) {
  /** TensorFlow's choice, float32. */
  public static final SessionOptions DEFAULT = new SessionOptions(0, 0, false);

  public SessionOptions {
    Require.atLeast("intra-op threads", intraOpThreads, 0);
    Require.atLeast("inter-op threads", interOpThreads, 0);
  }

  /**
   * The same for TensorFlow. Of its graph rewriting only the fusions of matrix products with what
   * follows them are left on: the other passes gain no time in a step and take seconds before the
   * first one, most of them constant folding over some ten thousand nodes.
   */
  public ConfigProto config() {
    RewriterConfig.Toggle off = RewriterConfig.Toggle.OFF;
    RewriterConfig.Builder rewriter =
        RewriterConfig.newBuilder()
            .setMetaOptimizerIterations(RewriterConfig.NumIterationsType.ONE)
            .setArithmeticOptimization(off)
            .setCommonSubgraphElimination(off)
            .setConstantFolding(off)
            .setDependencyOptimization(off)
            .setFunctionOptimization(off)
            .setLayoutOptimizer(off)
            .setLoopOptimization(off)
            .setMemoryOptimization(RewriterConfig.MemOptType.NO_MEM_OPT)
            .setShapeOptimization(off);
    if (bfloat16) {
      rewriter.setAutoMixedPrecisionOnednnBfloat16(RewriterConfig.Toggle.ON);
    }
    return ConfigProto.newBuilder()
        .setIntraOpParallelismThreads(intraOpThreads)
        .setInterOpParallelismThreads(interOpThreads)
        .setGraphOptions(GraphOptions.newBuilder().setRewriteOptions(rewriter))
        .build();
  }
}
