package org.endossl.data.synthetic;

import java.util.random.RandomGenerator;

/**
 * The noise that a video's tissues are made of.
 *
 * @param warp broad, bends outlines
 * @param tissue mottling of four octaves
 * @param grain fine speckles
 * @param vessels thin branching lines
 */
record Textures(NoiseTile warp, NoiseTile tissue, NoiseTile grain, NoiseTile vessels) {

  static Textures draw(RandomGenerator random, double worldUnitsPerPixel) {
    return new Textures(
        NoiseTile.octaves(random, 3, 2, 0.5).atResolution(worldUnitsPerPixel),
        NoiseTile.octaves(random, 5, 4, 0.55).atResolution(worldUnitsPerPixel),
        NoiseTile.octaves(random, 32, 2, 0.6).atResolution(worldUnitsPerPixel),
        NoiseTile.lines(random, 4, 0.07).atResolution(worldUnitsPerPixel));
  }

  /** Wet highlights: specks in patches, stronger where the light falls. */
  double gloss(double u, double v, double light) {
    double patch = Pixel.smooth(0.2, 0.7, warp.at(u + 0.31, v + 0.77));
    double speck = Pixel.smooth(0.3, 0.55, grain.at(1.1 * u, 1.1 * v));
    return patch * speck * light * light;
  }
}
