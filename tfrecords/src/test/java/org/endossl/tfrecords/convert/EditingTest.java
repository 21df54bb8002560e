package org.endossl.tfrecords.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.endossl.tfrecords.Compression;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.ImageSize;
import org.endossl.tfrecords.Images;
import org.endossl.tfrecords.PhaseOrder;
import org.endossl.tfrecords.RecordFiles;
import org.endossl.tfrecords.convert.ConvertRequest.Layout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EditingTest {

  @TempDir Path directory;

  private static BufferedImage picture(Color border, Color inside, Rectangle box) {
    BufferedImage image = new BufferedImage(120, 90, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = image.createGraphics();
    g.setColor(border);
    g.fillRect(0, 0, 120, 90);
    g.setColor(inside);
    g.fillRect(box.x, box.y, box.width, box.height);
    g.dispose();
    return image;
  }

  @Test
  void crop_findsTheBoxOfWhatIsBrighter_andIsNotFooledByNoise() {
    Rectangle box = new Rectangle(20, 10, 80, 70);
    BufferedImage image = picture(new Color(6, 6, 6), new Color(150, 60, 50), box);
    image.setRGB(2, 2, 0xffffff);
    image.setRGB(117, 88, 0xffffff);
    assertEquals(box, BorderCrop.DEFAULT.box(image));
  }

  @Test
  void crop_ofADarkImage_keepsAllOfIt() {
    BufferedImage dark = picture(Color.BLACK, Color.BLACK, new Rectangle(0, 0, 1, 1));
    assertEquals(new Rectangle(0, 0, 120, 90), BorderCrop.DEFAULT.box(dark));
  }

  @Test
  void anImageThatNeedsNoEditing_keepsItsBytes() throws IOException {
    BufferedImage full = picture(Color.PINK, Color.RED, new Rectangle(5, 5, 20, 20));
    byte[] png = Images.png(full);
    assertSame(png, new Editing(BorderCrop.DEFAULT, List.of()).apply(png, null, "x"));
  }

  @Test
  void crop_thenResize() throws IOException {
    BufferedImage image =
        picture(Color.BLACK, new Color(150, 60, 50), new Rectangle(20, 10, 80, 70));
    byte[] cut =
        new Editing(BorderCrop.DEFAULT, List.of())
            .apply(Images.png(image), new ImageSize(16, 14), "x");
    BufferedImage small = Images.decode(java.util.Objects.requireNonNull(cut), "x");
    assertEquals(16, small.getWidth());
    assertEquals(14, small.getHeight());
    assertEquals(0x963c32, small.getRGB(0, 0) & 0xffffff); // no border is left to blend in
  }

  @Test
  void filters_dropBlackAndColourlessFrames() throws IOException {
    Rectangle box = new Rectangle(0, 0, 60, 90);
    BufferedImage tissue = picture(Color.GRAY, new Color(150, 60, 50), box);
    BufferedImage wall = picture(Color.GRAY, new Color(60, 120, 90), box);
    BufferedImage black = picture(Color.BLACK, new Color(4, 4, 4), box);
    assertTrue(FrameFilter.parse("black").keeps(tissue));
    assertFalse(FrameFilter.parse("black").keeps(black));
    assertTrue(FrameFilter.parse("out-of-body").keeps(tissue));
    assertFalse(FrameFilter.parse("out-of-body").keeps(wall));
    Editing editing = new Editing(null, List.of(FrameFilter.parse("black:8")));
    assertNull(editing.apply(Images.png(black), null, "x"));
    for (String text : List.of("blue", "black:x", "black:-1", "out-of-body:2")) {
      assertThrows(IllegalArgumentException.class, () -> FrameFilter.parse(text), text);
    }
  }

  private ConvertReport convert(String out, int shards, FrameFilter filter) throws IOException {
    return FramesConverter.run(
        new ConvertRequest(
            directory,
            directory.resolve(out),
            Layout.FRAMES,
            List.of(),
            1,
            null,
            Compression.NONE,
            shards,
            PhaseOrder.TF_CHOLEC80,
            true,
            false,
            1,
            new Editing(null, List.of(filter)),
            ConvertRequest.Reading.DEFAULT),
        progress -> {});
  }

  @Test
  void droppedFrames_leaveTheOthersTheirNumbersAndLabels() throws IOException {
    SmallCholec80.annotate(directory, "video01", 250, 10); // frame i is grey 3 i + 3
    SmallCholec80.frames(directory, "video01", 10);
    ConvertReport report = convert("out", 1, FrameFilter.black(7));
    assertEquals(2, report.videos().get(0).dropped());
    assertEquals(8, report.frames());
    Path out = directory.resolve("out");
    List<FrameIndex.Entry> entries =
        FrameIndex.scan(RecordFiles.list(List.of(out.toString()))).entries();
    assertEquals(
        List.of(2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L),
        entries.stream().map(FrameIndex.Entry::frameId).toList());
    assertTrue(entries.stream().allMatch(e -> e.totalFrames() == 10));
    for (FrameIndex.Entry e : entries) {
      assertEquals((int) (e.frameId() & 1), e.instruments().get(0));
    }
    assertTrue(Files.readString(out.resolve("labels.json")).contains("\"drop\":\"black:7.0\""));
    assertThrows(DataException.class, () -> convert("sharded", 5, FrameFilter.black(7)));
    assertThrows(DataException.class, () -> convert("none", 1, FrameFilter.black(200)));
  }
}
