package org.endossl.eval;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.endossl.model.WeightsException;
import org.endossl.model.savedmodel.SavedModelFile;
import org.endossl.model.savedmodel.SavedModelNetwork;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** One output of a SavedModel. */
record SavedModelBackbone(SavedModelNetwork network, int output) implements Encoder.Network {
  static SavedModelBackbone create(Ops tf, SavedModelFile file, int output) {
    return new SavedModelBackbone(SavedModelNetwork.create(tf, file), output);
  }

  @Override
  public Operand<TFloat32> features(Operand<TFloat32> images) {
    try {
      return network.call(images, output);
    } catch (WeightsException e) { // the output was checked when the file was opened
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void load(Session session) throws IOException {
    network.load(session);
  }
}
