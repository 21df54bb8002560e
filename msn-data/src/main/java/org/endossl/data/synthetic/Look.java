package org.endossl.data.synthetic;

import java.util.random.RandomGenerator;

/** What makes a video look like itself in all its phases: build, colours, light, ports. */
final class Look {
  final Textures textures;

  // Build.
  final double bedX;
  final double bedY;

  /** Unit vector from the neck of the gallbladder to its fundus. */
  final double axisX;

  final double axisY;
  final double length;
  final double fundus;
  final double bend;
  final double ductX;
  final double ductY;
  final double lobeAngle;
  final double lobeOffset;
  final double wallOffset;
  final double bagX;
  final double bagY;

  // Colours.
  final Rgb liver;
  final Rgb gallbladder;
  final Rgb fat;
  final Rgb bowel;
  final Rgb wall;
  final Rgb vein;
  final Rgb raw;
  final Rgb bag;
  final Rgb steel;
  final Rgb shaft;

  // Where the instruments come in: angles on the rim of the view.
  final double holderPort;
  final double workerPort;

  // Light.
  final double lightX;
  final double lightY;
  final double falloff;

  Look(RandomGenerator random, double worldUnitsPerPixel) {
    textures = Textures.draw(random, worldUnitsPerPixel);
    bedX = random.nextDouble(-0.15, 0.15);
    bedY = random.nextDouble(-0.3, -0.1);
    double angle = -Math.PI / 2 + random.nextDouble(-0.4, 0.4);
    axisX = StrictMath.cos(angle);
    axisY = StrictMath.sin(angle);
    length = random.nextDouble(1.15, 1.4);
    fundus = random.nextDouble(0.29, 0.36);
    bend = random.nextDouble(-0.12, 0.12);
    ductX = random.nextDouble(-0.2, 0.2);
    ductY = random.nextDouble(0.5, 0.6);
    lobeAngle = random.nextDouble(-0.35, 0.35);
    lobeOffset = random.nextDouble(0.5, 0.85);
    wallOffset = random.nextDouble(0.75, 1.1);
    bagX = random.nextDouble(-0.2, 0.2);
    bagY = random.nextDouble(0.0, 0.15);

    liver = Rgb.between(random, new Rgb(0.43, 0.15, 0.13), new Rgb(0.51, 0.22, 0.17), 0.06);
    gallbladder = Rgb.between(random, new Rgb(0.8, 0.68, 0.48), new Rgb(0.77, 0.66, 0.58), 0.06);
    fat = Rgb.between(random, new Rgb(0.85, 0.6, 0.32), new Rgb(0.83, 0.56, 0.38), 0.06);
    bowel = Rgb.between(random, new Rgb(0.8, 0.5, 0.45), new Rgb(0.72, 0.5, 0.36), 0.1);
    wall = Rgb.between(random, new Rgb(0.75, 0.4, 0.33), new Rgb(0.7, 0.48, 0.42), 0.1);
    vein = Rgb.between(random, new Rgb(0.6, 0.16, 0.17), new Rgb(0.5, 0.25, 0.36), 0.1);
    raw = Rgb.between(random, new Rgb(0.62, 0.24, 0.2), new Rgb(0.7, 0.42, 0.3), 0.1);
    bag = Rgb.between(random, new Rgb(0.8, 0.82, 0.8), new Rgb(0.72, 0.76, 0.62), 0.08);
    steel = Rgb.between(random, new Rgb(0.75, 0.75, 0.78), new Rgb(0.6, 0.58, 0.58), 0.05);
    shaft = Rgb.between(random, new Rgb(0.2, 0.2, 0.22), new Rgb(0.45, 0.44, 0.44), 0.05);

    holderPort = random.nextDouble(-0.95, -0.35);
    workerPort = Math.PI + random.nextDouble(-0.45, 0.35);
    lightX = random.nextDouble(-0.25, 0.25);
    lightY = random.nextDouble(-0.2, 0.2);
    falloff = random.nextDouble(0.2, 0.4);
  }

  /**
   * A point of the gallbladder's bed in the world: {@code along} from -0.5 (neck) to 0.5 (fundus).
   */
  double bedU(double along, double across) {
    return bedX + along * length * axisX - across * axisY;
  }

  double bedV(double along, double across) {
    return bedY + along * length * axisY + across * axisX;
  }

  /** Where the cystic duct ends in the common bile duct. */
  double ductU() {
    return bedU(-0.5, 0) + ductX;
  }

  double ductV() {
    return bedV(-0.5, 0) + ductY;
  }
}
