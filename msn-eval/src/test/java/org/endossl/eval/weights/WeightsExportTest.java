package org.endossl.eval.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.endossl.eval.Encoder;
import org.endossl.eval.WeightsSource;
import org.endossl.model.serving.ImageScale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class WeightsExportTest {
  private static final Path BIN =
      Path.of("../msn-model/src/test/resources/org/endossl/model/hf_bin");

  @TempDir private Path folder;

  /** Exported and taken as weights again, each with the images that it declares. */
  @ParameterizedTest
  @EnumSource(ImageScale.class)
  void aSavedModel_givesTheFeaturesOfTheWeightsItIsOf(ImageScale scale) throws IOException {
    Path out = folder.resolve("saved");
    WeightsExport.run(
        new WeightsExport.Request(
            BIN, WeightsExport.Part.TARGET, 0, WeightsExport.Format.SAVEDMODEL, scale, out));
    float[] wanted = features(WeightsSource.parse(BIN.toString()).open());
    float[] got = features(WeightsSource.parse(out.toString()).open());
    assertEquals(wanted.length, got.length);
    for (int i = 0; i < wanted.length; i++) {
      assertEquals(wanted[i], got[i], 2e-5);
    }
  }

  private static float[] features(Encoder encoder) throws IOException {
    Random random = new Random(1);
    float[] pixels = new float[2 * 16 * 16 * 3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = random.nextInt(256);
    }
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> images = tf.constant(Shape.of(2, 16, 16, 3), DataBuffers.of(pixels));
      Encoder.Network network = encoder.create(tf);
      Operand<TFloat32> features =
          network.features(encoder.preprocessing().normalization().apply(tf, images));
      try (Session session = new Session(graph)) {
        network.load(session);
        try (TFloat32 got = (TFloat32) session.runner().fetch(features).run().get(0)) {
          float[] values = new float[(int) got.size()];
          got.asRawTensor().data().asFloats().read(values);
          return values;
        }
      }
    }
  }

  @Test
  void theHashOfADirectory_changesWithItsPickle() throws IOException {
    for (String name : new String[] {"config.json", "pytorch_model.bin"}) {
      Files.copy(BIN.resolve(name), folder.resolve(name));
    }
    Encoder encoder = WeightsSource.parse(folder.toString()).open();
    String before = encoder.hash();
    assertEquals(before, encoder.hash());
    Path file = folder.resolve("pytorch_model.bin");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    assertNotEquals(before, encoder.hash());
  }
}
