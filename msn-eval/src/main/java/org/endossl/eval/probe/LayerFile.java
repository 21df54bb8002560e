package org.endossl.eval.probe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.endossl.model.HostTensor;
import org.endossl.model.Safetensors;
import org.endossl.model.TensorSource;
import org.tensorflow.ndarray.Shape;

/**
 * The best layer so far, written whenever it becomes better, so that a run that is killed leaves
 * it: {@code classifier.kernel} [width, classes], {@code classifier.bias} [classes], as {@code
 * endossl finetune} writes its own; {@code norm.scale} and {@code norm.shift} [width] of a norm
 * that was trained with it; {@code features.mean} and {@code features.scale} [width] where features
 * are standardised ({@code (x - mean) * scale}).
 */
final class LayerFile {
  /** The file's name. */
  static final String NAME = "head.safetensors";

  private LayerFile() {}

  static void write(Path folder, LinearLayer layer, Scaling scaling) throws IOException {
    int inputs = layer.inputs();
    int classes = layer.classes();
    float[] kernel = new float[inputs * classes];
    float[] bias = new float[classes];
    for (int c = 0; c < classes; c++) {
      bias[c] = layer.bias(c);
      for (int k = 0; k < inputs; k++) {
        kernel[k * classes + c] = layer.weight(k, c);
      }
    }
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    tensors.put("classifier.kernel", HostTensor.of(Shape.of(inputs, classes), kernel));
    tensors.put("classifier.bias", HostTensor.of(Shape.of(classes), bias));
    if (layer.isBehindNorm()) {
      tensors.put("norm.scale", HostTensor.of(Shape.of(inputs), layer.scale()));
      tensors.put("norm.shift", HostTensor.of(Shape.of(inputs), layer.shift()));
    }
    if (scaling.scale().length > 0) {
      tensors.put("features.mean", HostTensor.of(Shape.of(inputs), scaling.mean()));
      tensors.put("features.scale", HostTensor.of(Shape.of(inputs), scaling.scale()));
    }
    Files.createDirectories(folder);
    Safetensors.write(folder.resolve(NAME), TensorSource.of(NAME, tensors), Map.of("format", "pt"));
  }
}
