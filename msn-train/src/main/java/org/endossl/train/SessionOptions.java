package org.endossl.train;

import java.util.ArrayList;
import java.util.List;
import org.endossl.model.Compute;
import org.endossl.train.config.Require;
import org.endossl.train.ema.EmaUpdate;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GPUOptions;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.OptimizerOptions;
import org.tensorflow.proto.RewriterConfig;

/**
 * How a session runs its graph.
 *
 * @param intraOpThreads threads within an op; 0 lets TensorFlow choose
 * @param interOpThreads ops at a time; 0 lets TensorFlow choose
 * @param xla whether XLA compiles what it can of the graph. On the CPU TensorFlow does so only with
 *     {@code TF_XLA_FLAGS=--tf_xla_cpu_global_jit} in the environment
 * @param device what computes the step
 * @param devices how many of them a batch is cut among; 0 for what the configuration says. Of
 *     processors there are as many as are asked for, all of them the same cores: a step among some
 *     is no faster, and has the same results
 * @param staged whether the next batch is copied to its devices while a step computes
 */
public record SessionOptions(
    int intraOpThreads,
    int interOpThreads,
    boolean xla,
    Device device,
    int devices,
    boolean staged) {
  /** What computes the step; reading and decoding are the CPU's always. */
  public enum Device {
    /** The CPU, also where there is a GPU. */
    CPU,
    /** GPUs from the first, whose memory is taken as it is needed. */
    GPU
  }

  /** TensorFlow's choice, on the CPU. */
  public static final SessionOptions DEFAULT = new SessionOptions(0, 0, false, Device.CPU);

  public SessionOptions {
    Require.atLeast("intra-op threads", intraOpThreads, 0);
    Require.atLeast("inter-op threads", interOpThreads, 0);
    Require.atLeast("devices", devices, 0);
  }

  /** On as many devices as the configuration says; batches are staged for GPUs. */
  public SessionOptions(int intraOpThreads, int interOpThreads, boolean xla, Device device) {
    this(intraOpThreads, interOpThreads, xla, device, 0, device == Device.GPU);
  }

  /** On the CPU without XLA. */
  public SessionOptions(int intraOpThreads, int interOpThreads) {
    this(intraOpThreads, interOpThreads, false, Device.CPU);
  }

  /** The same with another number of devices. */
  public SessionOptions with(int count) {
    return new SessionOptions(intraOpThreads, interOpThreads, xla, device, count, staged);
  }

  /** How many devices there are to be: at least one. */
  int count() {
    return Math.max(1, devices);
  }

  /**
   * The devices that a batch is cut among, as in {@code /device:GPU:1}; one without a name, which
   * leaves the choice to TensorFlow, if there is one.
   */
  List<String> towers() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count(); i++) {
      names.add(count() == 1 ? "" : "/device:" + device + ":" + i);
    }
    return names;
  }

  /** How networks are computed there: the native ops are the CPU's. */
  Compute compute(Compute wanted) {
    return device == Device.GPU
        ? new Compute(wanted.precision(), Compute.Kernels.COMPOSITE)
        : wanted;
  }

  /** The form of the target update there. */
  EmaUpdate.Form ema() {
    return device == Device.GPU ? EmaUpdate.Form.COMPOSITE : EmaUpdate.Form.AUTO;
  }

  /**
   * The same for TensorFlow. Of its graph rewriting only the fusions of matrix products with what
   * follows them are left on: the other passes gain no time in a step and take seconds before the
   * first one, most of them constant folding over some ten thousand nodes. It also computes first
   * values of variables, which depend on constants alone, while the graph is prepared, and keeps
   * them as constants as long as the session, beside the variables.
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
    ConfigProto.Builder config = ConfigProto.newBuilder();
    if (device == Device.CPU) {
      config.putDeviceCount("GPU", 0).putDeviceCount("CPU", count());
    } else {
      config
          .putDeviceCount("GPU", count()) // the others stay as they are
          .setGpuOptions(GPUOptions.newBuilder().setAllowGrowth(true))
          .setAllowSoftPlacement(true); // the input's ops have no kernel on a GPU
    }
    OptimizerOptions.Builder optimizer =
        OptimizerOptions.newBuilder().setOptLevel(OptimizerOptions.Level.L0);
    if (xla) {
      optimizer.setGlobalJitLevel(OptimizerOptions.GlobalJitLevel.ON_2);
    }
    GraphOptions.Builder graph =
        GraphOptions.newBuilder().setRewriteOptions(rewriter).setOptimizerOptions(optimizer);
    return config
        .setIntraOpParallelismThreads(intraOpThreads)
        .setInterOpParallelismThreads(interOpThreads)
        .setGraphOptions(graph)
        .setExperimental(
            // A thread that spins for its next op takes a core from the op that runs.
            ConfigProto.Experimental.newBuilder().setDisableThreadSpinning(true))
        .build();
  }
}
