package org.endossl.model.savedmodel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.endossl.model.HostTensor;
import org.endossl.model.Safetensors;
import org.endossl.model.WeightsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.types.TFloat32;

class SavedModelTest {
  @TempDir Path temp;

  @ParameterizedTest
  @ValueSource(strings = {"graph", "stablehlo"})
  void calledWithImages_equalsJax(String form) throws IOException {
    SavedModelFile file = SavedModelFile.open(resource(form));
    assertEquals(224, file.imageSize());
    assertEquals(32, file.width(0));
    assertEquals(48, file.width(1));
    Safetensors expected = Safetensors.open(resource("expected.safetensors"));
    float[] wanted = expected.tensor("embedding_of_images_over_255").toArray();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      SavedModelNetwork network = SavedModelNetwork.create(tf, file);
      Operand<TFloat32> images = images(tf, expected);
      Operand<TFloat32> embedding = network.call(images, 1);
      Operand<TFloat32> again = network.call(images, 1);
      assertThrows(WeightsException.class, () -> network.call(images, 2));
      try (Session session = new Session(graph)) {
        network.load(session);
        try (Result result = session.runner().fetch(embedding).fetch(again).run()) {
          for (int k = 0; k < 2; k++) {
            float[] got = new float[wanted.length];
            result.get(k).asRawTensor().data().asFloats().read(got);
            for (int i = 0; i < got.length; i++) {
              assertEquals(wanted[i], got[i], 1e-5);
            }
          }
        }
      }
    }
  }

  @Test
  void variables_areTensorsByTheirObjectsPaths() throws IOException {
    CheckpointTensors tensors =
        CheckpointTensors.open(resource("graph").resolve("variables/variables"));
    assertEquals(40, tensors.shapes().size());
    HostTensor cls = tensors.tensor("params/params/cls");
    assertEquals(48, cls.values().limit());
    assertTrue(Float.isFinite(cls.values().get(0)));
  }

  @Test
  void whatIsMissing_isSaid() throws IOException {
    refused("no such file", copy("graph"), at -> delete(at.resolve("saved_model.pb")));
    refused(
        "variables.data-00000-of-00001: no such file",
        copy("graph"),
        at -> delete(at.resolve("variables/variables.data-00000-of-00001")));
    refused(
        "no such checkpoint", copy("graph"), at -> delete(at.resolve("variables/variables.index")));
    refused("no object graph", copy("graph"), changed(g -> g.clearObjectGraphDef()));
    refused(
        "no __call__; wanted",
        copy("graph"),
        changed(
            g ->
                g.getObjectGraphDefBuilder()
                    .getNodesBuilder(0)
                    .getChildrenBuilder(1)
                    .setLocalName("predict")));
    refused(
        "refers to node 9999",
        copy("graph"),
        changed(
            g ->
                g.getObjectGraphDefBuilder()
                    .getNodesBuilder(0)
                    .getChildrenBuilder(0)
                    .setNodeId(9999)));
    refused(
        "params/other/Transformer/encoder_norm/bias/.ATTRIBUTES/VARIABLE_VALUE is not there",
        copy("graph"),
        changed(
            g ->
                g.getObjectGraphDefBuilder()
                    .getNodesBuilder(1)
                    .getChildrenBuilder(0)
                    .setLocalName("other")));
    refused(
        "its StableHLO is for [TPU], wanted CPU",
        copy("stablehlo"),
        changed(
            g ->
                g.getGraphDefBuilder().getLibraryBuilder().getFunctionBuilderList().stream()
                    .flatMap(f -> f.getNodeDefBuilderList().stream())
                    .filter(n -> n.getOp().equals("XlaCallModule"))
                    .forEach(SavedModelTest::onlyTpu)));
  }

  private static void onlyTpu(NodeDef.Builder node) {
    AttrValue.ListValue tpu =
        AttrValue.ListValue.newBuilder().addS(ByteString.copyFromUtf8("TPU")).build();
    node.putAttr("platforms", AttrValue.newBuilder().setList(tpu).build());
  }

  @Test
  void damagedVariables_areRefusedWhenTheyAreLoaded() throws IOException {
    Path copy = copy("graph");
    Path data = copy.resolve("variables/variables.data-00000-of-00001");
    byte[] bytes = Files.readAllBytes(data);
    Files.write(data, java.util.Arrays.copyOf(bytes, 5000));
    SavedModelFile file = SavedModelFile.open(copy);
    try (Graph graph = new Graph()) {
      SavedModelNetwork network = SavedModelNetwork.create(Ops.create(graph), file);
      try (Session session = new Session(graph)) {
        WeightsException e = assertThrows(WeightsException.class, () -> network.load(session));
        assertTrue(String.valueOf(e.getMessage()).contains("are damaged"), e.getMessage());
      }
    }
  }

  @Test
  void aDamagedPb_isOneClearError() throws IOException {
    Path copy = copy("stablehlo");
    byte[] whole = Files.readAllBytes(copy.resolve("saved_model.pb"));
    Random random = new Random(5);
    for (int i = 0; i < 60; i++) {
      byte[] bytes =
          i % 2 == 0 ? java.util.Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
      for (int k = 0; k < 20 && bytes.length > 0; k++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      Files.write(copy.resolve("saved_model.pb"), bytes);
      try {
        SavedModelFile.open(copy).width(1);
      } catch (WeightsException e) {
        assertTrue(String.valueOf(e.getMessage()).startsWith(copy.toString()), e.getMessage());
      }
    }
  }

  private static void refused(String message, Path copy, Consumer<Path> change) {
    change.accept(copy);
    WeightsException e = assertThrows(WeightsException.class, () -> SavedModelFile.open(copy));
    assertTrue(String.valueOf(e.getMessage()).contains(message), e.getMessage());
  }

  private static Consumer<Path> changed(Consumer<MetaGraphDef.Builder> change) {
    return directory -> {
      Path file = directory.resolve("saved_model.pb");
      try {
        SavedModel.Builder model = SavedModel.parseFrom(Files.readAllBytes(file)).toBuilder();
        change.accept(model.getMetaGraphsBuilder(0));
        Files.write(file, model.build().toByteArray());
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    };
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private Path copy(String form) throws IOException {
    Path from = resource(form);
    Path to = Files.createTempDirectory(temp, form);
    List<Path> files;
    try (Stream<Path> walk = Files.walk(from)) {
      files = walk.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      Path target = to.resolve(from.relativize(file).toString());
      Files.createDirectories(Objects.requireNonNull(target.getParent()));
      Files.copy(file, target);
    }
    return to;
  }

  private static Operand<TFloat32> images(Ops tf, Safetensors expected) throws IOException {
    ByteBuffer bytes = expected.bytes("images_uint8");
    float[] values = new float[bytes.remaining()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (bytes.get(i) & 0xff) / 255f;
    }
    return tf.constant(expected.entry("images_uint8").shape(), DataBuffers.of(values));
  }

  private static Path resource(String name) {
    try {
      return Path.of(Objects.requireNonNull(SavedModelTest.class.getResource(name)).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
