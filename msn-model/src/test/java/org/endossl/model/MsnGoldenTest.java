package org.endossl.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** The first step of facebookresearch/msn on a tiny network, without its optimizer. */
class MsnGoldenTest {
  private static final VitConfig CONFIG = new VitConfig(224, 16, 24, 2, 3, 4, 1e-6, 0);
  private static final HeadConfig HEAD = new HeadConfig(48, 24, true);
  private static final int PROTOTYPES = 32;
  private static final float[] NONE = {};

  @Test
  void firstStep_equalsTheOriginal() throws IOException {
    Safetensors initial = Safetensors.open(Resources.path("msn_tiny/initial.safetensors"));
    Safetensors step = Safetensors.open(Resources.path("msn_tiny/step0.safetensors"));
    NameTable names = MsnNames.network(CONFIG, HEAD, PROTOTYPES);
    try (Lab lab = new Lab()) {
      Encoder anchor = Encoder.create(lab, "anchor.");
      Encoder target = Encoder.create(lab, "target.");
      VariableStore rest = new VariableStore(lab.tf, "", 0);
      ModelVariable prototypes =
          rest.variable(
              "prototypes", Shape.of(PROTOTYPES, HEAD.output()), Initializer.zeros(), true);
      List<ModelVariable> variables = new ArrayList<>(anchor.store().variables());
      variables.addAll(target.store().variables());
      variables.add(prototypes);

      int[] keep = keep(step.longs("s0.kept_patches"));
      Operand<TFloat32> z =
          anchor.project(
              lab,
              List.of(
                  anchor.tokens(lab, images(lab, step, "s0.rand_view"), lab.tf.constant(keep)),
                  anchor.tokens(lab, images(lab, step, "s0.focal_view"), null)));
      Operand<TFloat32> h =
          target.project(
              lab, List.of(target.tokens(lab, images(lab, step, "s0.target_view"), null)));
      MsnLoss.Output loss =
          MsnLoss.apply(lab.tf, z, h, prototypes.value(), 2, 0.1, lab.tf.constant(0.25f), null);
      Operand<TFloat32> total = lab.tf.math.add(loss.crossEntropy(), loss.meMax());
      List<ModelVariable> trained =
          new ArrayList<>(
              anchor.store().variables().stream().filter(ModelVariable::trainable).toList());
      trained.add(prototypes);
      List<Operand<TFloat32>> fetched =
          new ArrayList<>(
              List.of(
                  z,
                  h,
                  loss.targets(),
                  loss.crossEntropy(),
                  loss.meMax(),
                  loss.entropy(),
                  loss.maxTarget(),
                  loss.distinctPrototypes()));
      int first = fetched.size();
      fetched.addAll(lab.gradients(total, trained.stream().map(ModelVariable::value).toList()));
      Session session = lab.session(List.of());
      WeightLoader.build(lab.tf, variables).assign(session, names.toOurs(initial));
      List<float[]> got = Lab.floats(session, fetched);

      Lab.assertClose(value(step, "s0.z_anchor"), got.get(0), 2e-5, "anchor");
      Lab.assertClose(value(step, "s0.h_target"), got.get(1), 2e-5, "target");
      Lab.assertClose(value(step, "s0.targets"), got.get(2), 2e-5, "targets");
      JsonObject log =
          JsonParser.parseString(Files.readString(Resources.path("msn_tiny/log.json")))
              .getAsJsonObject()
              .getAsJsonArray("log")
              .get(0)
              .getAsJsonObject();
      String[] scalars = {"msn", "me_max", "entropy", "max_t", "num_ps"};
      for (int i = 0; i < scalars.length; i++) {
        double wanted = log.get(scalars[i]).getAsDouble();
        assertEquals(wanted, got.get(3 + i)[0], 1e-5 * Math.abs(wanted), scalars[i]);
      }

      Map<String, float[]> gradients = new HashMap<>();
      double squares = 0;
      for (int i = 0; i < trained.size(); i++) {
        float[] gradient = got.get(first + i);
        gradients.put(trained.get(i).name(), gradient);
        if (!trained.get(i).name().equals("prototypes")) {
          squares += Math.pow(Lab.norm(gradient), 2);
        }
      }
      double norm = log.get("grad_norm_before_clip").getAsDouble();
      assertEquals(norm, Math.sqrt(squares), 1e-4 * norm, "gradient norm");
      double clip = 3 / (norm + 1e-6); // the golden gradients of the encoder are clipped to 3
      for (Map.Entry<String, float[]> gradient : gradients.entrySet()) {
        for (int i = 0;
            !gradient.getKey().equals("prototypes") && i < gradient.getValue().length;
            i++) {
          gradient.getValue()[i] *= (float) clip;
        }
      }
      assertGradient(step, "s0.grad_pos", gradients.getOrDefault("anchor.pos_embed", NONE), 0);
      assertGradient(step, "s0.grad_prototypes", gradients.getOrDefault("prototypes", NONE), 0);
      assertEitherBlock(step, "s0.grad_qkv", gradients, "attn.qkv.kernel", CONFIG.width());
      assertEitherBlock(step, "s0.grad_fc1", gradients, "mlp.fc1.kernel", CONFIG.width());
    }
  }

  private static void assertEitherBlock(
      Safetensors step, String name, Map<String, float[]> gradients, String variable, int rows) {
    AssertionError last = null;
    for (int block = 0; block < CONFIG.depth(); block++) {
      try {
        assertGradient(
            step,
            name,
            gradients.getOrDefault("anchor.blocks." + block + "." + variable, NONE),
            rows);
        return;
      } catch (AssertionError e) {
        last = e;
      }
    }
    throw new AssertionError(last);
  }

  /** Relative to the norm; {@code rows > 0} transposes ours into PyTorch's layout. */
  private static void assertGradient(Safetensors step, String name, float[] ours, int rows) {
    float[] turned = rows == 0 ? ours : Transpose.of(FloatBuffer.wrap(ours), rows).array();
    double difference = Lab.relative(value(step, name), turned);
    assertTrue(difference < 5e-4, name + " differs by " + difference);
  }

  private record Encoder(VariableStore store, Vit.Weights vit, ProjectionHead.Weights head) {
    static Encoder create(Lab lab, String prefix) {
      VariableStore store = new VariableStore(lab.tf, prefix, 0);
      return new Encoder(
          store, Vit.create(store, CONFIG), ProjectionHead.create(store, CONFIG.width(), HEAD));
    }

    Operand<TFloat32> tokens(
        Lab lab,
        Operand<TFloat32> images,
        @org.jspecify.annotations.Nullable Operand<TInt32> keep) {
      return Vit.classToken(lab.tf, vit, CONFIG, images, keep);
    }

    Operand<TFloat32> project(Lab lab, List<Operand<TFloat32>> groups) {
      int[] rows = groups.stream().mapToInt(g -> (int) g.shape().get(0)).toArray();
      Operand<TFloat32> x = Sequences.concat(lab.tf, groups);
      return ProjectionHead.apply(lab.tf, head, Compute.PORTABLE, x, rows).z();
    }
  }

  /** The golden indices count the class token; ours count patches from 0. */
  private static int[] keep(long[] kept) {
    return java.util.Arrays.stream(kept).mapToInt(i -> Math.toIntExact(i - 1)).toArray();
  }

  private static Operand<TFloat32> images(Lab lab, Safetensors step, String name)
      throws IOException {
    Shape shape = step.entry(name).shape();
    ByteBuffer bytes = step.bytes(name);
    int planes = (int) shape.get(1);
    int pixels = (int) (shape.get(2) * shape.get(3));
    float[] values = new float[(int) shape.size()];
    for (int i = 0; i < values.length; i++) {
      int image = i / (planes * pixels);
      int plane = i / pixels % planes;
      int pixel = i % pixels;
      values[(image * pixels + pixel) * planes + plane] = (bytes.get(i) & 0xff) / 127.5f - 1;
    }
    return lab.constant(Shape.of(shape.get(0), shape.get(2), shape.get(3), planes), values);
  }

  private static float[] value(Safetensors file, String name) {
    try {
      return file.tensor(name).toArray();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
