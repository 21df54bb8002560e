package org.endossl.model.resnet;

import io.jhdf.HdfFile;
import io.jhdf.api.Attribute;
import io.jhdf.api.Dataset;
import io.jhdf.api.Group;
import io.jhdf.api.Node;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.endossl.model.HostTensor;
import org.endossl.model.TensorSource;
import org.endossl.model.WeightsException;
import org.tensorflow.ndarray.Shape;

/**
 * An .h5 file of {@code Model.save_weights} or {@code Model.save} of Keras 2: per layer a group
 * with the names of its weights. Opening reads names and shapes; a tensor is read when it is asked
 * for. Tensors are called as in the file, {@code conv1_conv/kernel:0}.
 */
public final class KerasWeightsFile implements TensorSource {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
  private static final String WHOLE_MODEL = "model_weights";
  private static final String LAYERS = "layer_names";
  private static final long LARGEST_RATIO = 64; // of values to the file, if it is compressed
  private static final int MOST_NAMES = 1 << 16;

  private final Path file;
  private final List<String> layers;
  private final Map<String, String> paths;
  private final Map<String, Shape> shapes;

  private KerasWeightsFile(
      Path file, List<String> layers, Map<String, String> paths, Map<String, Shape> shapes) {
    this.file = file;
    this.layers = List.copyOf(layers);
    this.paths = Map.copyOf(paths);
    this.shapes = Collections.unmodifiableMap(shapes);
  }

  /** Whether a file begins as HDF5 does. */
  public static boolean isOne(Path file) throws IOException {
    if (!Files.isRegularFile(file) || Files.size(file) < SIGNATURE.length) {
      return false;
    }
    try (var in = Files.newInputStream(file)) {
      return java.util.Arrays.equals(in.readNBytes(SIGNATURE.length), SIGNATURE);
    }
  }

  /**
   * Opens a file.
   *
   * @throws WeightsException if it is not there, is no HDF5, is damaged, or is not in Keras' layout
   */
  public static KerasWeightsFile open(Path file) throws IOException {
    if (!isOne(file)) {
      throw new WeightsException(
          file + ": no HDF5 file; wanted the .h5 of Keras' save_weights or of its downloads");
    }
    return read(file, hdf -> list(file, hdf));
  }

  /** Something read from an open file. */
  @FunctionalInterface
  private interface Reading<T> {
    T of(HdfFile hdf) throws IOException;
  }

  /**
   * Whatever a damaged file makes the reader throw becomes one exception with the file's name. The
   * file is mapped: reading it by parts, the library takes memory for sizes that a file only
   * claims.
   */
  private static <T> T read(Path file, Reading<T> reading) throws IOException {
    try (FileChannel channel = FileChannel.open(file);
        HdfFile hdf =
            HdfFile.fromByteBuffer(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()))) {
      return reading.of(hdf);
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      throw new WeightsException(
          file + ": damaged or not readable as HDF5 (" + e + "); fetch it again", e);
    }
  }

  private static KerasWeightsFile list(Path file, HdfFile hdf) throws IOException {
    Group root = hdf;
    if (root.getAttribute(LAYERS) == null && root.getAttribute(LAYERS + "0") == null) {
      Node whole = hdf.getChild(WHOLE_MODEL);
      if (!(whole instanceof Group group) || whole.isLink()) {
        throw new WeightsException(
            file
                + ": HDF5, but without Keras' "
                + LAYERS
                + "; wanted the .h5 of Keras 2's save_weights (Keras 3's .weights.h5 differs)");
      }
      root = group;
    }
    List<String> layers = names(file, root, LAYERS);
    Map<String, String> paths = new LinkedHashMap<>();
    Map<String, Shape> shapes = new LinkedHashMap<>();
    for (String layer : layers) {
      Group group = group(file, root, layer);
      for (String name : names(file, group, "weight_names")) {
        Dataset dataset = dataset(file, group, name);
        if (paths.put(name, root.getPath() + layer + "/" + name) != null) {
          throw new WeightsException(file + ": weight " + name + " is there twice");
        }
        shapes.put(name, shape(file, name, dataset));
      }
    }
    return new KerasWeightsFile(file, layers, paths, shapes);
  }

  private static Group group(Path file, Group parent, String name) throws WeightsException {
    Node node = parent.getChild(name);
    if (!(node instanceof Group group) || node.isLink()) {
      throw new WeightsException(file + ": no group for layer " + name);
    }
    return group;
  }

  private static Dataset dataset(Path file, Group layer, String path) throws WeightsException {
    Node node = layer;
    for (String part : path.split("/", -1)) {
      node = node instanceof Group group && !part.isEmpty() ? group.getChild(part) : null;
      if (node == null || node.isLink()) {
        throw new WeightsException(file + ": no data set for weight " + path);
      }
    }
    if (!(node instanceof Dataset dataset)) {
      throw new WeightsException(file + ": weight " + path + " is no data set");
    }
    return dataset;
  }

  /** An attribute's strings; Keras splits long lists into {@code name0}, {@code name1} ... */
  private static List<String> names(Path file, Group group, String attribute)
      throws WeightsException {
    List<String> names = new ArrayList<>();
    Attribute whole = group.getAttribute(attribute);
    if (whole != null) {
      add(file, whole, names);
      return names;
    }
    for (int i = 0; i < MOST_NAMES; i++) {
      Attribute part = group.getAttribute(attribute + i);
      if (part == null) {
        break;
      }
      add(file, part, names);
    }
    return names;
  }

  private static void add(Path file, Attribute attribute, List<String> names)
      throws WeightsException {
    Object data = attribute.getData();
    if (data == null || attribute.isEmpty()) {
      return; // a layer without weights
    }
    if (data instanceof String[] strings && names.size() + strings.length <= MOST_NAMES) {
      names.addAll(List.of(strings));
    } else if (data instanceof double[] || data instanceof float[]) {
      return; // how h5py writes an empty list
    } else {
      throw new WeightsException(
          file + ": attribute " + attribute.getName() + ": wanted a list of names");
    }
  }

  private static Shape shape(Path file, String name, Dataset dataset) throws IOException {
    if (dataset.getJavaType() != float.class && dataset.getJavaType() != double.class) {
      throw new WeightsException(
          file + ": weight " + name + ": got " + dataset.getJavaType() + ", wanted floats");
    }
    long[] dims = dataset.getDimensionsAsLong();
    long values = 1;
    long most = Math.min(Integer.MAX_VALUE / 4, LARGEST_RATIO * Files.size(file));
    for (long dim : dims) {
      if (dim < 1 || values > most / dim) {
        throw new WeightsException(
            file
                + ": weight "
                + name
                + ": got shape "
                + Shape.of(dims)
                + ", which the file cannot hold");
      }
      values *= dim;
    }
    return Shape.of(dims);
  }

  /** The layers' names in the model's order, those without weights too. */
  public List<String> layers() {
    return layers;
  }

  @Override
  public String where() {
    return file.toString();
  }

  @Override
  public Map<String, Shape> shapes() {
    return shapes;
  }

  @Override
  public HostTensor tensor(String name) throws IOException {
    Shape shape = shapes.get(name);
    String path = paths.get(name);
    if (shape == null || path == null) {
      throw new IllegalArgumentException(file + ": no tensor " + name);
    }
    return read(
        file,
        hdf -> {
          Object data = hdf.getDatasetByPath(path).getDataFlat();
          float[] values = data instanceof double[] doubles ? floats(doubles) : (float[]) data;
          if (values.length != shape.size()) {
            throw new WeightsException(
                file + ": weight " + name + ": got " + values.length + " values, wanted " + shape);
          }
          return HostTensor.of(shape, values);
        });
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }
}
