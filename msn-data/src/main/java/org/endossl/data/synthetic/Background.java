package org.endossl.data.synthetic;

/** What lies around: abdominal wall, fat and bowel below, two lobes of the liver above. */
record Background(Look look) implements Layer {

  @Override
  public void paint(Pixel p) {
    Textures t = look.textures;
    double warp = t.warp().at(p.u, p.v);
    double tissue = t.tissue().at(p.u, p.v);
    fat(p, t, warp, tissue);
    bowel(p, t, warp, tissue);
    liver(p, t, warp, tissue);
    wall(p, t, warp, tissue);
  }

  private void fat(Pixel p, Textures t, double warp, double tissue) {
    double lobules = t.tissue().at(1.3 * p.u + 0.5, 1.3 * p.v + 0.2 * warp);
    double shade = 0.62 + 0.3 * lobules + 0.12 * tissue;
    p.over(1, look.fat, shade);
    p.over(0.35 * t.vessels().at(p.u + 0.6, p.v + 0.1), look.vein, 0.9);
    p.add(0.3 * t.gloss(p.u, p.v, p.light));
  }

  private void bowel(Pixel p, Textures t, double warp, double tissue) {
    double middle = look.ductV() + 0.5 + 0.12 * p.u + 0.1 * warp;
    double across = (p.v - middle) / 0.3;
    double cover = Pixel.coverage(Math.abs(across) * 0.3 - 0.3, 2 * p.grain);
    double height = Math.sqrt(Math.max(0, 1 - across * across));
    p.over(cover, look.bowel, 0.3 + 0.62 * height + 0.12 * tissue);
    p.over(0.4 * cover * t.vessels().at(p.u, p.v + 0.4), look.vein, 0.9);
    p.add(cover * 0.25 * t.gloss(p.u + 0.9, p.v, p.light));
  }

  private void wall(Pixel p, Textures t, double warp, double tissue) {
    double distance = p.u + look.wallOffset + 0.25 * warp + 0.2 * p.v;
    double cover = Pixel.coverage(distance, 3 * p.grain);
    double shade = 0.75 + 0.25 * tissue - 0.35 * Pixel.smooth(-0.15, 0, distance);
    p.over(cover, look.wall, shade);
    p.over(0.45 * cover * t.vessels().at(0.7 * p.u, 0.7 * p.v + 0.8), look.vein, 0.9);
  }

  private void liver(Pixel p, Textures t, double warp, double tissue) {
    double edge = look.bedV(-0.5, 0) + 0.12;
    double distance = p.v - edge - 0.14 * warp + 0.25 * p.u * look.lobeAngle;
    lobe(p, t, tissue, distance, 0.4);
    // The other lobe overlaps it from the side.
    double side = look.lobeOffset - p.u + 0.1 * warp + 0.35 * look.lobeAngle * p.v;
    double below = p.v - edge - 0.5 - 0.1 * warp;
    lobe(p, t, t.tissue().at(p.u + 0.37, p.v + 0.83), Math.max(side, below), 0.7);
  }

  private void lobe(Pixel p, Textures t, double tissue, double distance, double offset) {
    double shadow = 0.45 * (1 - Pixel.smooth(0, 0.14, distance));
    p.darken(1 - shadow);
    double cover = Pixel.coverage(distance, 1.5 * p.grain);
    double rim = Pixel.smooth(-0.1, 0, distance);
    double grain = t.grain().at(1.5 * p.u, 1.5 * p.v);
    p.over(cover, look.liver, 0.8 + 0.22 * tissue + 0.1 * grain + 0.25 * rim);
    p.add(cover * 0.75 * t.gloss(p.u + offset, p.v, p.light));
  }
}
