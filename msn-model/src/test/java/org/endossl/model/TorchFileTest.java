package org.endossl.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TorchFileTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"torch.pth", "torch-legacy.pth"})
  void tensors_equalPyTorchs(String name) throws IOException {
    Safetensors wanted = Safetensors.open(Resources.path("torch.safetensors"));
    TorchFile got = TorchFile.open(Resources.path(name));
    assertEquals(new HashSet<>(wanted.shapes().keySet()), new HashSet<>(got.shapes().keySet()));
    for (String tensor : wanted.shapes().keySet()) {
      assertEquals(wanted.shapes().get(tensor), got.shapes().get(tensor), tensor);
      assertArrayEquals(wanted.tensor(tensor).toArray(), got.tensor(tensor).toArray(), tensor);
    }
    assertEquals(3L, got.numbers().get("epoch"));
    assertEquals(1e-3, got.numbers().get("lr"));
    assertEquals(1L << 40, got.numbers().get("big"));
  }

  @Test
  void aTrainingCheckpoint_becomesOurs() throws IOException {
    MsnCheckpoint.Model model = MsnCheckpoint.open(Resources.path("msn_tiny/msn-ep3.pth.tar"), 3);
    VitConfig config = new VitConfig(224, 16, 24, 2, 3, 4, 1e-6, 0);
    HeadConfig head = new HeadConfig(48, 24, true);
    assertEquals(config, model.config());
    assertEquals(head, model.head());
    assertEquals(32, model.prototypes());
    assertEquals(3, model.epoch());
    TensorSource wanted =
        MsnNames.network(config, head, 32)
            .toOurs(Safetensors.open(Resources.path("msn_tiny/initial.safetensors")));
    assertEquals(wanted.shapes(), model.weights().shapes());
    for (String name : wanted.shapes().keySet()) {
      assertArrayEquals(
          wanted.tensor(name).toArray(), model.weights().tensor(name).toArray(), name);
    }
  }

  @Test
  void headsOfUnknownWidth_areAskedFor() {
    Path file = Resources.path("msn_tiny/msn-ep3.pth.tar");
    WeightsException e = assertThrows(WeightsException.class, () -> MsnCheckpoint.open(file));
    assertEquals(
        file + ": its width is 24, no multiple of 64: give the number of attention heads",
        e.getMessage());
  }

  @Test
  void anotherFileOfPyTorch_isNoCheckpoint() {
    Path file = Resources.path("torch.pth");
    WeightsException e = assertThrows(WeightsException.class, () -> MsnCheckpoint.open(file, 3));
    assertTrue(String.valueOf(e.getMessage()).contains("encoder.cls_token"), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "'cos\nsystem\n(X\u0004\0\0\0echotR.',the pickle asks for os.system",
    "'cbuiltins\neval\n)R.',the pickle asks for builtins.eval",
    "'\u008c\u0002os\u008c\u0006system\u0093.',the pickle asks for os.system",
    "'ctorch.storage\n_load_from_bytes\n)R.',the pickle asks for torch.storage._load_from_bytes",
    "'(iposix\nsystem\n.',opcode 0x69 is not allowed",
    "'ccollections\nOrderedDict\n)\u0081.',opcode 0x81 is not allowed",
    "'X\u00ff\u00ff\u00ff\u007f.',is too long",
    "'h\u0007.',memo 7 is not set",
    "'.',the stack is empty",
    "'t.',a mark is missing",
    "']]s.',the stack is empty",
    "'}]Ns.',a key that is neither",
    "'(((',the pickle ends too early",
    "']q\1ctorch._utils\n_rebuild_tensor_v2\n(h\1h\1h\1h\1tR.',arguments that it does not take",
  })
  void aPickleThatIsNotPlainData_isRefused_withItsName(String pickle, String wanted) {
    byte[] bytes = pickle.getBytes(StandardCharsets.ISO_8859_1);
    Pickle.Fault e =
        assertThrows(Pickle.Fault.class, () -> Pickle.read(new ByteArrayInputStream(bytes)));
    assertTrue(String.valueOf(e.getMessage()).contains(wanted), e.getMessage());
  }

  @Test
  void aListInItself_isRefused() throws IOException {
    Path file = archive("]q\0h\0a.".getBytes(StandardCharsets.ISO_8859_1), false);
    WeightsException e = assertThrows(WeightsException.class, () -> TorchFile.open(file));
    assertTrue(String.valueOf(e.getMessage()).contains("nested too deeply"), e.getMessage());
  }

  @Test
  void aBillionListsByReference_areRefused() throws IOException {
    ByteArrayOutputStream pickle = new ByteArrayOutputStream();
    pickle.writeBytes("]q\0".getBytes(StandardCharsets.ISO_8859_1));
    for (int i = 1; i < 25; i++) { // each list holds the one before it ten times
      pickle.write('(');
      for (int k = 0; k < 10; k++) {
        pickle.write('h');
        pickle.write(i - 1);
      }
      pickle.write('l');
      pickle.write('q');
      pickle.write(i);
    }
    pickle.write('.');
    Path file = archive(pickle.toByteArray(), false);
    assertThrows(WeightsException.class, () -> TorchFile.open(file));
  }

  @Test
  void aCompressedArchive_isRefused() throws IOException {
    Path file = archive(new byte[1 << 20], true);
    WeightsException e = assertThrows(WeightsException.class, () -> TorchFile.open(file));
    assertTrue(String.valueOf(e.getMessage()).contains("compressed"), e.getMessage());
  }

  @Test
  void damagedBytes_areReadOrRefused_butNothingElse() throws IOException {
    int refused = 0;
    Random random = new Random(3);
    for (String name : List.of("torch.pth", "torch-legacy.pth")) {
      Path original = Resources.path(name);
      byte[] bytes = Files.readAllBytes(original);
      Path file = folder.resolve("damaged.pth");
      for (int i = 0; i < 300; i++) {
        byte[] damaged = bytes.clone();
        if (i % 10 == 0) {
          damaged = java.util.Arrays.copyOf(damaged, random.nextInt(damaged.length));
        } else {
          for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
          }
        }
        Files.write(file, damaged);
        try {
          TorchFile torch = TorchFile.open(file);
          for (String tensor : torch.shapes().keySet()) {
            torch.tensor(tensor);
          }
        } catch (WeightsException e) {
          refused++;
        }
      }
    }
    assertTrue(refused > 100, "refused " + refused);
  }

  @Test
  void damagedPickles_areReadOrRefused_butNothingElse() throws IOException {
    byte[] bytes;
    try (ZipFile zip = new ZipFile(Resources.path("torch.pth").toFile())) {
      ZipEntry entry =
          zip.stream().filter(e -> e.getName().endsWith("data.pkl")).findAny().orElseThrow();
      bytes = content(zip, entry);
    }
    Random random = new Random(4);
    int refused = 0;
    for (int i = 0; i < 5_000; i++) {
      byte[] damaged = bytes.clone();
      for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      try {
        assertNotNull(Pickle.read(new ByteArrayInputStream(damaged)));
      } catch (Pickle.Fault e) {
        refused++;
      }
    }
    assertTrue(refused > 1_000, "refused " + refused);
  }

  private static byte[] content(ZipFile zip, ZipEntry entry) throws IOException {
    try (var in = zip.getInputStream(entry)) {
      return in.readAllBytes();
    }
  }

  private Path archive(byte[] pickle, boolean compressed) throws IOException {
    Path file = folder.resolve("made.pth");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      ZipEntry entry = new ZipEntry("made/data.pkl");
      if (!compressed) {
        CRC32 crc = new CRC32();
        crc.update(pickle);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(pickle.length);
        entry.setCrc(crc.getValue());
      }
      zip.putNextEntry(entry);
      zip.write(pickle);
      zip.closeEntry();
    }
    return file;
  }
}
