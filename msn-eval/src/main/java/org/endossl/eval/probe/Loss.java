package org.endossl.eval.probe;

/** The losses of endossl's {@code train_lib.py}, from logits, averaged over a batch. */
enum Loss {
  /** {@code SparseCategoricalCrossentropy}; a target is one class. */
  MULTI_CLASS {
    @Override
    double one(float[] logits, int target, float[] dz) {
      float max = logits[0];
      for (float z : logits) {
        max = Math.max(max, z);
      }
      double sum = 0;
      for (int c = 0; c < logits.length; c++) {
        double e = Math.exp(logits[c] - max);
        dz[c] = (float) e;
        sum += e;
      }
      for (int c = 0; c < logits.length; c++) {
        dz[c] = (float) (dz[c] / sum) - (c == target ? 1 : 0);
      }
      return Math.log(sum) + max - logits[target];
    }
  },
  /** {@code BinaryCrossentropy}; a target is a set of classes, bit c for class c. */
  MULTI_LABEL {
    @Override
    double one(float[] logits, int target, float[] dz) {
      double sum = 0;
      for (int c = 0; c < logits.length; c++) {
        double z = logits[c];
        int y = target >>> c & 1;
        sum += Math.max(z, 0) - z * y + Math.log1p(Math.exp(-Math.abs(z)));
        dz[c] = (float) ((1 / (1 + Math.exp(-z)) - y) / logits.length);
      }
      return sum / logits.length;
    }
  };

  /** The softmax of logits. */
  static float[] probabilities(float[] logits) {
    float max = logits[0];
    for (float z : logits) {
      max = Math.max(max, z);
    }
    double sum = 0;
    float[] p = new float[logits.length];
    for (int c = 0; c < p.length; c++) {
      p[c] = (float) Math.exp(logits[c] - max);
      sum += p[c];
    }
    for (int c = 0; c < p.length; c++) {
      p[c] = (float) (p[c] / sum);
    }
    return p;
  }

  /** The loss of one row; its gradient by the logits goes into {@code dz}. */
  abstract double one(float[] logits, int target, float[] dz);
}
