package org.endossl.tfrecords.convert;

import java.util.function.Consumer;

/** Counts frames of all workers and tells the listener a few times a second. */
final class ProgressMeter {

  private static final long INTERVAL_NANOS = 200_000_000L;

  private final Consumer<ConvertProgress> listener;
  private final int videos;
  private final long total;
  private final long begun = System.nanoTime();
  private long told = begun - INTERVAL_NANOS;
  private long passedOver;
  private long frames;
  private int done;

  ProgressMeter(Consumer<ConvertProgress> listener, int videos, long total) {
    this.listener = listener;
    this.videos = videos;
    this.total = total;
  }

  synchronized void frame(String video) {
    frames++;
    long now = System.nanoTime();
    if (now - told >= INTERVAL_NANOS) {
      told = now;
      tell(video);
    }
  }

  /** A video is complete; {@code missing} annotated frames of it did not come. */
  synchronized void video(String video, long missing) {
    passedOver += missing;
    done++;
    tell(video);
  }

  private void tell(String video) {
    double speed = frames * 1e9 / Math.max(1, System.nanoTime() - begun);
    long seen = frames + passedOver;
    double left = frames == 0 ? Double.NaN : Math.max(0, total - seen) / speed;
    listener.accept(new ConvertProgress(video, done, videos, seen, total, speed, left));
  }
}
