package org.endossl.eval.parity;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.endossl.model.HostTensor;
import org.endossl.model.Safetensors;
import org.endossl.model.WeightsException;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TNumber;

/** A graph of operations on the images of one golden file. Closed by whoever opened it. */
final class ImageGraph implements AutoCloseable {
  private final Safetensors file;
  private final Graph graph = new Graph();
  private final Ops tf = Ops.create(graph);
  private final Map<String, Operand<TUint8>> images = new LinkedHashMap<>();
  private final Map<String, Operand<TFloat32>> wanted = new LinkedHashMap<>();
  private final Set<String> unsupported = new LinkedHashSet<>();

  /** Told of each computed tensor. */
  @FunctionalInterface
  interface Comparison {
    void compare(String name, HostTensor computed, HostTensor expected);
  }

  private ImageGraph(Safetensors file) {
    this.file = file;
  }

  static ImageGraph open(Path file) throws IOException {
    return new ImageGraph(Safetensors.open(file));
  }

  Ops tf() {
    return tf;
  }

  Set<String> names() {
    return file.entries().keySet();
  }

  /** [height, width, 3] of an image. */
  long[] shape(String name) throws IOException {
    Shape shape = file.entry(name).shape();
    if (shape.numDimensions() != 3 || shape.get(2) != 3) {
      throw new WeightsException(
          file.where() + ": " + name + ": got shape " + shape + ", wanted [height, width, 3]");
    }
    return shape.asArray();
  }

  /** An image of the file as a constant. */
  Operand<TUint8> image(String name) throws IOException {
    Operand<TUint8> image = images.get(name);
    if (image == null) {
      ByteBuffer bytes = file.bytes(name);
      byte[] values = new byte[bytes.remaining()];
      bytes.get(values);
      image = tf.constant(TUint8.class, Shape.of(shape(name)), DataBuffers.of(values));
      images.put(name, image);
    }
    return image;
  }

  /** Asks for an expected tensor; null says that this build cannot compute it. */
  void want(String name, @Nullable Operand<? extends TNumber> operand) {
    if (operand == null) {
      unsupported.add(name);
    } else {
      wanted.put(name, tf.dtypes.cast(operand, TFloat32.class));
    }
  }

  /** Runs the graph once and compares. */
  void compute(Findings findings, Comparison comparison) throws IOException {
    unsupported.forEach(findings::unsupported);
    if (wanted.isEmpty()) {
      return;
    }
    try (Session session = new Session(graph)) {
      Session.Runner runner = session.runner();
      wanted.values().forEach(runner::fetch);
      try (Result result = runner.run()) {
        int next = 0;
        for (String name : wanted.keySet()) {
          comparison.compare(name, Tensors.host((TFloat32) result.get(next++)), expected(name));
        }
      }
    }
  }

  private HostTensor expected(String name) throws IOException {
    Safetensors.Entry entry = file.entry(name);
    if (entry.dtype() != Safetensors.DType.U8) {
      return file.tensor(name);
    }
    ByteBuffer bytes = file.bytes(name);
    float[] values = new float[bytes.remaining()];
    for (int i = 0; i < values.length; i++) {
      values[i] = bytes.get(i) & 0xff;
    }
    return HostTensor.of(entry.shape(), values);
  }

  @Override
  public void close() {
    graph.close();
  }

  @Override
  public String toString() {
    return file.where();
  }
}
