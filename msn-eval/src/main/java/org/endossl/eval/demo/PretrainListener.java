package org.endossl.eval.demo;

import java.util.Locale;
import org.endossl.eval.Progress;
import org.endossl.eval.ProgressListener;
import org.endossl.train.PretrainProgress;

/** Passes pre-training's progress on, and ends it when its time is up. */
final class PretrainListener implements PretrainProgress.Listener {
  private final ProgressListener listener;
  private final long limitNanos;
  private final long start = System.nanoTime();
  private boolean stopped;

  PretrainListener(ProgressListener listener, int limitSeconds) {
    this.listener = listener;
    this.limitNanos = limitSeconds * 1_000_000_000L;
  }

  boolean stopped() {
    return stopped;
  }

  @Override
  public void step(PretrainProgress p) {
    double perSecond = (p.steps() - p.step() - 1) / Math.max(1e-9, p.secondsLeft());
    String note =
        String.format(
            Locale.ROOT,
            "loss %.3f, me-max %.3f, lr %.1e, %.0f images/s",
            p.measured().loss(),
            p.measured().meMax(),
            p.scalars().learningRate(),
            p.imagesPerSecond());
    listener.progress(
        new Progress("pre-training", p.step() + 1, p.steps(), "steps", perSecond, note));
  }

  @Override
  public void phase(String what) {
    listener.progress(new Progress("pre-training", 0, 0, "", Double.NaN, what));
  }

  @Override
  public boolean stop() {
    stopped = System.nanoTime() - start > limitNanos;
    return stopped;
  }
}
