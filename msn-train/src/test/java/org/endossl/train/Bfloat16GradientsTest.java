package org.endossl.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.endossl.model.Compute;
import org.endossl.model.HostTensor;
import org.endossl.model.MsnNames;
import org.endossl.model.WeightLoader;
import org.endossl.train.ema.EmaUpdate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.op.Ops;

/**
 * Gradients in bfloat16 against those in float32, beside what torch.autocast makes of the same step
 * ({@code interop/bf16_gradients.py}). The head, which autocast computes in bfloat16 too, is
 * float32 here. BatchNorm over four rows magnifies rounding: the differences are large on both
 * sides.
 */
class Bfloat16GradientsTest {
  private static final Path GOLDEN = Path.of("src/test/resources/msn_tiny");

  /** Difference allowed, in PyTorch's differences. */
  private static final double FACTOR = 1;

  @ParameterizedTest
  @EnumSource(
      value = Compute.Kernels.class,
      names = {"AUTO", "COMPOSITE"})
  void differences_areNoLargerThanThoseOfTorch(Compute.Kernels kernels) throws IOException {
    Map<String, List<float[]>> full =
        gradients(new Compute(Compute.Precision.FLOAT32, Compute.Kernels.COMPOSITE));
    Map<String, List<float[]>> half = gradients(new Compute(Compute.Precision.BFLOAT16, kernels));
    JsonObject torch =
        JsonParser.parseString(
                Files.readString(GOLDEN.resolve("bf16_gradients.json"), StandardCharsets.UTF_8))
            .getAsJsonObject();
    assertEquals(torch.keySet(), full.keySet());
    StringBuilder table = new StringBuilder();
    boolean holds = true;
    for (Map.Entry<String, List<float[]>> group : full.entrySet()) {
      JsonObject theirs = torch.getAsJsonObject(group.getKey());
      List<float[]> ours = half.getOrDefault(group.getKey(), List.of());
      double norm = norm(group.getValue());
      assertEquals(theirs.get("norm").getAsDouble(), norm, 2e-3 * norm, group.getKey());
      double relative = norm(difference(ours, group.getValue())) / norm;
      double cosine = product(ours, group.getValue()) / norm / norm(ours);
      double bar = FACTOR * theirs.get("relative").getAsDouble();
      holds &= relative > 0 && relative <= bar;
      table.append(
          String.format(
              Locale.ROOT,
              "%s: %.3f of the norm, cosine %.4f; torch %.3f, %.4f%n",
              group.getKey(),
              relative,
              cosine,
              theirs.get("relative").getAsDouble(),
              theirs.get("cosine").getAsDouble()));
    }
    assertTrue(holds, table::toString);
  }

  private static Map<String, List<float[]>> gradients(Compute compute) throws IOException {
    ParityFolder folder = ParityFolder.open(GOLDEN);
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      int prototypes = folder.criterion().prototypes();
      MsnNetwork network = MsnNetwork.create(tf, folder.encoder(), folder.head(), prototypes, 0);
      ParityInput input = new ParityInput(tf, folder);
      MsnGraph step =
          new MsnGraph(
              graph,
              network,
              input.views(),
              folder.criterion(),
              input.sinkhorn(),
              new MsnGraph.Plan(0, EmaUpdate.Form.COMPOSITE, compute));
      WeightLoader loader = WeightLoader.build(tf, network.variables());
      List<Tensor> fed = new ArrayList<>();
      List<HostTensor> got = new ArrayList<>();
      try (Session session = new Session(graph, SessionOptions.DEFAULT.config())) {
        step.initialize(session);
        loader.assign(
            session,
            MsnNames.network(folder.encoder(), folder.head(), prototypes).toOurs(folder.initial()));
        Session.Runner runner = session.runner();
        input.feed(runner, fed, 0, false);
        step.run(runner, 0, folder.schedules().at(0), step.gradients(), got);
      } finally {
        fed.forEach(Tensor::close);
      }
      Map<String, List<float[]>> groups = new TreeMap<>();
      for (int i = 0; i < got.size(); i++) {
        groups
            .computeIfAbsent(group(network.trainable().get(i).name()), g -> new ArrayList<>())
            .add(got.get(i).toArray());
      }
      return groups;
    }
  }

  private static String group(String name) {
    return name.replaceFirst("^anchor\\.", "")
        .replaceFirst("^(cls_token|pos_embed|patch_embed\\..*)$", "embedding")
        .replaceFirst("^blocks\\.(\\d+)\\.(attn|mlp)\\..*$", "blocks.$1.$2")
        .replaceFirst("^blocks\\.(\\d+)\\.norm\\d\\..*$", "blocks.$1.norms")
        .replaceFirst("^norm\\..*$", "norm")
        .replaceFirst("^fc\\..*$", "head");
  }

  private static List<float[]> difference(List<float[]> a, List<float[]> b) {
    List<float[]> all = new ArrayList<>();
    for (int i = 0; i < a.size(); i++) {
      float[] d = new float[a.get(i).length];
      for (int j = 0; j < d.length; j++) {
        d[j] = a.get(i)[j] - b.get(i)[j];
      }
      all.add(d);
    }
    return all;
  }

  private static double product(List<float[]> a, List<float[]> b) {
    double sum = 0;
    for (int i = 0; i < a.size(); i++) {
      for (int j = 0; j < a.get(i).length; j++) {
        sum += (double) a.get(i)[j] * b.get(i)[j];
      }
    }
    return sum;
  }

  private static double norm(List<float[]> a) {
    return Math.sqrt(product(a, a));
  }
}
