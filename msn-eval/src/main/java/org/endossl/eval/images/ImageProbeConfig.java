package org.endossl.eval.images;

import java.util.List;
import org.endossl.train.config.Require;

/**
 * A classification of images, as in {@code configs/probe/polypset.yaml}.
 *
 * @param task {@code images}
 * @param source where the protocol comes from, in words
 * @param folders the images
 * @param batch images that the encoder sees at once
 * @param lambdas L2 penalties to choose from on the validation images; each is divided by the
 *     number of training images
 * @param iterations of the solver, at most
 * @param tolerance largest entry of its gradient
 */
public record ImageProbeConfig(
    String task,
    String source,
    Folders folders,
    int batch,
    List<Double> lambdas,
    int iterations,
    double tolerance) {
  /** The value of {@code task}. */
  public static final String TASK = "images";

  public ImageProbeConfig {
    lambdas = List.copyOf(lambdas);
    if (!task.equals(TASK)) {
      throw new IllegalArgumentException("task: got " + task + ", wanted " + TASK);
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

  /**
   * Directories, each with a subdirectory of images per class.
   *
   * @param train to learn from
   * @param validation to choose the penalty by; may be empty
   * @param test to report on
   */
  public record Folders(String train, String validation, String test) {}
}
