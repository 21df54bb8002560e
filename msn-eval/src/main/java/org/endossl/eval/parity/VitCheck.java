package org.endossl.eval.parity;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.endossl.model.HostTensor;
import org.endossl.model.HuggingFaceVit;
import org.endossl.model.Safetensors;
import org.endossl.model.VariableStore;
import org.endossl.model.Vit;
import org.endossl.model.VitConfig;
import org.endossl.model.WeightLoader;
import org.endossl.model.WeightsException;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/** The forward pass of Hugging Face's ViTMSNModel: tokens, hidden states, attention maps. */
final class VitCheck implements GoldenCheck {
  private static final double BAR = 2e-5;
  private static final String PIXELS = "pixel_values_nchw";
  private static final Pattern NUMBERED = Pattern.compile("(hidden_state|attention)_(\\d+|last)");

  @Override
  public void run(Path golden, Findings findings) throws IOException {
    HuggingFaceVit.Model model = HuggingFaceVit.open(golden);
    Safetensors expected = Safetensors.open(golden.resolve("expected.safetensors"));
    HostTensor pixels = expected.tensor(PIXELS);
    if (pixels.shape().numDimensions() != 4 || pixels.shape().get(1) != 3) {
      throw new WeightsException(
          expected.where() + ": " + PIXELS + ": got " + pixels.shape() + ", wanted [n, 3, h, w]");
    }
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      VitConfig config = model.config();
      VariableStore store = new VariableStore(tf, "", 0);
      Vit.Weights weights = Vit.create(store, config);
      Placeholder<TFloat32> fed = tf.placeholder(TFloat32.class, Placeholder.shape(pixels.shape()));
      Operand<TFloat32> images =
          tf.linalg.transpose(fed, tf.constant(new int[] {0, 2, 3, 1})); // [n, h, w, 3]
      Vit.Output output = Vit.forward(tf, weights, config, images, null);
      WeightLoader loader = WeightLoader.build(tf, store.variables());
      try (Session session = new Session(graph);
          TFloat32 values =
              TFloat32.tensorOf(pixels.shape(), DataBuffers.of(pixels.values().duplicate()))) {
        loader.assign(session, model.weights());
        compare(session.runner().feed(fed, values), output, expected, findings);
      }
    }
  }

  private static void compare(
      Session.Runner runner, Vit.Output output, Safetensors expected, Findings findings)
      throws IOException {
    List<String> names = new ArrayList<>();
    for (String name : expected.entries().keySet()) {
      Operand<TFloat32> computed = operand(output, name);
      if (computed != null) {
        names.add(name);
        runner.fetch(computed);
      } else if (!name.equals(PIXELS)) {
        findings.unsupported(name);
      }
    }
    if (names.isEmpty()) {
      throw new WeightsException(expected.where() + ": nothing to compare with");
    }
    try (Result result = runner.run()) {
      for (int i = 0; i < names.size(); i++) {
        HostTensor wanted = expected.tensor(names.get(i));
        HostTensor got = Tensors.host((TFloat32) result.get(i));
        // Of the blocks' sums; what comes out of a LayerNorm or a softmax is about 1.
        if (names.get(i).startsWith("hidden_state")) {
          Differences.compareScaled(names.get(i), got, wanted, BAR, findings);
        } else {
          Differences.compare(names.get(i), got, wanted, BAR, findings);
        }
      }
    }
  }

  /** What the network gives under an expected name; null if nothing. */
  private static @Nullable Operand<TFloat32> operand(Vit.Output output, String name) {
    if (name.equals("last_hidden_state")) {
      return output.tokens();
    }
    Matcher matcher = NUMBERED.matcher(name);
    if (!matcher.matches()) {
      return null;
    }
    boolean attention = matcher.group(1).equals("attention");
    List<Operand<TFloat32>> all = attention ? output.attentions() : output.blocks();
    // Hidden state 1 is what the first block gives; attention maps are counted from 0.
    int index =
        matcher.group(2).equals("last")
            ? all.size() - 1
            : Integer.parseInt(matcher.group(2)) - (attention ? 0 : 1);
    return index >= 0 && index < all.size() ? all.get(index) : null;
  }
}
