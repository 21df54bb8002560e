package org.endossl.eval.probe;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.endossl.eval.Progress;
import org.endossl.eval.ProgressListener;
import org.endossl.eval.features.Matrix;
import org.jspecify.annotations.Nullable;

/** A linear layer that was trained on rows of any kind and classes. */
public final class TrainedLayer {
  private final LinearFit fit;

  private TrainedLayer(LinearFit fit) {
    this.fit = fit;
  }

  /**
   * Trains.
   *
   * @param out where the best layer is kept while it is trained; null keeps none
   * @throws IOException if rows cannot be read
   */
  public static TrainedLayer of(
      LinearTask task,
      TrainingConfig training,
      LayerConfig shape,
      @Nullable Path out,
      ProgressListener listener)
      throws IOException {
    long start = System.nanoTime();
    LinearFit.Watcher watcher =
        new LinearFit.Watcher() {
          @Override
          public void epoch(int done, ProbeResult.Epoch epoch) {
            double seconds = Math.max(1e-9, (System.nanoTime() - start) * 1e-9);
            String note =
                String.format(Locale.ROOT, "loss %.4f, val_acc %.4f", epoch.loss(), epoch.valAcc());
            listener.progress(
                new Progress("probe", done, training.epochs(), "epochs", done / seconds, note));
          }

          @Override
          public void best(LinearLayer layer, double score) throws IOException {
            if (out != null) {
              LayerFile.write(out, layer, Scaling.NONE);
            }
          }
        };
    return new TrainedLayer(LinearFit.of(task, training, shape, training.optimizer(), watcher));
  }

  /** All epochs' curves. */
  public List<ProbeResult.Epoch> epochs() {
    return fit.epochs();
  }

  /** The epoch whose layer this is, from 0. */
  public int bestEpoch() {
    return fit.bestEpoch();
  }

  /** The logits of a row, one per class. */
  public void logits(Matrix x, int row, float[] logits) {
    fit.layer().logits(x.values(), x.start(row), logits);
  }
}
