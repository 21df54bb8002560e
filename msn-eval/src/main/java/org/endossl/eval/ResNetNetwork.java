package org.endossl.eval;

import java.io.IOException;
import java.util.List;
import org.endossl.model.ModelVariable;
import org.endossl.model.VariableStore;
import org.endossl.model.resnet.ResNetV2;
import org.endossl.model.resnet.ResNetV2Config;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Keras' ResNetV2 with average pooling: by its moving averages, but in training by the statistics
 * of the batch.
 */
record ResNetNetwork(
    Ops tf, ResNetV2.Weights weights, List<ModelVariable> variables, VitNetwork.Load values)
    implements Encoder.Network {
  ResNetNetwork {
    variables = List.copyOf(variables);
  }

  static ResNetNetwork create(
      Ops tf, ResNetV2Config config, long seed, VitNetwork.Loading loading) {
    VariableStore store = new VariableStore(tf, "", seed);
    ResNetV2.Weights weights = ResNetV2.create(store, config);
    return new ResNetNetwork(tf, weights, store.variables(), loading.build(tf, store.variables()));
  }

  @Override
  public Operand<TFloat32> features(Operand<TFloat32> images) {
    return ResNetV2.features(tf, weights, images);
  }

  @Override
  public Training training(Operand<TFloat32> images) {
    ResNetV2.Trained trained = ResNetV2.train(tf, weights, images);
    return new Training(trained.features(), trained.updates());
  }

  @Override
  public void load(Session session) throws IOException {
    values.into(session);
  }
}
