package org.endossl.eval;

import java.io.IOException;
import org.endossl.model.TensorSource;
import org.endossl.model.VariableStore;
import org.endossl.model.WeightLoader;
import org.endossl.model.resnet.KerasResNetV2;
import org.endossl.model.resnet.ResNetV2;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Keras' ResNetV2 with average pooling, by its moving averages. */
record ResNetNetwork(Ops tf, ResNetV2.Weights weights, WeightLoader loader, TensorSource values)
    implements Encoder.Network {
  static ResNetNetwork create(Ops tf, KerasResNetV2.Model model) {
    VariableStore store = new VariableStore(tf, "", 0);
    ResNetV2.Weights weights = ResNetV2.create(store, model.config());
    return new ResNetNetwork(
        tf, weights, WeightLoader.build(tf, store.variables()), model.weights());
  }

  @Override
  public Operand<TFloat32> features(Operand<TFloat32> images) {
    return ResNetV2.features(tf, weights, images);
  }

  @Override
  public void load(Session session) throws IOException {
    loader.assign(session, values);
  }
}
