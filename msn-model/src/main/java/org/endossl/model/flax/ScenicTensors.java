package org.endossl.model.flax;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.endossl.model.HostTensor;
import org.endossl.model.TensorSource;
import org.endossl.model.WeightsException;
import org.tensorflow.ndarray.Shape;

/**
 * The tensors below a network's root, with heads and their widths joined, so that a name table can
 * take them: query, key and value kernels [width, heads, headWidth] as [out, in]; the output's
 * [heads, headWidth, width] as a matrix; the patches' convolution as a matrix; positions as [1, 1 +
 * patches, width], with zeros for the class token where it has none.
 */
final class ScenicTensors implements TensorSource {
  private final TensorSource source;
  private final String root;
  private final String positions;
  private final Map<String, Shape> theirs = new LinkedHashMap<>();
  private final Map<String, Shape> shapes = new LinkedHashMap<>();

  ScenicTensors(TensorSource source, String root, String positions) throws WeightsException {
    this.source = source;
    this.root = root;
    this.positions = positions;
    for (Map.Entry<String, Shape> entry : source.shapes().entrySet()) {
      if (entry.getKey().startsWith(root)) {
        String name = entry.getKey().substring(root.length());
        theirs.put(name, entry.getValue());
        shapes.put(name, name.equals(positions) ? positions(entry.getValue()) : joined(name));
      }
    }
  }

  private Shape joined(String name) {
    Shape shape = shapeOf(name);
    int rank = shape.numDimensions();
    if (isProjection(name) && rank == 3) {
      return Shape.of(shape.get(1) * shape.get(2), shape.get(0));
    } else if (name.endsWith("/out/kernel") && rank == 3) {
      return Shape.of(shape.get(0) * shape.get(1), shape.get(2));
    } else if (name.matches(".*/(query|key|value)/bias") && rank == 2) {
      return Shape.of(shape.size());
    } else if (name.endsWith("embedding/kernel") && rank == 4) {
      return Shape.of(shape.get(0) * shape.get(1) * shape.get(2), shape.get(3));
    }
    return shape;
  }

  private Shape shapeOf(String name) {
    Shape shape = theirs.get(name);
    if (shape == null) {
      throw new IllegalArgumentException(where() + ": no tensor " + name);
    }
    return shape;
  }

  private static boolean isProjection(String name) {
    return name.matches(".*/(query|key|value)/kernel");
  }

  /** [1, h, w, width] and [1, patches, width] get a slot for the class token. */
  private Shape positions(Shape shape) throws WeightsException {
    int rank = shape.numDimensions();
    if (rank == 4 && shape.get(0) == 1 && shape.get(1) == shape.get(2)) {
      return Shape.of(1, 1 + shape.get(1) * shape.get(2), shape.get(3));
    } else if (rank == 3 && shape.get(0) == 1) {
      boolean slot = !isSquare(shape.get(1));
      if (!slot || isSquare(shape.get(1) - 1)) {
        return Shape.of(1, shape.get(1) + (slot ? 0 : 1), shape.get(2));
      }
    }
    throw new WeightsException(
        where()
            + ": "
            + root
            + positions
            + ": got shape "
            + shape
            + ", wanted [1, side, side, width], [1, side * side, width] or one more");
  }

  private static boolean isSquare(long n) {
    long side = Math.round(Math.sqrt((double) n));
    return n > 0 && side * side == n;
  }

  /** Shapes as they are in the file. */
  Map<String, Shape> theirShapes() {
    return Collections.unmodifiableMap(theirs);
  }

  @Override
  public String where() {
    return source.where();
  }

  @Override
  public Map<String, Shape> shapes() {
    return Collections.unmodifiableMap(shapes);
  }

  @Override
  public HostTensor tensor(String name) throws IOException {
    Shape shape = shapes.get(name);
    if (shape == null) {
      throw new IllegalArgumentException(where() + ": no tensor " + name);
    }
    FloatBuffer values = source.tensor(root + name).values();
    if (isProjection(name) && shapeOf(name).numDimensions() == 3) {
      return new HostTensor(shape, transposed(values, (int) shape.get(1)));
    } else if (values.limit() < shape.size()) { // positions without the class token's
      FloatBuffer whole = FloatBuffer.allocate(Math.toIntExact(shape.size()));
      whole.put((int) shape.get(2), values, 0, values.limit());
      return new HostTensor(shape, whole);
    }
    return new HostTensor(shape, values);
  }

  private static FloatBuffer transposed(FloatBuffer matrix, int rows) {
    int columns = matrix.limit() / rows;
    float[] from = new float[matrix.limit()];
    matrix.get(0, from);
    float[] to = new float[from.length];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        to[c * rows + r] = from[r * columns + c];
      }
    }
    return FloatBuffer.wrap(to);
  }
}
