package org.endossl.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MsnNamesTest {
  private static final VitConfig CONFIG = new VitConfig(224, 16, 24, 2, 3, 4, 1e-6, 0);
  private static final HeadConfig HEAD = new HeadConfig(48, 24, true);

  @Test
  void names_areOneToOne_andCoverTheNetwork() {
    NameTable table = MsnNames.encoder(CONFIG, HEAD);
    Set<String> theirs = new HashSet<>();
    table.entries().forEach(e -> e.theirs().forEach(n -> assertTrue(theirs.add(n), n)));
    try (Lab lab = new Lab()) {
      VariableStore store = new VariableStore(lab.tf, "", 0);
      Vit.create(store, CONFIG);
      ProjectionHead.create(store, CONFIG.width(), HEAD);
      assertEquals(
          new HashSet<>(store.variables().stream().map(v -> v.name() + v.shape()).toList()),
          new HashSet<>(table.entries().stream().map(e -> e.ours() + e.shape()).toList()));
      assertEquals(store.variables().size(), table.entries().size());
    }
  }

  @Test
  void toTheirs_ofToOurs_isBitEqual() throws IOException {
    Safetensors file = Safetensors.open(Resources.path("msn_tiny/initial.safetensors"));
    NameTable table = MsnNames.network(CONFIG, HEAD, 32);
    TensorSource back = table.toTheirs(table.toOurs(file));
    assertEquals(file.shapes().keySet(), back.shapes().keySet());
    for (String name : file.shapes().keySet()) {
      assertArrayEquals(file.tensor(name).toArray(), back.tensor(name).toArray(), name);
    }
  }

  @Test
  void anEncoderWithoutHead_isReadFromOneWithHead_theOtherWayIsRefused() throws IOException {
    Safetensors file = Safetensors.open(Resources.path("msn_tiny/initial.safetensors"));
    NameTable encoder =
        MsnNames.encoder(CONFIG)
            .prefixed("", "target.")
            .ignoring(name -> name.startsWith("anchor.") || name.equals("prototypes"));
    assertEquals(CONFIG.depth() * 12 + 6, encoder.toOurs(file).shapes().size());
    WeightsException e =
        assertThrows(
            WeightsException.class,
            () -> MsnNames.network(CONFIG, new HeadConfig(48, 24, false), 33).toOurs(file));
    assertTrue(
        String.valueOf(e.getMessage())
            .endsWith(
                "in the file and not wanted (16): anchor.fc.bn1.bias, anchor.fc.bn1.running_mean,"
                    + " anchor.fc.bn1.running_var, anchor.fc.bn1.weight, anchor.fc.bn2.bias,"
                    + " anchor.fc.bn2.running_mean, anchor.fc.bn2.running_var,"
                    + " anchor.fc.bn2.weight and 8 more; of another shape (1): prototypes [32, 24]"
                    + " for [33, 24]"),
        e.getMessage());
  }
}
