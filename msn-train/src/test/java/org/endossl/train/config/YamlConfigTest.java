package org.endossl.train.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class YamlConfigTest {
  /** A size. */
  public enum Size {
    SMALL,
    LARGE
  }

  /** Keys below a key. */
  public record Inner(double learningRate, List<Integer> counts) {
    public Inner {
      if (learningRate < 0) {
        throw new IllegalArgumentException("learning_rate: got " + learningRate + ", wanted >= 0");
      }
    }
  }

  /** Every type that a configuration may hold. */
  public record Outer(
      long seed,
      int epochs,
      boolean flip,
      String name,
      Size size,
      Inner inner,
      List<Double> scale) {}

  private static final String TEXT =
      """
      # a comment
      seed: 5
      epochs: 2
      flip: true
      name: a b
      size: small
      inner:
        learning_rate: 1e-3
        counts: [1, 2]
      scale: [0.3, 1]
      """;

  private static final Outer VALUE =
      new Outer(5, 2, true, "a b", Size.SMALL, new Inner(1e-3, List.of(1, 2)), List.of(0.3, 1.0));

  @Test
  void file_isBoundToTheRecord(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("c.yaml");
    Files.writeString(file, TEXT, StandardCharsets.UTF_8);
    assertEquals(VALUE, YamlConfig.load(file, Outer.class, List.of()));
  }

  @Test
  void dump_isReadBackEqual() {
    String text = YamlConfig.dump(VALUE);
    assertEquals(VALUE, YamlConfig.parse(text, "dump", Outer.class, List.of()));
  }

  /** A record that takes the absence of a key. */
  public record Optional(int depth, @Nullable Size size) {}

  @Test
  void aKeyThatTheRecordCanDoWithout_mayBeMissing_butNotNull() {
    assertEquals(
        new Optional(3, null), YamlConfig.parse("depth: 3", "c.yaml", Optional.class, List.of()));
    assertEquals(
        new Optional(3, Size.SMALL),
        YamlConfig.parse("depth: 3\nsize: small", "c.yaml", Optional.class, List.of()));
    assertThrows(
        ConfigException.class,
        () -> YamlConfig.parse("depth: 3\nsize: null", "c.yaml", Optional.class, List.of()));
  }

  @Test
  void overrides_replaceAnyKey_inOrder() {
    Outer got =
        YamlConfig.parse(
            TEXT,
            "c.yaml",
            Outer.class,
            List.of(
                "inner.learning_rate=2", "inner.counts=[7]", "scale=0.5", "epochs=3", "epochs=4"));
    assertEquals(new Inner(2, List.of(7)), got.inner());
    assertEquals(List.of(0.5), got.scale());
    assertEquals(4, got.epochs());
  }

  @ParameterizedTest(name = "{0} -> {1}: {2}")
  @MethodSource
  void everyFault_isNamedWithFileLineAndKey(String from, String to, String message) {
    ConfigException e =
        assertThrows(
            ConfigException.class,
            () -> YamlConfig.parse(TEXT.replace(from, to), "c.yaml", Outer.class, List.of()));
    assertEquals(message, e.getMessage());
  }

  static Stream<Arguments> everyFault_isNamedWithFileLineAndKey() {
    return Stream.of(
        arguments(
            "epochs: 2",
            "epoch: 2",
            "c.yaml:3: epoch: unknown key; wanted one of [seed, epochs, flip, name, size, inner,"
                + " scale]"),
        arguments("epochs: 2\n", "", "c.yaml:2: epochs: missing key"),
        arguments("epochs: 2", "epochs:", "c.yaml:3: epochs: is null; wanted a value"),
        arguments("epochs: 2", "epochs: ~", "c.yaml:3: epochs: is null; wanted a value"),
        arguments(
            "epochs: 2", "epochs: 2.5", "c.yaml:3: epochs: got \"2.5\", wanted a whole number"),
        arguments("flip: true", "flip: yes", "c.yaml:4: flip: got \"yes\", wanted true or false"),
        arguments(
            "size: small",
            "size: huge",
            "c.yaml:6: size: got \"huge\", wanted one of [small, large]"),
        arguments(
            "rate: 1e-3",
            "rate: fast",
            "c.yaml:8: inner.learning_rate: got \"fast\", wanted a number"),
        arguments(
            "rate: 1e-3",
            "rate: .nan",
            "c.yaml:8: inner.learning_rate: got \".nan\", wanted a number"),
        arguments(
            "rate: 1e-3", "rate: -1", "c.yaml:8: inner: learning_rate: got -1.0, wanted >= 0"),
        arguments(
            "[1, 2]", "[1, x]", "c.yaml:9: inner.counts[1]: got \"x\", wanted a whole number"),
        arguments("seed: 5", "seed: 5\nseed: 6", "c.yaml:3: seed: is there twice"));
  }

  @Test
  void brokenYaml_isNamedWithItsLine() {
    ConfigException e =
        assertThrows(
            ConfigException.class,
            () -> YamlConfig.parse("a: 1\nb: [1", "c.yaml", Outer.class, List.of()));
    assertTrue(String.valueOf(e.getMessage()).startsWith("c.yaml:2: not YAML: "), e.getMessage());
  }

  @Test
  void wrongOverrides_areNamed() {
    assertEquals("--set epochs: wanted key=value, such as a.b=c", override("epochs").getMessage());
    assertEquals(
        "--set inner.rate=1: no such key \"rate\"; wanted one of [learning_rate, counts]",
        override("inner.rate=1").getMessage());
    assertEquals(
        "--set epochs.x=1: epochs has no keys below it", override("epochs.x=1").getMessage());
    assertEquals(
        "--set epochs=x: epochs: got \"x\", wanted a whole number",
        override("epochs=x").getMessage());
  }

  @Test
  void missingFile_isNamed() {
    ConfigException e =
        assertThrows(
            ConfigException.class,
            () -> YamlConfig.load(Path.of("no-such.yaml"), Outer.class, List.of()));
    assertEquals("no-such.yaml: no such configuration file", e.getMessage());
  }

  private static ConfigException override(String override) {
    return assertThrows(
        ConfigException.class,
        () -> YamlConfig.parse(TEXT, "c.yaml", Outer.class, List.of(override)));
  }
}
