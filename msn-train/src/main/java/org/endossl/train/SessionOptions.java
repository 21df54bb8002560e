package org.endossl.train;

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

  /** The same for TensorFlow. */
  public ConfigProto config() {
    RewriterConfig.Builder rewriter = RewriterConfig.newBuilder();
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
