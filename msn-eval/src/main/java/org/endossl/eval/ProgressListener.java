package org.endossl.eval;

/** Is told how long work comes along, by one thread at a time. */
@FunctionalInterface
public interface ProgressListener {
  /** Tells nobody. */
  ProgressListener NONE = progress -> {};

  /** Work has come this far. */
  void progress(Progress progress);
}
