package org.endossl.model;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.types.TFloat32;

/**
 * Creates the variables of one network; nothing else does. Two stores with the same seed draw the
 * same values for the same names, whatever their prefixes.
 */
public final class VariableStore {
  private final Ops tf;
  private final Ops scoped;
  private final String prefix;
  private final long seed;
  private final List<ModelVariable> variables = new ArrayList<>();
  private final Set<String> names = new HashSet<>();

  /**
   * A store without variables.
   *
   * @param tf of a graph
   * @param prefix of every name, as {@code "anchor."}; may be empty
   * @param seed of the initial values
   */
  public VariableStore(Ops tf, String prefix, long seed) {
    this.tf = tf;
    this.prefix = prefix;
    this.seed = seed;
    this.scoped = tf.withSubScope("variables"); // once: it walks over all ops of the graph
  }

  /**
   * Creates a variable.
   *
   * @param name within the store, for example {@code blocks.0.attn.qkv.kernel}
   * @param shape fully known
   * @throws IllegalArgumentException if the store has the name already
   */
  public ModelVariable variable(
      String name, Shape shape, Initializer initializer, boolean trainable) {
    if (shape.hasUnknownDimension()) {
      throw new IllegalArgumentException(
          "variable " + prefix + name + ": got shape " + shape + ", wanted it known");
    }
    if (!names.add(name)) {
      throw new IllegalArgumentException("variable " + prefix + name + " is there already");
    }
    String full = prefix + name;
    VarHandleOp handle =
        tf.withName(full).varHandleOp(TFloat32.class, shape, VarHandleOp.sharedName(full));
    Operand<TFloat32> value = scoped.readVariableOp(handle, TFloat32.class);
    Op assign = scoped.assignVariableOp(handle, initializer.value(scoped, shape, seed, key(name)));
    ModelVariable made = new ModelVariable(full, shape, handle, value, trainable, assign);
    variables.add(made);
    return made;
  }

  /** The variables in the order of their creation. */
  public List<ModelVariable> variables() {
    return Collections.unmodifiableList(variables);
  }

  private static long key(String name) {
    return Hashing.sipHash24().hashString(name, StandardCharsets.UTF_8).asLong();
  }
}
