package org.endossl.train.ema;

import org.endossl.model.ops.NativeLibrary;
import org.endossl.model.ops.NativeLibrary.Status;

/**
 * Loads the native op once per process. Where it cannot be loaded, {@link #status} says why and the
 * composite form serves.
 *
 * <p>{@code -Dendossl.ema=composite} chooses the portable form anywhere.
 */
public final class EmaLibrary {
  private static final Status STATUS =
      new NativeLibrary("libmsn_ops.so", "SHA256SUMS", "endossl.ema").load();

  private EmaLibrary() {}

  /** The outcome of loading, the same for the whole process. */
  public static Status status() {
    return STATUS;
  }
}
