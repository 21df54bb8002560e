package org.endossl.data.synthetic;

import java.util.random.RandomGenerator;

/** A colour, 0 to 1 per channel, in the values of the encoded image. */
record Rgb(double r, double g, double b) {
  static Rgb mix(Rgb from, Rgb to, double t) {
    return new Rgb(
        from.r + t * (to.r - from.r), from.g + t * (to.g - from.g), from.b + t * (to.b - from.b));
  }

  /** A point between two colours, with its channels moved apart by up to {@code spread}. */
  static Rgb between(RandomGenerator random, Rgb from, Rgb to, double spread) {
    Rgb c = mix(from, to, random.nextDouble());
    return new Rgb(
        c.r * (1 + spread * random.nextDouble(-1, 1)),
        c.g * (1 + spread * random.nextDouble(-1, 1)),
        c.b * (1 + spread * random.nextDouble(-1, 1)));
  }

  Rgb times(double factor) {
    return new Rgb(r * factor, g * factor, b * factor);
  }
}
