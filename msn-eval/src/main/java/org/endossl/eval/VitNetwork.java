package org.endossl.eval;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.endossl.model.Compute;
import org.endossl.model.HostTensor;
import org.endossl.model.ModelVariable;
import org.endossl.model.TensorSource;
import org.endossl.model.VariableStore;
import org.endossl.model.Vit;
import org.endossl.model.VitConfig;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** A Vision Transformer of ours; the features are its class token. */
final class VitNetwork implements Encoder.Network {
  private static final String PREFIX = "target.";

  /** Sets the variables of a session. */
  @FunctionalInterface
  interface Load {
    void into(Session session) throws IOException;
  }

  /** Builds the ops that set variables. */
  @FunctionalInterface
  interface Loading {
    Load build(Ops tf, List<ModelVariable> variables);
  }

  private final Ops tf;
  private final VitConfig config;
  private final Vit.Weights weights;
  private final List<ModelVariable> variables;
  private final Load load;
  private final Token token;

  private VitNetwork(
      Ops tf,
      VitConfig config,
      Vit.Weights weights,
      List<ModelVariable> variables,
      Load load,
      Token token) {
    this.tf = tf;
    this.config = config;
    this.weights = weights;
    this.variables = List.copyOf(variables);
    this.load = load;
    this.token = token;
  }

  static VitNetwork create(Ops tf, VitConfig config, long seed, Loading loading) {
    VariableStore store = new VariableStore(tf, PREFIX, seed);
    Vit.Weights weights = Vit.create(store, config);
    return new VitNetwork(
        tf,
        config,
        weights,
        store.variables(),
        loading.build(tf, store.variables()),
        Token.AFTER_NORM);
  }

  /** The same network, whose features are the class token as the last block leaves it. */
  VitNetwork beforeNorm() {
    return new VitNetwork(tf, config, weights, variables, load, Token.BEFORE_NORM);
  }

  @Override
  public Operand<TFloat32> features(Operand<TFloat32> images) {
    return features(images, Compute.FLOAT32);
  }

  @Override
  public Operand<TFloat32> features(Operand<TFloat32> images, Compute compute) {
    return token == Token.BEFORE_NORM
        ? Vit.classTokenBeforeNorm(tf, weights, config, compute, images)
        : Vit.classTokens(tf, weights, config, compute, List.of(new Vit.View(images, null)), null)
            .get(0);
  }

  @Override
  public List<ModelVariable> variables() {
    return variables;
  }

  @Override
  public Vit.Output forward(Operand<TFloat32> images) {
    return Vit.forward(tf, weights, config, images, null);
  }

  @Override
  public void load(Session session) throws IOException {
    load.into(session);
  }

  /** Tensors under the prefix of the variables. */
  static TensorSource prefixed(TensorSource source) {
    return new Prefixed(source);
  }

  /** Tensors under the names of the variables without their prefix. */
  static TensorSource unprefixed(TensorSource variables) throws IOException {
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    for (String name : variables.shapes().keySet()) {
      if (name.startsWith(PREFIX)) {
        tensors.put(name.substring(PREFIX.length()), variables.tensor(name));
      }
    }
    return TensorSource.of(variables.where(), tensors);
  }

  private record Prefixed(TensorSource source) implements TensorSource {
    @Override
    public String where() {
      return source.where();
    }

    @Override
    public Map<String, Shape> shapes() {
      Map<String, Shape> shapes = new LinkedHashMap<>();
      source.shapes().forEach((name, shape) -> shapes.put(PREFIX + name, shape));
      return shapes;
    }

    @Override
    public HostTensor tensor(String name) throws IOException {
      return source.tensor(name.substring(PREFIX.length()));
    }
  }
}
