package org.endossl.eval.parity;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.endossl.model.HostTensor;
import org.endossl.model.Safetensors;
import org.endossl.model.savedmodel.SavedModelFile;
import org.endossl.model.savedmodel.SavedModelNetwork;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * SavedModels in the folder, or in its folders, called as {@code tf.saved_model.load(dir)(images)}:
 * {@code [1]} is the embedding, {@code [0]} the logits, of images on 0..255 or over 255.
 */
final class SavedModelCheck implements GoldenCheck {
  private static final double BAR = 1e-5;

  /** An expected tensor: which output, of images divided by what. */
  private record Wanted(int output, float divisor) {}

  private static final Map<String, Wanted> WANTED =
      Map.of(
          "embedding_of_images_over_255", new Wanted(1, 255),
          "embedding_of_images", new Wanted(1, 1),
          "logits_of_images_over_255", new Wanted(0, 255),
          "logits_of_images", new Wanted(0, 1));

  @Override
  public void run(Path golden, Findings findings) throws IOException {
    Safetensors expected = Safetensors.open(golden.resolve("expected.safetensors"));
    List<Path> models =
        SavedModelFile.isOne(golden)
            ? List.of(golden)
            : GoldenKind.sorted(golden).stream().filter(SavedModelFile::isOne).toList();
    for (String name : expected.entries().keySet()) {
      Wanted wanted = WANTED.get(name);
      if (wanted == null && !name.equals(GoldenImages.NAME)) {
        findings.unsupported(name);
      } else if (wanted != null) {
        for (Path model : models) {
          HostTensor computed = computed(model, expected, wanted);
          String form = model.equals(golden) ? "" : model.getFileName() + ": ";
          findings.keep(name, computed);
          Differences.compare(form + name, computed, expected.tensor(name), BAR, findings);
        }
      }
    }
  }

  private static HostTensor computed(Path model, Safetensors expected, Wanted wanted)
      throws IOException {
    SavedModelFile file = SavedModelFile.open(model);
    HostTensor pixels = GoldenImages.pixels(expected);
    float[] values = pixels.toArray();
    for (int i = 0; i < values.length; i++) {
      values[i] /= wanted.divisor();
    }
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      SavedModelNetwork network = SavedModelNetwork.create(tf, file);
      Operand<TFloat32> images = tf.constant(pixels.shape(), DataBuffers.of(values));
      Operand<TFloat32> output = network.call(images, wanted.output());
      try (Session session = new Session(graph)) {
        network.load(session);
        try (Result result = session.runner().fetch(output).run()) {
          return Tensors.host((TFloat32) result.get(0));
        }
      }
    }
  }
}
