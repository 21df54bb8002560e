package org.endossl.tfrecords.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.imageio.ImageIO;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.TfRecordReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.Example;
import org.tensorflow.proto.Feature;

/** A folder laid out as PolypSet is. */
class BoxConverterTest {

  @TempDir Path directory;

  private void image(String part, String name, String... objects) throws IOException {
    Path image = directory.resolve("in").resolve(part).resolve("Image").resolve(name + ".jpg");
    Path xml = directory.resolve("in").resolve(part).resolve("Annotation").resolve(name + ".xml");
    Files.createDirectories(image.getParent());
    Files.createDirectories(xml.getParent());
    ImageIO.write(SmallCholec80.grey(40, 20, 90), "jpg", image.toFile());
    Files.writeString(
        xml, "<annotation><filename>x</filename>" + String.join("", objects) + "</annotation>");
  }

  private static String object(String name, int left, int top, int right, int bottom) {
    return String.format(
        "<object><name>%s</name><bndbox><xmin>%d</xmin><ymin>%d</ymin><xmax>%d</xmax><ymax>%d</ymax>"
            + "</bndbox></object>",
        name, left, top, right, bottom);
  }

  private BoxConverter.Report run() throws IOException {
    return BoxConverter.run(directory.resolve("in"), directory.resolve("out"), null, images -> {});
  }

  private List<Map<String, Feature>> read(Path file) throws IOException {
    List<Map<String, Feature>> examples = new ArrayList<>();
    try (TfRecordReader reader = TfRecordReader.open(file)) {
      byte[] data;
      while ((data = reader.next()) != null) {
        examples.add(Example.parseFrom(data).getFeatures().getFeatureMap());
      }
    }
    return examples;
  }

  private static Feature feature(Map<String, Feature> features, String name) {
    return Objects.requireNonNull(features.get(name), name);
  }

  @Test
  void partsBecomeFiles_andTheLargestBoxTheLabel() throws IOException {
    image("train2019", "1/b", object("hyperplastic", 0, 0, 10, 10));
    image(
        "train2019",
        "1/a",
        object("hyperplastic", 0, 0, 4, 4),
        object("adenomatous", 10, 5, 30, 20));
    image("train2019", "2/none");
    image("test2019", "c", object("adenomatous", 1, 1, 2, 2));
    BoxConverter.Report report = run();
    assertEquals(List.of("adenomatous", "hyperplastic"), report.classes());
    assertEquals(Map.of("train2019", 2L, "test2019", 1L), report.images());
    assertEquals(1, report.unboxed());
    List<Map<String, Feature>> train = read(directory.resolve("out/train2019.tfrecord"));
    Map<String, Feature> first = train.get(0);
    assertEquals("1/a", feature(first, "image/filename").getBytesList().getValue(0).toStringUtf8());
    assertEquals(0, feature(first, "label").getInt64List().getValue(0));
    assertEquals(
        List.of(1L, 0L), feature(first, "image/object/class/label").getInt64List().getValueList());
    assertEquals(
        List.of(0f, 0.25f), feature(first, "image/object/bbox/xmin").getFloatList().getValueList());
    assertEquals(
        List.of(0.2f, 1f), feature(first, "image/object/bbox/ymax").getFloatList().getValueList());
    assertEquals(1, feature(train.get(1), "label").getInt64List().getValue(0));
    assertEquals(
        "{\"classes\":[\"adenomatous\",\"hyperplastic\"]}",
        Files.readString(directory.resolve("out/classes.json")).strip());
    assertThrows(IllegalArgumentException.class, this::run);
  }

  private void refused(String wanted) {
    DataException e = assertThrows(DataException.class, this::run);
    assertTrue(String.valueOf(e.getMessage()).contains(wanted), e.getMessage());
    assertFalse(Files.exists(directory.resolve("out/all.tfrecord")));
  }

  @Test
  void badAnnotations_areRefused() throws IOException {
    refused("no such directory");
    image("", "a", object("polyp", 5, 5, 50, 10));
    refused("is not within the image of 40x20");
    image("", "a", "<object><name>polyp</name></object>");
    refused("an object without xmin");
    Files.writeString(
        directory.resolve("in/Annotation/a.xml"),
        "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><annotation>&e;</annotation>");
    refused("not an XML annotation");
    Files.delete(directory.resolve("in/Image/a.jpg"));
    refused("no image");
  }
}
