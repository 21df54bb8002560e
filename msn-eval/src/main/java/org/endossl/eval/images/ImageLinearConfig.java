package org.endossl.eval.images;

import org.endossl.eval.Token;
import org.endossl.eval.embed.ImageFit;
import org.endossl.eval.probe.LayerConfig;
import org.endossl.eval.probe.TrainingConfig;
import org.endossl.train.config.Require;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer on the frozen features of images that are seen anew each epoch, as in {@code
 * configs/probe/msn-imagenet-linear.yaml}.
 *
 * @param task {@code images_linear}
 * @param source where the protocol comes from, in words
 * @param folders the images
 * @param batch images that the encoder sees at once when it scores
 * @param fit of a training image to the encoder's square: {@code random_crop} runs the encoder on
 *     every image in every epoch, the others once
 * @param testFit of validation and test images
 * @param token where a Vision Transformer's class token is taken; absent: after the last norm
 * @param layer what it is given and how it starts
 * @param training of the layer
 */
public record ImageLinearConfig(
    String task,
    String source,
    ImageFolders folders,
    int batch,
    ImageFit fit,
    ImageFit testFit,
    @Nullable Token token,
    LayerConfig layer,
    TrainingConfig training) {
  /** The value of {@code task}. */
  public static final String TASK = "images_linear";

  public ImageLinearConfig {
    Require.atLeast("batch", batch, 1);
    if (!task.equals(TASK)) {
      throw new IllegalArgumentException("task: got " + task + ", wanted " + TASK);
    } else if (testFit == ImageFit.RANDOM_CROP) {
      throw new IllegalArgumentException("test_fit: got random_crop, wanted square or center_crop");
    } else if (training.classWeights()) {
      throw new IllegalArgumentException("training.class_weights: wanted false, they are phases'");
    } else if (training.standardize()) {
      throw new IllegalArgumentException(
          "training.standardize: wanted false: the features are not known beforehand");
    } else if (layer.l2Normalize() && layer.norm() == null) {
      throw new IllegalArgumentException("layer.l2_normalize: wants layer.norm: trained here");
    }
  }
}
