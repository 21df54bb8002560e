package org.endossl.eval.parity;

import java.io.IOException;
import java.nio.file.Path;

/** Runs one kind of golden values. */
interface GoldenCheck {
  /**
   * Computes what the golden values expect and compares.
   *
   * @param golden the file or folder
   * @param findings takes the comparisons and the computed tensors
   * @throws IOException if the golden values cannot be read
   */
  void run(Path golden, Findings findings) throws IOException;
}
