package org.endossl.eval.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import org.endossl.data.Normalization;
import org.endossl.eval.Progress;
import org.endossl.eval.ProgressListener;
import org.endossl.eval.WeightsSource;
import org.endossl.eval.embed.Embed;
import org.endossl.eval.embed.EmbedRequest;
import org.endossl.model.VitConfig;
import org.endossl.tfrecords.Compression;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.FrameCodec;
import org.endossl.tfrecords.FrameRecord;
import org.endossl.tfrecords.PhaseOrder;
import org.endossl.tfrecords.TfRecordWriter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeaturesTest {
  private static final VitConfig TINY = new VitConfig(32, 16, 24, 2, 2, 2, 1e-6, 0);

  @TempDir Path temp;

  @Test
  void meanColours_areTheFramesColours_inTheOrderOfVideoAndFrame() throws IOException {
    for (Compression compression : List.of(Compression.NONE, Compression.GZIP)) {
      String records =
          Frames.write(temp.resolve(compression + ".tfrecord"), 2, 5, compression).toString();
      FeatureSet got =
          Features.run(request(WeightsSource.parse("mean-colour+std"), records, null), p -> {});
      assertEquals(10, got.frames().size());
      for (int i = 0; i < 10; i++) {
        FrameTable.Row row = got.frames().rows().get(i);
        assertEquals("video0" + (1 + i / 5), row.video());
        assertEquals(i % 5 * 25L, row.frame());
        assertEquals(PhaseOrder.TF_CHOLEC80.convert(i % 5, PhaseOrder.ENDOSSL), row.phase());
        assertEquals(4 + i % 5 % 2, row.instruments());
        Color colour = Frames.colour(1 + i / 5, i % 5);
        float[] values = got.matrix().values();
        assertEquals(colour.getRed() / 255f, values[6 * i], 1e-5);
        assertEquals(colour.getGreen() / 255f, values[6 * i + 1], 1e-5);
        assertEquals(colour.getBlue() / 255f, values[6 * i + 2], 1e-5);
        assertEquals(0, values[6 * i + 3], 2e-3);
      }
    }
  }

  @Test
  void randomWeights_giveTheSameFeatures_fromTheCacheInAnyBatchAndFromEmbed() throws IOException {
    String records = Frames.write(temp.resolve("a.tfrecord"), 2, 3, Compression.NONE).toString();
    WeightsSource weights = new WeightsSource.RandomVit(TINY, Normalization.IMAGENET, 3);
    Path cache = temp.resolve("cache");
    List<Progress> told = new ArrayList<>();
    FeatureSet first = Features.run(request(weights, records, cache), told::add);
    assertEquals(6, told.get(told.size() - 1).done());
    told.clear();
    FeatureSet second = Features.run(request(weights, records, cache), told::add);
    assertTrue(told.stream().noneMatch(p -> p.stage().equals("features")));
    assertEquals(first.frames(), second.frames());
    assertEquals(first.info(), second.info());
    assertArrayEquals(first.matrix().values(), second.matrix().values());

    Path images = Files.createDirectories(temp.resolve("images"));
    for (int f = 0; f < 3; f++) {
      Files.write(images.resolve("f" + f + ".png"), Frames.png(Frames.colour(1, f)));
    }
    Path out = temp.resolve("e.npy");
    Embed.Embedding embedded =
        Embed.run(new EmbedRequest(weights, images, out, null, 2), ProgressListener.NONE);
    assertEquals(List.of("f0.png", "f1.png", "f2.png"), embedded.names());
    assertEquals("name\nf0.png\nf1.png\nf2.png\n", Files.readString(temp.resolve("e.csv")));
    for (int i = 0; i < 3 * TINY.width(); i++) {
      assertEquals(first.matrix().values()[i], NpyFile.read(out).values()[i], 1e-5);
    }

    WeightsSource other = new WeightsSource.RandomVit(TINY, Normalization.IMAGENET, 4);
    FeatureSet third = Features.run(request(other, records, cache), told::add);
    assertNotEquals(first.info().key(), third.info().key());
    assertNotEquals(first.matrix().values()[0], third.matrix().values()[0]);
  }

  @Test
  void aDamagedCache_isMadeAgain() throws IOException {
    String records = Frames.write(temp.resolve("a.tfrecord"), 1, 3, Compression.NONE).toString();
    Path cache = temp.resolve("cache");
    FeaturesRequest request = request(WeightsSource.parse("mean-colour"), records, cache);
    FeatureSet first = Features.run(request, p -> {});
    Path npy = cache.resolve(first.info().key().substring(0, 32)).resolve("features.npy");
    Files.write(npy, new byte[] {1, 2, 3});
    FeatureSet second = Features.run(request, p -> {});
    assertArrayEquals(first.matrix().values(), second.matrix().values());
    assertEquals(9, NpyFile.read(npy).values().length);
  }

  @Test
  void embed_ofAFileThatIsNoImage_namesIt() throws IOException {
    Path image = temp.resolve("x.png");
    Files.writeString(image, "no image");
    EmbedRequest request =
        new EmbedRequest(WeightsSource.parse("mean-colour"), image, temp.resolve("e.npy"), null, 2);
    DataException e = assertThrows(DataException.class, () -> Embed.run(request, p -> {}));
    assertTrue(String.valueOf(e.getMessage()).startsWith(image + ": no image"), e.getMessage());
    assertTrue(Files.notExists(temp.resolve("e.npy")));
  }

  @Test
  void aFrameThatDoesNotDecode_isNamed() throws IOException {
    Path file = temp.resolve("a.tfrecord");
    byte[] png = Frames.png(Color.RED);
    ByteBuffer bytes = ByteBuffer.wrap(png);
    int at = 8;
    while (bytes.getInt(at + 4) != 0x49444154) { // IDAT
      at += 12 + bytes.getInt(at);
    }
    int size = bytes.getInt(at);
    Arrays.fill(png, at + 8, at + 8 + size, (byte) 0);
    CRC32 crc = new CRC32();
    crc.update(png, at + 4, size + 4);
    bytes.putInt(at + 8 + size, (int) crc.getValue());
    try (TfRecordWriter writer = TfRecordWriter.create(file, Compression.NONE)) {
      List<Integer> none = List.of(0, 0, 0, 0, 0, 0, 0);
      writer.write(
          FrameCodec.encode(new FrameRecord(Frames.png(Color.RED), "video01", 0, 25, none, 0)));
      writer.write(FrameCodec.encode(new FrameRecord(png, "video01", 1, 25, none, 0)));
      writer.commit();
    }
    Path out = temp.resolve("out");
    FeaturesRequest request =
        new FeaturesRequest(
            WeightsSource.parse("mean-colour"),
            List.of(file.toString()),
            List.of(),
            null,
            4,
            1,
            out,
            null);
    DataException e = assertThrows(DataException.class, () -> Features.run(request, p -> {}));
    assertTrue(String.valueOf(e.getMessage()).contains("record 1"), e.getMessage());
    assertTrue(Files.notExists(out));
  }

  private static FeaturesRequest request(
      WeightsSource weights, String records, @Nullable Path cache) {
    return new FeaturesRequest(weights, List.of(records), List.of(), null, 4, 1, null, cache);
  }
}
