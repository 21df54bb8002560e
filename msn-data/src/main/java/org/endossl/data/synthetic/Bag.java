package org.endossl.data.synthetic;

/** The specimen bag: a pouch of net, open with a rim, or pulled shut towards a port. */
final class Bag implements Layer {
  private static final double MESH = 0.14;
  private static final double STRING = 0.45;

  private final Look look;
  private final Limb pouch;
  private final boolean open;
  private final double dirU;
  private final double dirV;
  private final int tool;

  /**
   * @param mouthU where its mouth is
   * @param dirU unit vector from the mouth to the bottom
   * @param tool index of the instrument that it counts as
   */
  Bag(Look look, double mouthU, double mouthV, double dirU, double dirV, boolean open, int tool) {
    this.look = look;
    this.open = open;
    this.dirU = dirU;
    this.dirV = dirV;
    this.tool = tool;
    double depth = open ? 0.42 : 0.75;
    double mouth = open ? 0.36 : 0.06;
    pouch =
        new Limb(
            mouthU, mouthV, mouth, mouthU + depth * dirU, mouthV + depth * dirV, open ? 0.3 : 0.33);
  }

  /** What of the open bag lies behind the gallbladder in it: the far side of the mouth. */
  Layer back() {
    return this::paintBack;
  }

  private double s(Pixel p) {
    return (p.u - pouch.ax()) * dirU + (p.v - pouch.ay()) * dirV;
  }

  private double t(Pixel p) {
    return -(p.u - pouch.ax()) * dirV + (p.v - pouch.ay()) * dirU;
  }

  private void paintBack(Pixel p) {
    if (open) {
      double hole = mouthDistance(p);
      p.over(Pixel.coverage(hole, p.grain), look.bag, 0.3);
      rim(p, Math.abs(hole) - 0.03);
    }
  }

  /** Distance from the edge of the mouth, an ellipse across the bag's axis; negative inside. */
  private double mouthDistance(Pixel p) {
    double a = s(p) / 0.17;
    double b = t(p) / 0.38;
    return 0.2 * (Math.sqrt(a * a + b * b) - 1);
  }

  private void rim(Pixel p, double distance) {
    double cover = Pixel.coverage(distance, p.grain);
    p.over(cover, look.bag, 1.15);
    mark(p, cover);
  }

  private void mark(Pixel p, double cover) {
    if (cover > 0.5) {
      p.tool = tool;
    }
  }

  @Override
  public void paint(Pixel p) {
    double s = s(p);
    double t = t(p);
    double distance = pouch.distance(p.u, p.v) + 0.02 * look.textures.warp().at(2 * p.u, 2 * p.v);
    if (open) {
      // Below the mouth's near edge only.
      distance = Math.max(distance, -Math.min(s, mouthDistance(p)));
    }
    p.darken(1 - 0.35 * (1 - Pixel.smooth(0, 0.1, distance)));
    double cover = Pixel.coverage(distance, 1.5 * p.grain);
    if (cover > 0) {
      double height = pouch.height(p.u, p.v);
      double folds = look.textures.tissue().at(0.6 * s + 0.1, 1.6 * t + 0.3);
      p.over(0.72 * cover, look.bag, 0.4 + 0.5 * height + 0.2 * folds);
      double lines = Math.max(line(s + 0.1 * folds), line(t * (1 + 0.25 * s)));
      if (!open) {
        lines = Math.max(lines * Pixel.smooth(0.15, 0.4, s), pleats(s, t));
      }
      p.over(0.8 * cover * lines, look.bag, 0.28 + 0.2 * height);
      p.add(cover * 0.4 * look.textures.gloss(p.u + 0.5, p.v + 0.1, p.light));
      mark(p, cover);
    }
    if (open) {
      double front = mouthDistance(p);
      rim(p, s > 0 ? Math.abs(front) - 0.035 : 1);
    } else {
      string(p, s, t);
    }
  }

  private static double line(double at) {
    double phase = at / MESH - Math.floor(at / MESH);
    return Pixel.smooth(0.3, 0.12, Math.min(phase, 1 - phase));
  }

  /** Folds that run together at the closed mouth. */
  private static double pleats(double s, double t) {
    double width = Math.max(0.05, 0.06 + 0.36 * s);
    double phase = 3 * t / width - Math.floor(3 * t / width);
    return Pixel.smooth(0.4, 0.1, Math.min(phase, 1 - phase)) * Pixel.smooth(0.55, 0.1, s);
  }

  private void string(Pixel p, double s, double t) {
    double distance = s > 0 || s < -STRING ? 1 : Math.abs(t) - 0.022;
    double knot = Math.sqrt(s * s + t * t) - 0.09;
    double cover = Pixel.coverage(Math.min(distance, knot), p.grain);
    p.over(cover, look.bag, 0.75 + 0.3 * Pixel.smooth(0.02, -0.02, Math.min(distance, knot)));
    mark(p, cover);
  }
}
