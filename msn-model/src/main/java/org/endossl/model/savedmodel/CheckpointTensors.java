package org.endossl.model.savedmodel;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.endossl.model.CheckpointIndex;
import org.endossl.model.HostTensor;
import org.endossl.model.TensorSource;
import org.endossl.model.WeightsException;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/**
 * The float32 variables of an object checkpoint, by the objects' paths: {@code params/params/cls}
 * for the key {@code params/params/cls/.ATTRIBUTES/VARIABLE_VALUE}.
 */
public final class CheckpointTensors implements TensorSource {
  private static final String SUFFIX = "/.ATTRIBUTES/VARIABLE_VALUE";

  private final Path prefix;
  private final Map<String, Shape> shapes;

  private CheckpointTensors(Path prefix, Map<String, Shape> shapes) {
    this.prefix = prefix;
    this.shapes = Collections.unmodifiableMap(shapes);
  }

  /**
   * Reads the index.
   *
   * @param prefix of the checkpoint, as {@code DIR/variables/variables}
   * @throws WeightsException if there is none or it is damaged
   */
  public static CheckpointTensors open(Path prefix) throws IOException {
    Map<String, Shape> shapes = new TreeMap<>();
    CheckpointIndex.read(prefix)
        .forEach(
            (key, entry) -> {
              if (key.endsWith(SUFFIX) && entry.type() == DataType.DT_FLOAT) {
                shapes.put(key.substring(0, key.length() - SUFFIX.length()), entry.shape());
              }
            });
    return new CheckpointTensors(prefix, shapes);
  }

  @Override
  public String where() {
    return prefix.toString();
  }

  @Override
  public Map<String, Shape> shapes() {
    return shapes;
  }

  @Override
  public HostTensor tensor(String name) throws IOException {
    Shape shape = shapes.get(name);
    if (shape == null) {
      throw new IllegalArgumentException(prefix + ": no tensor " + name);
    }
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      Operand<?> restored =
          tf.train
              .restore(
                  tf.constant(prefix.toString()),
                  tf.constant(NdArrays.vectorOfObjects(name + SUFFIX)),
                  tf.constant(NdArrays.vectorOfObjects("")),
                  List.<Class<? extends TType>>of(TFloat32.class))
              .tensors()
              .get(0);
      try (Tensor value = session.runner().fetch(restored).run().get(0)) {
        float[] values = new float[Math.toIntExact(shape.size())];
        value.asRawTensor().data().asFloats().read(values);
        return HostTensor.of(shape, values);
      }
    } catch (TensorFlowException e) {
      throw new WeightsException(prefix + ": " + name + " is damaged: " + e.getMessage(), e);
    }
  }
}
