package org.endossl.eval.images;

import java.util.List;
import org.endossl.eval.Token;
import org.endossl.eval.embed.ImageFit;
import org.endossl.train.config.Require;
import org.jspecify.annotations.Nullable;

/**
 * A classification of images by logistic regression, as in {@code configs/probe/polypset.yaml}.
 *
 * @param task {@code images}
 * @param source where the protocol comes from, in words
 * @param folders the images
 * @param batch images that the encoder sees at once
 * @param fit of an image to the encoder's square; absent: the whole image
 * @param token where a Vision Transformer's class token is taken; absent: after the last norm
 * @param centerRows whether each image's mean is taken off its features before they are scaled to
 *     length 1, as cyanure's {@code preprocess} does; absent: no
 * @param lambdas L2 penalties to choose from on the validation images; each is divided by the
 *     number of training images
 * @param iterations of the solver, at most
 * @param tolerance largest entry of its gradient
 */
public record ImageProbeConfig(
    String task,
    String source,
    ImageFolders folders,
    int batch,
    @Nullable ImageFit fit,
    @Nullable Token token,
    @Nullable Boolean centerRows,
    List<Double> lambdas,
    int iterations,
    double tolerance) {
  /** The value of {@code task}. */
  public static final String TASK = "images";

  public ImageProbeConfig {
    lambdas = List.copyOf(lambdas);
    if (!task.equals(TASK)) {
      throw new IllegalArgumentException("task: got " + task + ", wanted " + TASK);
    } else if (fit == ImageFit.RANDOM_CROP) {
      throw new IllegalArgumentException(
          "fit: got random_crop, wanted square or center_crop: features are computed once");
    } else if (lambdas.size() > 1 && folders.validation().isEmpty()) {
      throw new IllegalArgumentException(
          "lambdas: several, and no validation images to choose by; the test images may not"
              + " choose");
    }
    Require.atLeast("batch", batch, 1);
    Require.atLeast("lambdas", lambdas.size(), 1);
    lambdas.forEach(l -> Require.within("lambdas", l, 1e-12, 1e6));
    Require.atLeast("iterations", iterations, 1);
    Require.within("tolerance", tolerance, 1e-12, 1);
  }
}
