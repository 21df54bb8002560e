package org.endossl.data.synthetic;

import java.util.random.RandomGenerator;

/** A smooth wandering value in about -1 to 1: three sines of time. */
final class Drift {
  private final double[] rates = new double[3];
  private final double[] offsets = new double[3];

  /**
   * @param period frames after which the slowest part comes round, about
   */
  Drift(RandomGenerator random, double period) {
    for (int i = 0; i < rates.length; i++) {
      rates[i] = 2 * Math.PI / period * (1 << i) * (0.8 + 0.4 * random.nextDouble());
      offsets[i] = random.nextDouble(2 * Math.PI);
    }
  }

  double at(double time) {
    return 0.55 * StrictMath.sin(rates[0] * time + offsets[0])
        + 0.3 * StrictMath.sin(rates[1] * time + offsets[1])
        + 0.2 * StrictMath.sin(rates[2] * time + offsets[2]);
  }
}
