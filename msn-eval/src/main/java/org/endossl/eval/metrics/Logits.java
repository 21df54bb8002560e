package org.endossl.eval.metrics;

/** What a row of logits says. */
public final class Logits {
  private Logits() {}

  /** The first of the largest logits. */
  public static int argmax(float[] logits) {
    int best = 0;
    for (int c = 1; c < logits.length; c++) {
      best = logits[c] > logits[best] ? c : best;
    }
    return best;
  }
}
