package org.endossl.data.synthetic;

/**
 * Smoke of the hook, or mist on the lens.
 *
 * @param density 0 to 1
 * @param time moves it
 */
record Smoke(Look look, double density, double time) implements Layer {
  private static final Rgb WHITE = new Rgb(0.78, 0.76, 0.76);

  @Override
  public void paint(Pixel p) {
    if (density <= 0) {
      return;
    }
    NoiseTile warp = look.textures.warp();
    double billow = warp.at(0.35 * p.x + 0.031 * time, 0.35 * p.y - 0.017 * time);
    double fine = look.textures.tissue().at(0.4 * p.x - 0.02 * time, 0.4 * p.y + 0.05 * time);
    double veil = 0.5 + 0.6 * billow + 0.25 * fine;
    p.over(density * Math.max(0, Math.min(1, veil)), WHITE, 1);
  }
}
