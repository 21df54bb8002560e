package org.endossl.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.types.TFloat32;

class VitSizesTest {
  private enum Size {
    TINY,
    SMALL,
    BASE,
    LARGE;

    VitConfig config(int side, int patch) {
      return switch (this) {
        case TINY -> VitConfig.tiny(side, patch);
        case SMALL -> VitConfig.small(side, patch);
        case BASE -> VitConfig.base(side, patch);
        case LARGE -> VitConfig.large(side, patch);
      };
    }
  }

  /** As many as transformers' ViTMSNModel of these sizes has, without its mask token. */
  @ParameterizedTest
  @CsvSource({
    "TINY,16,5524416",
    "TINY,14,5501376",
    "TINY,8,5526720",
    "TINY,7,5564160",
    "SMALL,16,21665664",
    "SMALL,14,21619584",
    "SMALL,8,21670272",
    "SMALL,7,21745152",
    "BASE,16,85798656",
    "BASE,14,85706496",
    "BASE,8,85807872",
    "BASE,7,85957632",
    "LARGE,16,303301632",
    "LARGE,14,303178752",
    "LARGE,8,303313920",
    "LARGE,7,303513600"
  })
  void parameters_areTransformers(Size size, int patch, long wanted) {
    VitConfig config = size.config(224, patch);
    assertEquals(wanted, config.parameters());
    try (Lab lab = new Lab()) {
      VariableStore store = new VariableStore(lab.tf, "", 0);
      Vit.create(store, config);
      assertEquals(wanted, store.variables().stream().mapToLong(v -> v.shape().size()).sum());
    }
  }

  /** torchvision publishes vit_b_16 and vit_l_16 with a classifier of 1000 classes. */
  @ParameterizedTest
  @CsvSource({"BASE,86567656", "LARGE,304326632"})
  void parametersWithClassifier_areTorchvisions(Size size, long wanted) {
    VitConfig config = size.config(224, 16);
    try (Lab lab = new Lab()) {
      VariableStore store = new VariableStore(lab.tf, "", 0);
      Vit.create(store, config);
      ClassificationHead.create(store, config.width(), 1000, ClassificationHead.Start.ZEROS);
      assertEquals(wanted, store.variables().stream().mapToLong(v -> v.shape().size()).sum());
    }
  }

  /** Learned for one size and used at another, both multiples of the patch. */
  @ParameterizedTest
  @CsvSource({"7,42,28", "14,56,84", "8,32,48", "16,48,32", "7,42,42"})
  void everyPatchSize_takesAnyImageThatItDivides(int patch, int learned, int used) {
    VitConfig config = new VitConfig(learned, patch, 12, 2, 2, 2, 1e-6, 0);
    try (Lab lab = new Lab()) {
      VariableStore store = new VariableStore(lab.tf, "", 4);
      Vit.Weights weights = Vit.create(store, config);
      Operand<TFloat32> images = lab.noise(5, 1, 2, used, used, 3);
      Operand<TFloat32> token = Vit.classToken(lab.tf, weights, config, images, null);
      Vit.Output output = Vit.forward(lab.tf, weights, config, images, null);
      Session session = lab.session(store.variables());
      List<float[]> got = Lab.floats(session, List.of(token, output.tokens()));
      int tokens = (used / patch) * (used / patch) + 1;
      assertEquals(2 * 12, got.get(0).length);
      assertEquals(2 * 12 * tokens, got.get(1).length);
      for (int i = 0; i < 24; i++) {
        assertEquals(got.get(1)[i / 12 * tokens * 12 + i % 12], got.get(0)[i], 1e-5);
      }
    }
  }

  /** Values are drawn in the graph when a session initialises them: building moves none. */
  @Test
  void aLargeNetworksGraph_isSmall() {
    try (Lab lab = new Lab()) {
      Vit.create(new VariableStore(lab.tf, "", 0), VitConfig.large(224, 16));
      int bytes = lab.graph.toGraphDef().getSerializedSize();
      assertTrue(bytes < 2 << 20, "got " + bytes + " bytes");
    }
  }
}
