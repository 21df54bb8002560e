package org.endossl.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.endossl.model.Compute;
import org.endossl.model.WeightsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;

class MsnParityTest {
  /** Four steps of facebookresearch/msn on random weights and images. */
  private static final Path GOLDEN = Path.of("src/test/resources/msn_tiny");

  @Test
  void fourSteps_areThoseOfTheOriginal() throws IOException {
    assertTrue(MsnParity.recognises(GOLDEN));
    MsnParity.Report report = MsnParity.run(GOLDEN);
    assertTrue(report.holds(), () -> table(report.comparisons()));
    long fused = report.comparisons().stream().filter(c -> c.name().startsWith("native.")).count();
    assertEquals(Compute.FLOAT32.fused() ? 9 + 7 : 0, fused);
    assertEquals(36 + 14 + 89, report.comparisons().size() - fused);
    assertEquals(14 + 89, report.computed().shapes().size());
    assertEquals(Shape.of(24, 3, 16, 16), shape(report, "anchor.patch_embed.proj.weight"));
    assertEquals(Shape.of(72, 24), shape(report, "s0.grad_qkv"));
    assertEquals(4, report.log().getAsJsonArray("log").size());
  }

  @Test
  void figureBeyondItsBar_doesNotHold(@TempDir Path folder) throws IOException {
    changed(folder, "5.271084785461426", "5.272");
    List<MsnParity.Comparison> failed =
        MsnParity.run(folder).comparisons().stream().filter(c -> !c.holds()).toList();
    List<String> names = failed.stream().map(MsnParity.Comparison::name).toList();
    assertEquals("log.0.msn", names.get(0));
    assertTrue(
        List.of("native.log.0.msn").containsAll(names.subList(1, names.size())), names::toString);
    assertEquals("1.0E-4 relative", failed.get(0).bar());
  }

  @Test
  void missingSetting_isNamed(@TempDir Path folder) throws IOException {
    changed(folder, "\"tau\"", "\"tao\"");
    WeightsException e = assertThrows(WeightsException.class, () -> MsnParity.run(folder));
    assertEquals(folder.resolve("log.json") + ": tau: missing key", e.getMessage());
    assertFalse(MsnParity.recognises(folder.resolve("nothing")));
  }

  private static void changed(Path folder, String from, String to) throws IOException {
    for (String name : List.of("initial", "steps", "after_4")) {
      Path file = Path.of(name + ".safetensors");
      Files.createSymbolicLink(folder.resolve(file), GOLDEN.resolve(file).toAbsolutePath());
    }
    String log = Files.readString(GOLDEN.resolve("log.json"), StandardCharsets.UTF_8);
    Files.writeString(folder.resolve("log.json"), log.replace(from, to), StandardCharsets.UTF_8);
  }

  private static Shape shape(MsnParity.Report report, String name) {
    return report.computed().shapes().getOrDefault(name, Shape.scalar());
  }

  private static String table(List<MsnParity.Comparison> comparisons) {
    return comparisons.stream()
        .map(
            c ->
                String.format(
                    Locale.ROOT,
                    "%n%-40s %.2e %.2e %s %s",
                    c.name(),
                    c.absolute(),
                    c.relative(),
                    c.bar(),
                    c.holds() ? "" : "FAILS"))
        .collect(Collectors.joining());
  }
}
