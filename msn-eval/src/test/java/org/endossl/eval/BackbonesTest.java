package org.endossl.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.endossl.data.Normalization;
import org.endossl.eval.weights.WeightsExport;
import org.endossl.model.Safetensors;
import org.endossl.model.WeightsException;
import org.endossl.model.serving.ImageScale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Frozen backbones that are no networks of ours, and what is converted from them. */
class BackbonesTest {
  private static final Path MODEL = Path.of("../msn-model/src/test/resources/org/endossl/model");
  private static final Path SAVED = MODEL.resolve("savedmodel");
  private static final String EMBEDDING = "embedding_of_images_over_255";
  private static final SavedModelOptions UNIT = new SavedModelOptions(ImageScale.UNIT, null, null);

  @TempDir Path temp;

  @Test
  void aSavedModel_asAFrozenBackbone_equalsJax() throws IOException {
    for (String form : List.of("graph", "stablehlo")) {
      Encoder encoder = WeightsSource.parse(SAVED.resolve(form).toString(), UNIT).open();
      assertEquals(new Preprocessing(224, Normalization.NONE), encoder.preprocessing());
      assertEquals(48, encoder.width());
      assertClose(1e-5, SAVED, EMBEDDING, encoder);
    }
  }

  @Test
  void theScale_isDeclared_orRefused_andTheFileBesideTheModelCounts() throws IOException {
    Path copy = copy("graph");
    WeightsSource undeclared = WeightsSource.parse(copy.toString());
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, undeclared::open);
    assertTrue(String.valueOf(e.getMessage()).contains("--input-scale"), e.getMessage());
    Path json = copy.resolve("backbone.json");
    Files.writeString(json, "{\"input_scale\": \"0..255\"}", StandardCharsets.UTF_8);
    assertEquals(1 / 255.0, undeclared.open().preprocessing().normalization().std().get(0));
    new SavedModelOptions(ImageScale.UNIT, 0, null).write(copy);
    Encoder logits = undeclared.open();
    assertEquals(32, logits.width());
    assertEquals(Normalization.NONE, logits.preprocessing().normalization());
    Files.writeString(json, "{\"scale\": 1}", StandardCharsets.UTF_8);
    assertThrows(WeightsException.class, undeclared::open);
    Files.writeString(json, "{\"input_scale\": \"0..1\", \"output\": 7}", StandardCharsets.UTF_8);
    assertThrows(WeightsException.class, undeclared::open);
    Files.writeString(json, "{\"input_scale\": 2}", StandardCharsets.UTF_8);
    assertThrows(WeightsException.class, undeclared::open);
    assertThrows(
        IllegalArgumentException.class, () -> WeightsSource.parse("random:a.yaml:1", UNIT));
  }

  @Test
  void kerasResNet_asAFrozenBackbone_equalsKeras() throws IOException {
    Path file;
    try (Stream<Path> files = Files.list(MODEL.resolve("resnet"))) {
      file = files.filter(f -> f.toString().endsWith(".h5")).findFirst().orElseThrow();
    }
    Encoder encoder = WeightsSource.parse(file.toString()).open();
    assertEquals(128, encoder.width());
    assertClose(1e-4, MODEL.resolve("resnet"), "features_of_preprocessed", encoder);
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> imported(file, UNIT));
    assertTrue(String.valueOf(e.getMessage()).contains("as it is"), e.getMessage());
  }

  @Test
  void anImportedSavedModel_isAHuggingFaceDirectory_withTheSameEmbedding() throws IOException {
    for (String form : List.of("graph", "stablehlo")) {
      WeightsExport.Result result = imported(SAVED.resolve(form), UNIT);
      assertTrue(result.kind().contains("GELU by tanh"), result.kind());
      Encoder encoder = WeightsSource.parse(temp.resolve("out").toString()).open();
      assertEquals(Normalization.NONE, encoder.preprocessing().normalization());
      assertClose(1e-5, SAVED, EMBEDDING, encoder);
      delete(temp.resolve("out"));
    }
  }

  @Test
  void whatDoesNotEqualTheSavedModel_isNotWritten() throws IOException {
    WeightsException e =
        assertThrows(
            WeightsException.class,
            () ->
                imported(SAVED.resolve("graph"), new SavedModelOptions(ImageScale.UNIT, 0, null)));
    assertTrue(String.valueOf(e.getMessage()).contains("got 32 values, wanted 48"), e.getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> imported(SAVED.resolve("graph"), SavedModelOptions.NONE));
    assertFalse(Files.exists(temp.resolve("out")));
  }

  @Test
  void ourOwnSavedModel_isABackbone_withItsScaleDeclared() throws IOException {
    imported(SAVED.resolve("graph"), UNIT);
    Path exported = temp.resolve("exported");
    WeightsExport.run(
        new WeightsExport.Request(
            temp.resolve("out"),
            WeightsExport.Part.TARGET,
            0,
            WeightsExport.Format.SAVEDMODEL,
            ImageScale.BYTE,
            exported));
    assertClose(2e-5, SAVED, EMBEDDING, WeightsSource.parse(exported.toString()).open());
  }

  private WeightsExport.Result imported(Path from, SavedModelOptions declared) throws IOException {
    return WeightsExport.run(
        new WeightsExport.Request(
            from,
            WeightsExport.Part.TARGET,
            0,
            WeightsExport.Format.HUGGING_FACE,
            ImageScale.UNIT,
            declared,
            temp.resolve("out")));
  }

  /** Of the golden images on 0..255, preprocessed as the encoder says. */
  private static void assertClose(double bar, Path golden, String name, Encoder encoder)
      throws IOException {
    Safetensors expected = Safetensors.open(golden.resolve("expected.safetensors"));
    ByteBuffer bytes = expected.bytes("images_uint8");
    float[] pixels = new float[bytes.remaining()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = bytes.get(i) & 0xff;
    }
    float[] wanted = expected.tensor(name).toArray();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Encoder.Network network = encoder.create(tf);
      Operand<TFloat32> images =
          tf.constant(expected.entry("images_uint8").shape(), DataBuffers.of(pixels));
      Operand<TFloat32> features =
          network.features(encoder.preprocessing().normalization().apply(tf, images));
      try (Session session = new Session(graph)) {
        network.load(session);
        try (Result result = session.runner().fetch(features).run()) {
          float[] got = new float[wanted.length];
          result.get(0).asRawTensor().data().asFloats().read(got);
          for (int i = 0; i < got.length; i++) {
            assertEquals(wanted[i], got[i], bar);
          }
        }
      }
    }
  }

  private Path copy(String form) throws IOException {
    Path to = temp.resolve("copy");
    List<Path> files;
    try (Stream<Path> walk = Files.walk(SAVED.resolve(form))) {
      files = walk.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      Path target = to.resolve(SAVED.resolve(form).relativize(file).toString());
      Files.createDirectories(Objects.requireNonNull(target.getParent()));
      Files.copy(file, target);
    }
    return to;
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }
}
