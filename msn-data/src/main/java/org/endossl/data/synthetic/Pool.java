package org.endossl.data.synthetic;

/**
 * Blood and rinsing water that stand at the bottom.
 *
 * @param level world height of its surface, larger is lower
 * @param time moves the ripples
 */
record Pool(Look look, double level, double time) implements Layer {
  @Override
  public void paint(Pixel p) {
    Textures t = look.textures;
    double shore = p.v - level - 0.12 * t.warp().at(0.8 * p.u, 0.3);
    double cover = 0.85 * Pixel.coverage(-shore, 2 * p.grain);
    if (cover <= 0) {
      return;
    }
    double ripple = t.tissue().at(0.5 * p.u + 0.02 * time, 2.2 * p.v);
    p.over(cover, look.vein, 0.55 + 0.2 * ripple);
    p.add(cover * 0.6 * Pixel.smooth(0.3, 0.5, ripple) * p.light);
    p.add(cover * 0.35 * Pixel.smooth(0.05, 0, shore));
  }
}
