package org.endossl.data.synthetic;

import java.util.List;

/** One instrument in the view, from its tip back to the rim where it comes in. */
final class Tool implements Layer {
  private static final double REACH = 0.35;

  private final Look look;
  private final ToolKind kind;
  private final List<ToolKind.Part> parts;
  private final double tipX;
  private final double tipY;
  private final double backX;
  private final double backY;
  private final double scale;
  private final boolean turned;

  /**
   * @param portX where it comes in, view units
   * @param opening of its jaws, 0 to 1
   * @param scale how near it is
   * @param turned whether it is rolled by half a turn
   */
  Tool(
      Look look,
      ToolKind kind,
      double tipX,
      double tipY,
      double portX,
      double portY,
      double opening,
      double scale,
      boolean turned) {
    this.look = look;
    this.kind = kind;
    this.parts = kind.parts(opening);
    this.tipX = tipX;
    this.tipY = tipY;
    this.scale = scale;
    this.turned = turned;
    double length = Math.hypot(portX - tipX, portY - tipY);
    backX = (portX - tipX) / length;
    backY = (portY - tipY) / length;
  }

  @Override
  public void paint(Pixel p) {
    double dx = (p.x - tipX) / scale;
    double dy = (p.y - tipY) / scale;
    double s = dx * backX + dy * backY;
    double t = (turned ? -1 : 1) * (dx * backY - dy * backX);
    if (s < -REACH || Math.abs(t) > REACH) {
      return;
    }
    double nearest = Double.MAX_VALUE;
    for (ToolKind.Part part : parts) {
      nearest = Math.min(nearest, part.limb().distance(s, t));
    }
    p.darken(1 - 0.4 * Pixel.smooth(0.1, 0, nearest));
    double size = p.size / scale;
    for (ToolKind.Part part : parts) {
      double cover = Pixel.coverage(part.limb().distance(s, t), size);
      if (cover > 0) {
        paint(p, part, cover, s, t);
      }
    }
  }

  private void paint(Pixel p, ToolKind.Part part, double cover, double s, double t) {
    double height = part.limb().height(s, t);
    double streak = Pixel.smooth(0.22, 0.05, Math.abs(part.limb().across(s, t) - 0.35));
    switch (part.finish()) {
      case SHAFT -> {
        p.over(cover, look.shaft, 0.35 + 0.75 * height);
        p.over(cover * 0.45 * streak, look.steel, 1.1);
      }
      case STEEL -> {
        p.over(cover, look.steel, 0.3 + 0.75 * height);
        p.add(cover * 0.3 * streak);
      }
      case COLLAR -> p.over(cover, look.steel, 0.45 + 0.8 * height);
      case HOLE -> p.over(cover, look.liver, 0.18);
    }
    if (cover > 0.5) {
      p.tool = kind.index;
    }
  }
}
