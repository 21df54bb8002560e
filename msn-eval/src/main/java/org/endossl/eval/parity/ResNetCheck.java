package org.endossl.eval.parity;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.endossl.model.HostTensor;
import org.endossl.model.Safetensors;
import org.endossl.model.VariableStore;
import org.endossl.model.WeightLoader;
import org.endossl.model.WeightsException;
import org.endossl.model.resnet.KerasResNetV2;
import org.endossl.model.resnet.ResNetV2;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Features of a Keras ResNetV2 from its .h5: any widths, numbers of blocks and image sizes. */
final class ResNetCheck implements GoldenCheck {
  private static final double BAR = 1e-4;
  private static final String FEATURES = "features_of_preprocessed";

  @Override
  public void run(Path golden, Findings findings) throws IOException {
    List<Path> files =
        GoldenKind.sorted(golden).stream().filter(f -> f.toString().endsWith(".h5")).toList();
    if (files.size() != 1) {
      throw new WeightsException(golden + ": got " + files.size() + " .h5 files, wanted one");
    }
    KerasResNetV2.Model model = KerasResNetV2.open(files.get(0));
    Safetensors expected = Safetensors.open(golden.resolve("expected.safetensors"));
    HostTensor wanted = expected.tensor(FEATURES);
    expected.entries().keySet().stream()
        .filter(name -> !name.equals(FEATURES) && !name.equals(GoldenImages.NAME))
        .forEach(findings::unsupported);
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      VariableStore store = new VariableStore(tf, "", 0);
      ResNetV2.Weights weights = ResNetV2.create(store, model.config());
      Operand<TFloat32> pixels = GoldenImages.constant(tf, expected); // 0..255
      Operand<TFloat32> images =
          tf.math.sub(tf.math.div(pixels, tf.constant(127.5f)), tf.constant(1f));
      Operand<TFloat32> features = ResNetV2.features(tf, weights, images);
      WeightLoader loader = WeightLoader.build(tf, store.variables());
      try (Session session = new Session(graph)) {
        loader.assign(session, model.weights());
        try (Result result = session.runner().fetch(features).run()) {
          HostTensor computed = Tensors.host((TFloat32) result.get(0));
          Differences.compare(FEATURES, computed, wanted, BAR, findings);
        }
      }
    }
  }
}
