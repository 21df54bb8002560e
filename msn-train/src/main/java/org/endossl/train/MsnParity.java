package org.endossl.train;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.endossl.model.Compute;
import org.endossl.model.HostTensor;
import org.endossl.model.ModelVariable;
import org.endossl.model.MsnNames;
import org.endossl.model.NameTable;
import org.endossl.model.TensorSource;
import org.endossl.model.WeightLoader;
import org.endossl.model.WeightsException;
import org.endossl.train.ema.EmaUpdate;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Repeats training steps that facebookresearch/msn has taken and holds every number against what it
 * gave. A folder has
 *
 * <ul>
 *   <li>{@code log.json}: the settings and one entry per step;
 *   <li>{@code initial.safetensors}: {@code anchor.*}, {@code target.*} and {@code prototypes},
 *       under the original's names and in its layouts;
 *   <li>{@code steps.safetensors}: per step {@code sN.target_view}, {@code sN.rand_view…}, {@code
 *       sN.focal_view…} (uint8, channels first, the network sees {@code x / 127.5 - 1}), {@code
 *       sN.kept_patches} (counted from 1), and of some steps {@code sN.z_anchor}, {@code
 *       sN.h_target}, {@code sN.targets}, {@code sN.grad_*} (after clipping; qkv, proj, fc1 and fc2
 *       are the first block's);
 *   <li>{@code after_N.safetensors}: the weights after N steps.
 * </ul>
 *
 * <p>Sizes are read from the tensors.
 */
public final class MsnParity {
  /** Losses and the other figures of a step, relative. */
  static final double LOSS_BAR = 1e-4;

  /** Rates, decays and momenta, absolute. */
  static final double SCHEDULE_BAR = 1e-9;

  /** Projections, targets and gradients, relative to their norm; the gradient's norm likewise. */
  static final double TENSOR_BAR = 1e-3;

  /**
   * The gradient's norm from the second step on, relative: it is taken at weights that Adam has
   * moved, see {@link #WEIGHT_BAR}. With sharp targets the original itself, run with another number
   * of threads, was found to differ there by a quarter.
   */
  static final double LATER_NORM_BAR = 1e-2;

  /**
   * Weights after the last step: all but one element in a hundred (or two) differ by at most this
   * share of what the steps have moved the tensor by (root mean square), and 4 units in the last
   * place.
   *
   * <p>Adam divides by the root of the squared gradient, so in its first steps an element whose
   * gradient is near 0 moves by a whole learning rate in a direction that rounding decides: no
   * element may differ by more than {@link #REACH} times the sum of the rates, and parameters that
   * the loss does not depend on are held to that alone.
   */
  static final double WEIGHT_BAR = 1e-2;

  private static final int ALL = Integer.MAX_VALUE;

  /** Two walks in opposite directions. */
  static final double REACH = 2.2;

  /**
   * One number or tensor against its expected value.
   *
   * @param name as in the folder
   * @param absolute largest absolute difference
   * @param relative norm of the difference over the norm of what was expected
   * @param bar what the difference must not exceed, in words
   * @param holds whether it does not
   */
  public record Comparison(
      String name, double absolute, double relative, String bar, boolean holds) {}

  /**
   * What came out.
   *
   * @param computed every tensor under the name, and in the layout, of the expected one
   * @param log {@code log.json} with the computed figures in place of the expected
   * @param comparisons one per expected number or tensor
   */
  public record Report(TensorSource computed, JsonObject log, List<Comparison> comparisons) {
    public Report {
      comparisons = List.copyOf(comparisons);
    }

    /** Whether all comparisons hold. */
    public boolean holds() {
      return comparisons.stream().allMatch(Comparison::holds);
    }
  }

  private final ParityFolder folder;
  private final Map<String, HostTensor> computed = new TreeMap<>();
  private final List<Comparison> comparisons = new ArrayList<>();

  private final Compute compute;

  private MsnParity(ParityFolder folder, Compute compute) {
    this.folder = folder;
    this.compute = compute;
  }

  /** Whether a folder is one of these. */
  public static boolean recognises(Path folder) {
    return Files.isRegularFile(folder.resolve("log.json"))
        && Files.isRegularFile(folder.resolve("initial.safetensors"))
        && Files.isRegularFile(folder.resolve("steps.safetensors"));
  }

  /**
   * Takes the steps by TensorFlow's own ops and, where there are native kernels, the first one by
   * them too: its comparisons are named {@code native. ...}. The later ones would compare luck: as
   * {@link #WEIGHT_BAR} says, rounding decides where Adam's first step takes some elements, and any
   * two orders of summation differ there.
   *
   * @throws IOException if a file is missing or cannot be read, or a tensor or setting is missing
   */
  public static Report run(Path folder) throws IOException {
    Report report = new MsnParity(ParityFolder.open(folder), Compute.PORTABLE).compare(ALL);
    if (!Compute.FLOAT32.fused()) {
      return report;
    }
    List<Comparison> all = new ArrayList<>(report.comparisons());
    for (Comparison c :
        new MsnParity(ParityFolder.open(folder), Compute.FLOAT32).compare(1).comparisons()) {
      all.add(new Comparison("native." + c.name(), c.absolute(), c.relative(), c.bar(), c.holds()));
    }
    return new Report(report.computed(), report.log(), all);
  }

  private Report compare(int most) throws IOException {
    JsonObject log = folder.log();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      MsnNetwork network =
          MsnNetwork.create(
              tf, folder.encoder(), folder.head(), folder.criterion().prototypes(), 0);
      ParityInput input = new ParityInput(tf, folder);
      MsnGraph step =
          new MsnGraph(
              graph,
              network,
              input.views(),
              folder.criterion(),
              input.sinkhorn(),
              new MsnGraph.Plan(
                  folder.schedules().optimization().clipGrad(), EmaUpdate.Form.AUTO, compute));
      WeightLoader loader = WeightLoader.build(tf, network.variables());
      NameTable names =
          MsnNames.network(folder.encoder(), folder.head(), folder.criterion().prototypes());
      try (Session session = new Session(graph, SessionOptions.DEFAULT.config())) {
        step.initialize(session);
        loader.assign(session, names.toOurs(folder.initial()));
        List<JsonElement> entries = log.getAsJsonArray("log").asList();
        for (int i = 0; i < Math.min(most, entries.size()); i++) {
          step(session, step, input, names, i, entries.get(i).getAsJsonObject());
        }
        if (most >= entries.size()) {
          weights(names.toTheirs(loader.read(session)), entries.size());
        }
      }
    }
    return new Report(TensorSource.of("computed", computed), log, comparisons);
  }

  private void step(
      Session session,
      MsnGraph graph,
      ParityInput input,
      NameTable names,
      int index,
      JsonObject entry)
      throws IOException {
    Map<String, Operand<TFloat32>> wanted = wanted(graph, index);
    Schedules.Scalars scalars = folder.schedules().at(index);
    List<HostTensor> got = new ArrayList<>();
    List<Tensor> fed = new ArrayList<>();
    MsnGraph.Measured measured;
    try {
      Session.Runner runner = session.runner();
      input.feed(runner, fed, index, ParityFolder.flag(entry, "sinkhorn"));
      measured = graph.run(runner, index, scalars, List.copyOf(wanted.values()), got);
    } finally {
      fed.forEach(Tensor::close);
    }
    int next = 0;
    for (String name : wanted.keySet()) {
      tensor(name, ParityFolder.inTheirLayout(parameter(name), names, got.get(next++)));
    }
    figure(entry, index, "msn", measured.crossEntropy(), LOSS_BAR, false);
    figure(entry, index, "me_max", measured.meMax(), LOSS_BAR, false);
    figure(entry, index, "entropy", measured.entropy(), LOSS_BAR, false);
    figure(entry, index, "max_t", measured.maxTarget(), LOSS_BAR, false);
    figure(entry, index, "num_ps", measured.prototypes(), LOSS_BAR, false);
    double norm = index == 0 ? TENSOR_BAR : LATER_NORM_BAR;
    figure(entry, index, "grad_norm_before_clip", measured.gradientNorm(), norm, false);
    figure(entry, index, "lr", scalars.learningRate(), SCHEDULE_BAR, true);
    figure(entry, index, "wd", scalars.weightDecay(), SCHEDULE_BAR, true);
    figure(entry, index, "momentum", scalars.momentum(), SCHEDULE_BAR, true);
  }

  /** The tensors of a step that the folder expects, and where the graph has them. */
  private Map<String, Operand<TFloat32>> wanted(MsnGraph graph, int step) throws IOException {
    String prefix = "s" + step + ".";
    Map<String, Operand<TFloat32>> wanted = new LinkedHashMap<>();
    for (String name : folder.steps().shapes().keySet()) {
      if (!name.startsWith(prefix)) {
        continue;
      }
      switch (name.substring(prefix.length())) {
        case "z_anchor" -> wanted.put(name, graph.anchorProjection());
        case "h_target" -> wanted.put(name, graph.targetProjection());
        case "targets" -> wanted.put(name, graph.loss().targets());
        default -> {
          if (name.startsWith(prefix + "grad_")) {
            wanted.put(name, gradient(graph, name));
          }
        }
      }
    }
    return wanted;
  }

  private static Operand<TFloat32> gradient(MsnGraph graph, String name) throws IOException {
    List<ModelVariable> trainable = graph.network().trainable();
    for (int i = 0; i < trainable.size(); i++) {
      if (trainable.get(i).name().equals(parameter(name))) {
        return graph.gradients().get(i);
      }
    }
    throw new WeightsException("steps.safetensors: " + name + ": there is no " + parameter(name));
  }

  /** The variable that a {@code sN.grad_*} belongs to; other names stay as they are. */
  private static String parameter(String name) {
    String what = name.substring(name.indexOf('.') + 1);
    if (!what.startsWith("grad_")) {
      return what;
    }
    String of = what.substring("grad_".length());
    return switch (of) {
      case "prototypes" -> of;
      case "pos" -> "anchor.pos_embed";
      case "cls" -> "anchor.cls_token";
      case "patch" -> "anchor.patch_embed.proj.kernel";
      case "qkv", "proj" -> "anchor.blocks.0.attn." + of + ".kernel";
      case "fc1", "fc2" -> "anchor.blocks.0.mlp." + of + ".kernel";
      default -> "anchor." + of.replaceAll("\\.weight$", ".kernel");
    };
  }

  private void weights(TensorSource got, int steps) throws IOException {
    Schedules schedules = folder.schedules();
    double rates = 0;
    double mixed = 0;
    for (int i = 0; i < steps; i++) {
      rates += schedules.learningRate(i);
      mixed += 1 - schedules.momentum(i);
    }
    for (String name : got.shapes().keySet()) {
      double reach = REACH * rates * (name.startsWith("target.") ? mixed : 1);
      weight(name, got.tensor(name), reach);
    }
  }

  private void weight(String name, HostTensor got, double reach) throws IOException {
    float[] expected = folder.after().tensor(name).toArray();
    float[] before = folder.initial().tensor(name).toArray();
    double moved = 0;
    for (int i = 0; i < expected.length; i++) {
      moved += Math.pow(expected[i] - (double) before[i], 2);
    }
    double allowed = WEIGHT_BAR * Math.sqrt(moved / expected.length);
    int beyond = 0;
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs(got.values().get(i) - (double) expected[i]);
      beyond += difference > allowed + 4 * Math.ulp(expected[i]) ? 1 : 0;
    }
    boolean free = undetermined(name, folder.head().batchNorm());
    String bar =
        free
            ? String.format(Locale.ROOT, "%.1e absolute (loss does not depend on it)", reach)
            : String.format(Locale.ROOT, "99 in 100 by %.1e, all by %.1e", allowed, reach);
    Difference d = difference(got, expected);
    boolean holds = d.largest <= reach && (free || beyond <= Math.max(2, expected.length / 100));
    computed.put(name, got);
    comparisons.add(new Comparison(name, d.largest, d.relative, bar, holds));
  }

  /**
   * Parameters that the loss does not depend on: the keys' bias drops out of the softmax, and
   * BatchNorm subtracts what the biases before it add. Their gradients are rounding noise around 0,
   * which Adam makes into steps of a learning rate; the running means take these biases up.
   */
  private static boolean undetermined(String name, boolean batchNorm) {
    return name.endsWith(".attn.qkv.bias")
        || (batchNorm
            && name.matches("[^.]*\\.(norm\\.bias|fc\\.fc[12]\\.bias|fc\\.bn[12]\\.running_mean)"));
  }

  private void figure(
      JsonObject entry, int step, String name, double got, double bar, boolean absolute) {
    if (!entry.has(name)) {
      return;
    }
    double expected = entry.get(name).getAsDouble();
    double difference = Math.abs(got - expected);
    double relative = expected == 0 ? difference : difference / Math.abs(expected);
    comparisons.add(
        new Comparison(
            "log." + step + "." + name,
            difference,
            relative,
            bar + (absolute ? " absolute" : " relative"),
            (absolute ? difference : relative) <= bar));
    entry.addProperty(name, got);
  }

  private void tensor(String name, HostTensor got) throws IOException {
    Difference d = difference(got, folder.steps().tensor(name).toArray());
    computed.put(name, got);
    comparisons.add(
        new Comparison(
            name, d.largest, d.relative, TENSOR_BAR + " of norm", d.relative <= TENSOR_BAR));
  }

  private record Difference(double largest, double relative) {}

  private static Difference difference(HostTensor got, float[] expected) {
    double largest = 0;
    double squares = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      double d = Math.abs(got.values().get(i) - (double) expected[i]);
      largest = Math.max(largest, d);
      squares += d * d;
      norm += (double) expected[i] * expected[i];
    }
    return new Difference(largest, norm == 0 ? Math.sqrt(squares) : Math.sqrt(squares / norm));
  }
}
