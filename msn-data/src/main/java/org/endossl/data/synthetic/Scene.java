package org.endossl.data.synthetic;

import java.util.List;

/**
 * One frame, ready to be painted.
 *
 * @param camera where one looks from
 * @param layers from back to front
 */
record Scene(Camera camera, List<Layer> layers) {

  /**
   * World from view: {@code zoom} world units per view unit, turned by the angle of {@code cos} and
   * {@code sin}, the view's middle at {@code (u, v)}.
   */
  record Camera(double u, double v, double zoom, double cos, double sin) {
    static Camera of(double u, double v, double zoom, double angle) {
      return new Camera(u, v, zoom, StrictMath.cos(angle), StrictMath.sin(angle));
    }

    double worldU(double x, double y) {
      return u + zoom * (cos * x - sin * y);
    }

    double worldV(double x, double y) {
      return v + zoom * (sin * x + cos * y);
    }

    double viewX(double worldU, double worldV) {
      return (cos * (worldU - u) + sin * (worldV - v)) / zoom;
    }

    double viewY(double worldU, double worldV) {
      return (-sin * (worldU - u) + cos * (worldV - v)) / zoom;
    }
  }
}
