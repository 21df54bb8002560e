package org.endossl.eval.images;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.endossl.eval.Encoder;
import org.endossl.eval.Progress;
import org.endossl.eval.ProgressListener;
import org.endossl.eval.Token;
import org.endossl.eval.WeightsSource;
import org.endossl.eval.embed.ImageEncoder;
import org.endossl.eval.embed.ImageFit;
import org.endossl.eval.features.Matrix;
import org.endossl.eval.metrics.Confusion;
import org.endossl.eval.metrics.Logits;
import org.endossl.eval.probe.LinearTask;
import org.endossl.eval.probe.Rows;
import org.endossl.eval.probe.TrainedLayer;
import org.jspecify.annotations.Nullable;

/**
 * facebookresearch/msn's linear evaluation of images ({@code linear_eval.py}): the encoder is
 * frozen, a linear layer is trained on random crops of the images, and the encoder sees each image
 * anew in each epoch. What differs: float32 where the original uses half precision, the last,
 * smaller batch of an epoch is used, and validation images choose the epoch, where the original
 * takes the best of its test images; without validation images it is the last.
 */
public final class ImageLinear {
  private ImageLinear() {}

  /**
   * Trains on the training folder and scores the test folder.
   *
   * @param out where the best layer is kept while it is trained; null keeps none
   * @throws org.endossl.tfrecords.DataException if a folder or a class has no images, a class is
   *     not in all of them, or a file is no image
   */
  public static ImageProbe run(
      String name,
      WeightsSource weights,
      ImageLinearConfig config,
      @Nullable Path out,
      ProgressListener listener)
      throws IOException {
    ImageFolder train = ImageFolder.of(config.folders());
    List<String> classes = train.classes();
    ImageFolder test = ImageFolder.of(Path.of(config.folders().test()), classes);
    ImageFolder validation =
        config.folders().validation().isEmpty()
            ? null
            : ImageFolder.of(Path.of(config.folders().validation()), classes);
    Encoder encoder = weights.token(Token.of(config.token())).open();
    try (ImageEncoder network =
        ImageEncoder.open(encoder, encoder.preprocessing(), config.testFit())) {
      Matrix known = validation == null ? null : features(network, validation, config, listener);
      TrainedLayer layer =
          TrainedLayer.of(
              new LinearTask(
                  rows(network, encoder, train, config, listener),
                  train.targets(),
                  classes.size(),
                  known,
                  validation == null ? new int[0] : validation.targets()),
              config.training(),
              config.layer(),
              out,
              listener);
      return new ImageProbe(
          name,
          config.source(),
          classes,
          null,
          layer.epochs(),
          layer.bestEpoch(),
          confusion(layer, features(network, test, config, listener), test));
    }
  }

  private static Rows rows(
      ImageEncoder network,
      Encoder encoder,
      ImageFolder train,
      ImageLinearConfig config,
      ProgressListener listener)
      throws IOException {
    if (config.fit() != ImageFit.RANDOM_CROP) {
      try (ImageEncoder fixed = ImageEncoder.open(encoder, encoder.preprocessing(), config.fit())) {
        return Rows.of(features(fixed, train, config, listener));
      }
    }
    SplittableRandom random = new SplittableRandom(config.training().seed() + 1);
    long[] seen = new long[1];
    long all = (long) train.files().size() * config.training().epochs();
    long start = System.nanoTime();
    return Rows.fresh(
        network.width(),
        batch -> {
          List<Path> files = Arrays.stream(batch).mapToObj(train.files()::get).toList();
          seen[0] += batch.length;
          double seconds = Math.max(1e-9, (System.nanoTime() - start) * 1e-9);
          listener.progress(new Progress("crops", seen[0], all, "images", seen[0] / seconds, ""));
          return network.encode(files, random);
        });
  }

  private static Matrix features(
      ImageEncoder network, ImageFolder folder, ImageLinearConfig config, ProgressListener listener)
      throws IOException {
    return network.encode(folder.files(), config.batch(), listener);
  }

  private static Confusion confusion(TrainedLayer layer, Matrix x, ImageFolder folder) {
    Confusion confusion = new Confusion(folder.classes().size());
    float[] logits = new float[confusion.classes()];
    for (int i = 0; i < x.rows(); i++) {
      layer.logits(x, i, logits);
      confusion.add(folder.targets()[i], Logits.argmax(logits));
    }
    return confusion;
  }
}
