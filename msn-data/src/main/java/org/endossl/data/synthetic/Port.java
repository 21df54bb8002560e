package org.endossl.data.synthetic;

/** The inner end of a trocar in the abdominal wall, through which the bag leaves. */
record Port(Look look, double u, double v) implements Layer {
  @Override
  public void paint(Pixel p) {
    double du = p.u - u;
    double dv = p.v - v;
    double distance = Math.sqrt(du * du + 1.3 * dv * dv);
    p.darken(1 - 0.4 * Pixel.smooth(0.38, 0.26, distance));
    p.over(Pixel.coverage(distance - 0.27, p.grain), look.steel, 1.15 - 1.6 * (0.27 - distance));
    p.over(Pixel.coverage(distance - 0.19, p.grain), look.liver, 0.25);
  }
}
