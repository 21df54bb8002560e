package org.endossl.tfrecords.convert;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.endossl.tfrecords.DataException;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * Images with class and box annotations in Pascal VOC's XML, as PolypSet is published: {@code
 * PART/Image/...} with an XML file of the same name below {@code PART/Annotation/...}.
 */
final class BoxFolder {

  private static final Pattern IMAGE = Pattern.compile(".+\\.(jpg|jpeg|png)");
  private static final Pattern IMAGES = Pattern.compile("(?i)(jpeg)?images?");
  private static final Pattern ANNOTATIONS = Pattern.compile("(?i)annotations?");
  private static final long MAX_BYTES = 1 << 28;

  private BoxFolder() {}

  /**
   * One box.
   *
   * @param name of its class
   * @param box left, top, right, bottom in pixels
   */
  record Box(String name, List<Double> box) {}

  /**
   * An image and its boxes.
   *
   * @param part of the data set: the folder that holds Image and Annotation; {@code all} at the
   *     root
   * @param image the file
   * @param annotation its XML file
   * @param name below the image folder
   */
  record Item(String part, Path image, Path annotation, String name) {

    byte[] bytes() throws IOException {
      if (Files.size(image) > MAX_BYTES) {
        throw new DataException(image + ": larger than " + MAX_BYTES + " bytes");
      }
      return Files.readAllBytes(image);
    }
  }

  /**
   * Lists the annotated images, sorted by part and name.
   *
   * @throws DataException when there are none, or an annotation has no image
   */
  static List<Item> list(Path root) throws IOException {
    if (!Files.isDirectory(root)) {
      throw new DataException(root + ": no such directory; check the path");
    }
    List<Item> items = new ArrayList<>();
    List<Path> folders;
    try (Stream<Path> all = Files.walk(root, 3)) {
      folders =
          all.filter(Files::isDirectory)
              .filter(p -> ANNOTATIONS.matcher(String.valueOf(p.getFileName())).matches())
              .sorted()
              .toList();
    }
    for (Path annotations : folders) {
      Path parent = annotations.getParent();
      Path images = parent == null ? null : sibling(parent);
      if (parent == null || images == null) {
        throw new DataException(
            annotations + ": no folder Image or Images beside it; each XML file needs its image");
      }
      String part = parent.equals(root) ? "all" : String.valueOf(root.relativize(parent));
      items.addAll(items(part.replaceAll("[^A-Za-z0-9_-]", "_"), images, annotations));
    }
    if (items.isEmpty()) {
      throw new DataException(
          root + ": no annotated images, looked for */Image/*.jpg with */Annotation/*.xml");
    }
    return items;
  }

  private static @Nullable Path sibling(Path parent) throws IOException {
    try (Stream<Path> all = Files.list(parent)) {
      return all.filter(Files::isDirectory)
          .filter(p -> IMAGES.matcher(String.valueOf(p.getFileName())).matches())
          .sorted()
          .findFirst()
          .orElse(null);
    }
  }

  private static List<Item> items(String part, Path images, Path annotations) throws IOException {
    Map<String, Path> byName = new HashMap<>();
    for (Path image : files(images)) {
      String name = images.relativize(image).toString();
      if (IMAGE.matcher(name.toLowerCase(Locale.ROOT)).matches()) {
        byName.put(name.substring(0, name.lastIndexOf('.')), image);
      }
    }
    List<Item> items = new ArrayList<>();
    for (Path annotation : files(annotations)) {
      String name = annotations.relativize(annotation).toString();
      if (!name.toLowerCase(Locale.ROOT).endsWith(".xml")) {
        continue;
      }
      String stem = name.substring(0, name.length() - 4);
      Path image = byName.get(stem);
      if (image == null) {
        throw new DataException(annotation + ": no image " + images.resolve(stem) + ".jpg or .png");
      }
      items.add(new Item(part, image, annotation, stem));
    }
    return items;
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  /**
   * The boxes of an annotation.
   *
   * @param width of the image, for the check
   * @param height of the image
   * @throws DataException when the file is no annotation or a box lies outside the image
   */
  static List<Box> boxes(Path file, int width, int height) throws IOException {
    Document document = parse(file);
    NodeList objects = document.getElementsByTagName("object");
    List<Box> boxes = new ArrayList<>();
    for (int i = 0; i < objects.getLength(); i++) {
      Element object = (Element) objects.item(i);
      List<Double> box = new ArrayList<>();
      for (String side : List.of("xmin", "ymin", "xmax", "ymax")) {
        box.add(number(file, text(file, object, side)));
      }
      boolean inside =
          box.get(0) >= 0
              && box.get(1) >= 0
              && box.get(2) > box.get(0)
              && box.get(3) > box.get(1)
              && box.get(2) <= width
              && box.get(3) <= height;
      if (!inside) {
        throw new DataException(
            file + ": box " + box + " is not within the image of " + width + "x" + height);
      }
      boxes.add(new Box(text(file, object, "name"), List.copyOf(box)));
    }
    return boxes;
  }

  private static String text(Path file, Element parent, String tag) throws DataException {
    NodeList found = parent.getElementsByTagName(tag);
    String text = found.getLength() == 0 ? "" : found.item(0).getTextContent().strip();
    if (text.isEmpty()) {
      throw new DataException(file + ": an object without " + tag);
    }
    return text;
  }

  private static double number(Path file, String text) throws DataException {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new DataException(file + ": \"" + text + "\" for a box's side, wanted a number", e);
    }
  }

  /** Without document types, and so without anything that a document could fetch. */
  private static Document parse(Path file) throws IOException {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    try (InputStream in = Files.newInputStream(file)) {
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      DocumentBuilder builder = factory.newDocumentBuilder();
      builder.setErrorHandler(null);
      return builder.parse(in);
    } catch (SAXException e) {
      throw new DataException(file + ": not an XML annotation (" + e.getMessage() + ")", e);
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException("this Java cannot read XML safely", e);
    }
  }
}
