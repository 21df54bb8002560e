package org.endossl.data.synthetic;

/**
 * The raw bed that the dissected gallbladder leaves on the liver.
 *
 * @param reveal share of it that is bare, from the neck's side
 * @param burnt how much of it is burnt, 0 to 1
 */
record Bed(Look look, double reveal, double burnt) implements Layer {
  private static final double HALF_WIDTH = 0.3;

  @Override
  public void paint(Pixel p) {
    if (reveal <= 0) {
      return;
    }
    Textures t = look.textures;
    double du = p.u - look.bedX;
    double dv = p.v - look.bedY;
    double along = (du * look.axisX + dv * look.axisY) / look.length;
    double across = -du * look.axisY + dv * look.axisX;
    double warp = t.tissue().at(p.u + 0.2, p.v + 0.6);
    double oval = Math.sqrt(4 * along * along + across * across / (HALF_WIDTH * HALF_WIDTH)) - 1;
    double distance = HALF_WIDTH * oval + 0.06 * warp;
    double front = (along + 0.5 - reveal) * look.length + 0.06 * warp;
    double cover = Pixel.coverage(Math.max(distance, front), 1.5 * p.grain);
    if (cover <= 0) {
      return;
    }
    double coarse = t.tissue().at(2.2 * p.u + 0.4, 2.2 * p.v);
    double rim = Pixel.smooth(-0.07, -0.01, distance);
    p.over(cover, look.raw, 0.85 + 0.35 * coarse);
    p.over(cover * rim, look.fat, 1.05 + 0.2 * coarse);
    double scorched = Pixel.smooth(0.15, 0.4, coarse) * burnt * (1 - rim);
    p.over(cover * 0.85 * scorched, look.raw, 0.2);
    p.over(cover * 0.7 * Pixel.smooth(0.25, 0.5, -coarse) * burnt, look.fat, 1.1);
    p.add(cover * 0.35 * t.gloss(p.u + 0.2, p.v + 0.2, p.light));
  }
}
