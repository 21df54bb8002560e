package org.endossl.data.synthetic;

/** Cystic duct and artery from the gallbladder's neck downwards, the fat over them, the clips. */
final class Ducts implements Layer {
  /** Places of the clips along the duct, in the order in which they are set. */
  private static final double[] CLIPS = {0.66, 0.34, 0.8};

  private static final double CLIP_HALF_LENGTH = 0.085;
  private static final double CLIP_RADIUS = 0.026;

  private final Look look;
  private final Limb duct;
  private final Limb artery;
  private final double exposed;
  private final int clips;
  private final boolean cut;

  /**
   * @param exposed share of the covering fat that is gone
   * @param clips clips that are set, 0 to 3
   */
  Ducts(Look look, double neckU, double neckV, double exposed, int clips, boolean cut) {
    this.look = look;
    this.exposed = exposed;
    this.clips = clips;
    this.cut = cut;
    double u = look.ductU();
    double v = look.ductV();
    duct = new Limb(neckU, neckV, 0.065, u, v, 0.06);
    artery = new Limb(neckU + 0.1, neckV - 0.06, 0.032, u + 0.3, v - 0.06, 0.04);
  }

  /** The point at which one works: between the first two clips. */
  double workU() {
    return duct.ax() + 0.5 * (duct.bx() - duct.ax());
  }

  double workV() {
    return duct.ay() + 0.5 * (duct.by() - duct.ay());
  }

  @Override
  public void paint(Pixel p) {
    double middleU = workU() + 0.08;
    double middleV = workV();
    double du = p.u - middleU;
    double dv = p.v - middleV;
    if (du * du + dv * dv > 1) {
      return;
    }
    hollow(p, du, dv);
    tube(p, artery, look.vein);
    tube(p, duct, look.gallbladder);
    for (int i = 0; i < clips; i++) {
      clip(p, CLIPS[i]);
    }
    cover(p, du, dv);
  }

  /** Behind the skeletonised duct it is dark. */
  private void hollow(Pixel p, double du, double dv) {
    double distance = Math.sqrt(du * du + dv * dv) - 0.3 * exposed;
    p.over(0.7 * exposed * Pixel.smooth(0.1, -0.1, distance), look.liver, 0.45);
  }

  private void tube(Pixel p, Limb limb, Rgb color) {
    double t = limb.along(p.u, p.v);
    double distance = limb.distance(p.u, p.v);
    if (cut) {
      double length = Math.hypot(limb.bx() - limb.ax(), limb.by() - limb.ay());
      distance = Math.max(distance, (0.58 - t) * length);
    }
    double cover = Pixel.coverage(distance, p.grain);
    double tissue = look.textures.tissue().at(2 * p.u, 2 * p.v);
    p.over(cover, color, 0.4 + 0.6 * limb.height(p.u, p.v) + 0.1 * tissue);
  }

  private void clip(Pixel p, double at) {
    if (cut && at < 0.5) {
      return;
    }
    double du = duct.bx() - duct.ax();
    double dv = duct.by() - duct.ay();
    double length = Math.sqrt(du * du + dv * dv) + 1e-9;
    double cu = duct.ax() + at * du;
    double cv = duct.ay() + at * dv;
    double nu = -dv / length * CLIP_HALF_LENGTH;
    double nv = du / length * CLIP_HALF_LENGTH;
    Limb bar = new Limb(cu - nu, cv - nv, CLIP_RADIUS, cu + nu, cv + nv, CLIP_RADIUS);
    double distance = bar.distance(p.u, p.v);
    p.darken(1 - 0.6 * Pixel.smooth(0.04, 0, distance));
    p.over(Pixel.coverage(distance, p.grain), look.steel, 0.7 + 0.6 * bar.height(p.u, p.v));
  }

  private void cover(Pixel p, double du, double dv) {
    Textures t = look.textures;
    double lobules = t.tissue().at(1.1 * p.u + 0.15, 1.1 * p.v + 0.35);
    double distance = Math.sqrt(du * du + 0.7 * dv * dv) - 0.34 + 0.08 * lobules;
    // It goes in shreds, not evenly.
    double gone = 1.6 * exposed - 0.3;
    double left = Pixel.smooth(gone - 0.1, gone + 0.1, 0.5 + 0.9 * lobules);
    double cover = left * Pixel.coverage(distance, 2 * p.grain);
    p.over(cover, look.fat, 0.8 + 0.35 * lobules);
    p.over(0.4 * cover * t.vessels().at(p.u + 0.2, p.v), look.vein, 0.9);
    p.add(cover * 0.3 * t.gloss(p.u + 0.4, p.v + 0.9, p.light));
  }
}
