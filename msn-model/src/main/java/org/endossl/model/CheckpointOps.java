package org.endossl.model;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/** Saves and restores variables in TensorFlow's checkpoint format, keyed by their names. */
public final class CheckpointOps {
  private final List<ModelVariable> variables;
  private final Placeholder<TString> prefix;
  private final Op save;
  private final Op restore;

  private CheckpointOps(
      List<ModelVariable> variables, Placeholder<TString> prefix, Op save, Op restore) {
    this.variables = List.copyOf(variables);
    this.prefix = prefix;
    this.save = save;
    this.restore = restore;
  }

  /**
   * Builds the ops.
   *
   * @param variables each name once
   */
  public static CheckpointOps build(Ops ops, List<ModelVariable> variables) {
    Ops tf = ops.withSubScope("checkpoint");
    Placeholder<TString> prefix =
        tf.withName("prefix").placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    Operand<TString> names = strings(tf, variables.stream().map(ModelVariable::name).toList());
    Operand<TString> whole = strings(tf, Collections.nCopies(variables.size(), ""));
    List<Operand<?>> values = new ArrayList<>();
    List<Class<? extends TType>> types = new ArrayList<>();
    for (ModelVariable variable : variables) {
      values.add(tf.readVariableOp(variable.handle(), TFloat32.class));
      types.add(TFloat32.class);
    }
    Op save = tf.train.save(prefix, names, whole, values);
    List<Output<?>> read = tf.train.restore(prefix, names, whole, types).tensors();
    List<Op> assigns = new ArrayList<>();
    for (int i = 0; i < variables.size(); i++) {
      assigns.add(tf.assignVariableOp(variables.get(i).handle(), read.get(i)));
    }
    return new CheckpointOps(variables, prefix, save, tf.withControlDependencies(assigns).noOp());
  }

  private static Operand<TString> strings(Ops tf, List<String> values) {
    return tf.constant(NdArrays.vectorOfObjects(values.toArray(String[]::new)));
  }

  /**
   * Writes {@code PREFIX.index} and {@code PREFIX.data-…}. They are written beside their place and
   * moved there, the index last: an index that is there is complete.
   *
   * @param at the prefix; its directory is made
   * @throws IOException if the files cannot be written, for example for want of space
   */
  public void save(Session session, Path at) throws IOException {
    Path target = at.toAbsolutePath();
    Path directory = target.getParent();
    Path name = target.getFileName();
    if (directory == null || name == null) {
      throw new IllegalArgumentException(at + ": wanted a prefix of file names");
    }
    Files.createDirectories(directory);
    Path part = Files.createTempDirectory(directory, ".checkpoint-");
    try {
      run(session, part.resolve(name), save);
      List<Path> files = list(part);
      files.sort((a, b) -> Boolean.compare(isIndex(a), isIndex(b)));
      for (Path file : files) {
        Files.move(
            file,
            directory.resolve(part.relativize(file)),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (TensorFlowException e) {
      throw new IOException(at + ": the checkpoint was not written: " + e.getMessage(), e);
    } finally {
      remove(part);
    }
  }

  private static boolean isIndex(Path file) {
    return file.toString().endsWith(".index");
  }

  /**
   * Sets all variables.
   *
   * @throws WeightsException if the checkpoint does not hold exactly these variables: all that is
   *     missing, in excess or of another shape is listed, and nothing has been set
   */
  public void restore(Session session, Path from) throws IOException {
    restore(session, from, false);
  }

  /**
   * Sets all variables from a checkpoint that may hold others too.
   *
   * @throws WeightsException if one is missing or of another shape; nothing has been set
   */
  public void restorePart(Session session, Path from) throws IOException {
    restore(session, from, true);
  }

  private void restore(Session session, Path from, boolean extras) throws IOException {
    Map<String, Shape> got = new LinkedHashMap<>();
    Map<String, Shape> wanted = new LinkedHashMap<>();
    for (ModelVariable variable : variables) {
      wanted.put(variable.name(), variable.shape());
    }
    for (Map.Entry<String, CheckpointIndex.Entry> e : CheckpointIndex.read(from).entrySet()) {
      got.put(e.getKey(), e.getValue().shape());
      if (wanted.containsKey(e.getKey()) && e.getValue().type() != DataType.DT_FLOAT) {
        throw new WeightsException(
            from + ": " + e.getKey() + ": got " + e.getValue().type() + ", wanted DT_FLOAT");
      }
    }
    Mismatch.check(from, wanted, got, extras);
    try {
      run(session, from, restore);
    } catch (TensorFlowException e) {
      throw new WeightsException(from + ": the checkpoint is damaged: " + e.getMessage(), e);
    }
  }

  private void run(Session session, Path at, Op op) {
    try (TString value = TString.scalarOf(at.toString())) {
      session.runner().feed(prefix, value).addTarget(op).run().close();
    }
  }

  private static List<Path> list(Path directory) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      stream.forEach(files::add);
    }
    return files;
  }

  private static void remove(Path directory) throws IOException {
    for (Path file : list(directory)) {
      if (Files.isDirectory(file)) {
        remove(file);
      } else {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }
}
