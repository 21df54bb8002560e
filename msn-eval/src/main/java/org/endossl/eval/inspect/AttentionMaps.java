package org.endossl.eval.inspect;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.endossl.data.augment.KerasResizing;
import org.endossl.eval.Encoder;
import org.endossl.eval.Preprocessing;
import org.endossl.model.VitConfig;
import org.endossl.train.SessionOptions;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.image.DecodePng;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/** Computes what a Vision Transformer's class token attends to in its last block. */
public final class AttentionMaps {
  private AttentionMaps() {}

  /**
   * The attention on some images, each resized and normalised as the encoder's training did.
   *
   * @param images encoded, PNG or JPEG, known to decode
   * @throws IllegalArgumentException if the encoder is no Vision Transformer of ours
   * @throws org.endossl.model.WeightsException if its weights are damaged
   */
  public static List<Attention> of(Encoder encoder, List<byte[]> images) throws IOException {
    VitConfig config = encoder.config();
    if (config == null) {
      throw new IllegalArgumentException(
          encoder.source()
              + ": has no attention to show; wanted a Vision Transformer's weights: a run, a"
              + " checkpoint or a Hugging Face folder");
    }
    Preprocessing preprocessing = encoder.preprocessing();
    int size = preprocessing.size();
    int patches = config.patches();
    List<Attention> maps = new ArrayList<>();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Placeholder<TString> bytes = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
      Operand<TFloat32> resized =
          KerasResizing.apply(
              tf, tf.image.decodePng(bytes, TUint8.class, DecodePng.channels(3L)), size);
      Operand<TFloat32> image =
          tf.reshape(
              preprocessing.normalization().apply(tf, resized),
              tf.constant(new int[] {1, size, size, 3}));
      Encoder.Network network = encoder.create(tf);
      List<Operand<TFloat32>> all = network.forward(image).attentions();
      Operand<TFloat32> row =
          tf.slice(
              all.get(all.size() - 1), // [1, heads, tokens, tokens], the class token first
              tf.constant(new int[] {0, 0, 0, 1}),
              tf.constant(new int[] {1, config.heads(), 1, patches}));
      try (Session session = new Session(graph, SessionOptions.DEFAULT.config())) {
        network.load(session);
        for (byte[] encoded : images) {
          try (TString fed = TString.tensorOfBytes(NdArrays.scalarOfObject(encoded));
              Result result = session.runner().feed(bytes, fed).fetch(row).run()) {
            maps.add(attention((TFloat32) result.get(0), config.heads(), patches));
          }
        }
      }
    }
    return maps;
  }

  private static Attention attention(TFloat32 row, int heads, int patches) {
    float[] values = new float[heads * patches];
    row.copyTo(DataBuffers.of(values, false, false));
    double[][] shares = new double[heads][patches];
    for (int i = 0; i < values.length; i++) {
      shares[i / patches][i % patches] = values[i];
    }
    return new Attention((int) Math.round(Math.sqrt(patches)), shares);
  }
}
