package org.endossl.model.resnet;

import io.jhdf.HdfFile;
import io.jhdf.WritableHdfFile;
import io.jhdf.api.WritableGroup;
import java.io.IOException;
import java.lang.reflect.Array;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.endossl.model.HostTensor;
import org.endossl.model.TensorSource;

/** Writes an .h5 file as {@code Model.save_weights} of Keras 2 does. */
final class KerasWeightsWriter {
  private static final String KERAS = "2.15.0"; // whose layout this is

  private KerasWeightsWriter() {}

  /**
   * Writes a file beside its place and moves it there when it is complete.
   *
   * @param layers all layers in the model's order, each with the names of its weights in Keras'
   *     order: {@code conv1_conv/kernel:0}
   * @param weights under these names
   */
  static void write(Path file, Map<String, List<String>> layers, TensorSource weights)
      throws IOException {
    Path target = file.toAbsolutePath();
    Path part = target.resolveSibling(target.getFileName() + ".part");
    try {
      try (WritableHdfFile hdf = HdfFile.write(part)) {
        hdf.putAttribute("layer_names", layers.keySet().toArray(new String[0]));
        hdf.putAttribute("backend", "tensorflow");
        hdf.putAttribute("keras_version", KERAS);
        for (Map.Entry<String, List<String>> layer : layers.entrySet()) {
          put(hdf.putGroup(layer.getKey()), layer.getKey(), layer.getValue(), weights);
        }
      }
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static void put(
      WritableGroup group, String layer, List<String> names, TensorSource weights)
      throws IOException {
    if (names.isEmpty()) {
      // Keras reads an absent list as an empty one. The data set is for jHDF 0.13, whose closing
      // text
      // goes behind the last values written, over any group that comes after them.
      group.putDataset("empty", new float[1]);
      return;
    }
    group.putAttribute("weight_names", names.toArray(new String[0]));
    WritableGroup inner = group.putGroup(layer);
    for (String name : names) {
      HostTensor tensor = weights.tensor(name);
      inner.putDataset(
          name.substring(layer.length() + 1),
          nested(tensor.values().duplicate(), tensor.shape().asArray(), 0));
    }
  }

  /** Arrays of arrays, as the library wants tensors. */
  private static Object nested(FloatBuffer values, long[] shape, int axis) {
    int n = Math.toIntExact(shape[axis]);
    if (axis == shape.length - 1) {
      float[] row = new float[n];
      values.get(row);
      return row;
    }
    int[] rest = new int[shape.length - axis];
    for (int i = 0; i < rest.length; i++) {
      rest[i] = Math.toIntExact(shape[axis + i]);
    }
    Object array = Array.newInstance(float.class, rest);
    for (int i = 0; i < n; i++) {
      Array.set(array, i, nested(values, shape, axis + 1));
    }
    return array;
  }
}
