package org.endossl.tfrecords.convert;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.protobuf.ByteString;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.endossl.tfrecords.ExampleCodec;
import org.endossl.tfrecords.ImageSize;
import org.endossl.tfrecords.Images;
import org.endossl.tfrecords.OutputFiles;
import org.endossl.tfrecords.TfRecordWriter;
import org.jspecify.annotations.Nullable;
import org.tensorflow.proto.BytesList;
import org.tensorflow.proto.Example;
import org.tensorflow.proto.Feature;
import org.tensorflow.proto.Features;
import org.tensorflow.proto.FloatList;

/**
 * Images with class and box annotations, such as PolypSet, to TFRecords for classification: a file
 * per part of the data set, and {@code classes.json} with the classes' names by number.
 *
 * <p>A record has the features of TensorFlow's object detection ({@code image/encoded}, {@code
 * image/object/bbox/xmin} from 0 to 1, {@code image/object/class/text}), and for classification
 * {@code label}, the number of the class of the image's largest box.
 */
public final class BoxConverter {

  private BoxConverter() {}

  /**
   * What was written.
   *
   * @param files one per part
   * @param classes names by number
   * @param images how many of each part
   * @param unboxed images without a box, which were left out
   */
  public record Report(
      List<Path> files, List<String> classes, Map<String, Long> images, long unboxed) {}

  /**
   * Converts a folder.
   *
   * @param output a directory without records
   * @param size what images are resized to, or null; boxes are relative and stay
   * @param listener told how many images are done
   */
  public static Report run(Path input, Path output, @Nullable ImageSize size, LongConsumer listener)
      throws IOException {
    if (OutputDirectory.hasRecords(output)) {
      throw new IllegalArgumentException(
          output + ": holds records already; choose another output directory");
    }
    List<BoxFolder.Item> items = BoxFolder.list(input);
    List<String> classes = classes(items);
    Files.createDirectories(output);
    Map<String, TfRecordWriter> writers = new LinkedHashMap<>();
    Map<String, Long> images = new TreeMap<>();
    List<Path> files = new ArrayList<>();
    long unboxed = 0;
    long done = 0;
    try {
      for (BoxFolder.Item item : items) {
        byte[] example = example(item, classes, size);
        if (example == null) {
          unboxed++;
        } else {
          TfRecordWriter writer = writers.get(item.part());
          if (writer == null) {
            Path file = output.resolve(item.part() + ".tfrecord");
            writer = TfRecordWriter.create(file);
            writers.put(item.part(), writer);
            files.add(file);
          }
          writer.write(example);
          images.merge(item.part(), 1L, Long::sum);
        }
        done++;
        listener.accept(done);
      }
      writeClasses(output, classes);
      for (TfRecordWriter writer : writers.values()) {
        writer.commit();
      }
    } finally {
      for (TfRecordWriter writer : writers.values()) {
        writer.close();
      }
    }
    return new Report(files, classes, images, unboxed);
  }

  private static List<String> classes(List<BoxFolder.Item> items) throws IOException {
    Map<String, Long> names = new TreeMap<>();
    for (BoxFolder.Item item : items) {
      int most = Integer.MAX_VALUE;
      for (BoxFolder.Box box : BoxFolder.boxes(item.annotation(), most, most)) {
        names.merge(box.name(), 1L, Long::sum);
      }
    }
    return List.copyOf(names.keySet());
  }

  private static void writeClasses(Path output, List<String> classes) throws IOException {
    JsonArray names = new JsonArray();
    classes.forEach(names::add);
    JsonObject json = new JsonObject();
    json.add("classes", names);
    OutputFiles.write(
        output.resolve("classes.json"), (json + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static byte @Nullable [] example(
      BoxFolder.Item item, List<String> classes, @Nullable ImageSize size) throws IOException {
    byte[] image = item.bytes();
    BufferedImage decoded = Images.decode(image, item.image().toString());
    int width = decoded.getWidth();
    int height = decoded.getHeight();
    List<BoxFolder.Box> boxes = BoxFolder.boxes(item.annotation(), width, height);
    if (boxes.isEmpty()) {
      return null;
    }
    if (size != null) {
      image = ImageResize.resize(image, size, item.image().toString());
    }
    String format = (image[0] & 0xff) == 0xff ? "jpeg" : "png";
    List<String> names = boxes.stream().map(BoxFolder.Box::name).toList();
    List<Long> numbers = names.stream().map(name -> (long) classes.indexOf(name)).toList();
    Features.Builder features =
        Features.newBuilder()
            .putFeature("image/encoded", ExampleCodec.feature(ByteString.copyFrom(image)))
            .putFeature("image/format", text(List.of(format)))
            .putFeature("image/filename", text(List.of(item.name())))
            .putFeature("image/width", number(size == null ? width : size.width()))
            .putFeature("image/height", number(size == null ? height : size.height()))
            .putFeature("image/object/class/text", text(names))
            .putFeature("image/object/class/label", ExampleCodec.feature(numbers))
            .putFeature("label", number(numbers.get(largest(boxes))));
    String[] sides = {"xmin", "ymin", "xmax", "ymax"};
    for (int i = 0; i < sides.length; i++) {
      int side = i;
      double extent = i % 2 == 0 ? width : height;
      FloatList.Builder list = FloatList.newBuilder();
      boxes.forEach(box -> list.addValue((float) (box.box().get(side) / extent)));
      features.putFeature(
          "image/object/bbox/" + sides[i], Feature.newBuilder().setFloatList(list).build());
    }
    return ExampleCodec.serialize(Example.newBuilder().setFeatures(features).build());
  }

  private static int largest(List<BoxFolder.Box> boxes) {
    int largest = 0;
    double area = 0;
    for (int i = 0; i < boxes.size(); i++) {
      List<Double> box = boxes.get(i).box();
      double its = (box.get(2) - box.get(0)) * (box.get(3) - box.get(1));
      if (its > area) {
        largest = i;
        area = its;
      }
    }
    return largest;
  }

  private static Feature text(List<String> values) {
    BytesList.Builder list = BytesList.newBuilder();
    values.forEach(value -> list.addValue(ByteString.copyFromUtf8(value)));
    return Feature.newBuilder().setBytesList(list).build();
  }

  private static Feature number(long value) {
    return ExampleCodec.feature(List.of(value));
  }
}
