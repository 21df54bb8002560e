package org.endossl.train.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.endossl.tfrecords.Compression;
import org.endossl.tfrecords.TfRecordReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.SessionLog;
import org.tensorflow.proto.Summary;

public class EventFileTest {
  @TempDir private Path folder;

  /** All events of a folder's files, in the order of their names; checks both checksums of each. */
  public static List<Event> read(Path folder) throws IOException {
    List<Event> events = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        try (TfRecordReader reader = TfRecordReader.open(file, Compression.NONE)) {
          byte[] data;
          while ((data = reader.next()) != null) {
            events.add(Event.parseFrom(data));
          }
        }
      }
    }
    return events;
  }

  @Test
  void file_isWholeAfterEachPoint() throws IOException {
    try (EventFile file = EventFile.create(folder, 7)) {
      file.scalars(7, Map.of("loss/total", 1.5));
      List<Event> events = read(folder);
      assertEquals("brain.Event:2", events.get(0).getFileVersion());
      assertEquals(SessionLog.SessionStatus.START, events.get(1).getSessionLog().getStatus());
      assertEquals(7, events.get(1).getStep());
      Summary.Value value = events.get(2).getSummary().getValue(0);
      assertEquals("loss/total", value.getTag());
      assertEquals(1.5f, value.getSimpleValue());
    }
    try (EventFile second = EventFile.create(folder, 3)) {
      assertNotNull(second.file());
    }
    assertEquals(5, read(folder).size(), "a run that goes on has a file of its own");
  }

  @Test
  void picture_isAPngOfItsTiles() throws IOException {
    float[] values = new float[2 * 4 * 4 * 3];
    java.util.Arrays.fill(values, 4 * 4 * 3, values.length, 2f); // the second image
    List<Double> mean = List.of(0.5, 0.5, 0.5);
    List<Double> std = List.of(0.25, 0.25, 0.25);
    BufferedImage grey = Tiles.image(values, 0, 4, mean, std);
    BufferedImage white = Tiles.image(values, 1, 4, mean, std);
    assertEquals(0x808080, grey.getRGB(0, 0) & 0xffffff);
    assertEquals(0xffffff, white.getRGB(3, 3) & 0xffffff);
    Tiles.mask(white, 2, Set.of(0, 3));
    assertEquals(0xffffff, white.getRGB(1, 1) & 0xffffff);
    assertEquals(0x404040, white.getRGB(2, 0) & 0xffffff);
    BufferedImage lit = Tiles.spotlight(grey, 2, new double[] {0.2, 0.1, 0, 0.2});
    assertEquals(0x808080, lit.getRGB(0, 0) & 0xffffff);
    assertEquals(0x404040, lit.getRGB(3, 0) & 0xffffff);
    assertEquals(0, lit.getRGB(0, 3) & 0xffffff);
    try (EventFile file = EventFile.create(folder, 0)) {
      file.image(0, "views", Picture.grid(List.of(List.of(grey, white), List.of(lit))));
    }
    Summary.Image image = read(folder).get(2).getSummary().getValue(0).getImage();
    BufferedImage png =
        ImageIO.read(new ByteArrayInputStream(image.getEncodedImageString().toByteArray()));
    assertEquals(image.getWidth(), png.getWidth());
    assertEquals(image.getHeight(), png.getHeight());
    assertEquals(4 + 4 + 4 + 4 + 4, png.getWidth());
    assertEquals(0x808080, png.getRGB(4, 4) & 0xffffff);
  }
}
