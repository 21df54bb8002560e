package org.endossl.data.synthetic;

/** The gallbladder: a pear of three limbs from fundus to neck. */
final class Gallbladder implements Layer {
  private final Look look;
  private final Limb[] limbs;
  private final double[] neck = new double[2];
  private final double[] body = new double[2];

  /**
   * @param fundusU where its fundus is
   * @param dirU unit vector from the fundus to the neck
   * @param stretch length as a share of the video's
   */
  Gallbladder(Look look, double fundusU, double fundusV, double dirU, double dirV, double stretch) {
    this.look = look;
    double length = look.length * stretch;
    double radius = look.fundus / Math.sqrt(stretch);
    double[] ru = {0, 0.38, 0.75, 1};
    double[] radii = {radius, 0.92 * radius, 0.5 * radius, 0.2 * radius};
    double[] us = new double[4];
    double[] vs = new double[4];
    for (int i = 0; i < 4; i++) {
      double along = ru[i] * length;
      double across = look.bend * 4 * ru[i] * (1 - ru[i]);
      us[i] = fundusU + along * dirU - across * dirV;
      vs[i] = fundusV + along * dirV + across * dirU;
    }
    limbs = new Limb[3];
    for (int i = 0; i < 3; i++) {
      limbs[i] = new Limb(us[i], vs[i], radii[i], us[i + 1], vs[i + 1], radii[i + 1]);
    }
    neck[0] = us[3];
    neck[1] = vs[3];
    body[0] = us[2];
    body[1] = vs[2];
  }

  double neckU() {
    return neck[0];
  }

  double neckV() {
    return neck[1];
  }

  /** A good place to hold it: where the body becomes the neck. */
  double holdU() {
    return body[0];
  }

  double holdV() {
    return body[1];
  }

  @Override
  public void paint(Pixel p) {
    Textures t = look.textures;
    double bump = 0.02 * t.warp().at(1.5 * p.u, 1.5 * p.v);
    double distance = Double.MAX_VALUE;
    double height = 0;
    double across = 0;
    for (Limb limb : limbs) {
      double d = limb.distance(p.u, p.v) + bump;
      distance = Math.min(distance, d);
      double h = limb.height(p.u, p.v);
      if (h > height) {
        height = h;
        across = limb.across(p.u, p.v);
      }
    }
    p.darken(1 - 0.5 * (1 - Pixel.smooth(0, 0.12, distance)));
    double cover = Pixel.coverage(distance, 1.5 * p.grain);
    if (cover <= 0) {
      return;
    }
    double tissue = t.tissue().at(0.8 * p.u + 0.3, 0.8 * p.v + 0.9);
    p.over(cover, look.gallbladder, 0.42 + 0.6 * height + 0.1 * tissue);
    p.over(cover * 0.55 * t.vessels().at(1.2 * p.u, 1.2 * p.v), look.vein, 0.4 + 0.6 * height);
    double shine = Pixel.smooth(0.12, 0, Math.abs(across - 0.25 + 0.2 * tissue));
    p.add(cover * shine * height * 0.55 * Pixel.smooth(-0.1, 0.3, tissue) * p.light);
  }
}
