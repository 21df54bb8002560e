package org.endossl.eval.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import org.knowm.xchart.style.markers.Marker;

/** A disc with a phase's number on it. */
final class PhaseMarker extends Marker {
  static final int SIZE = 15;

  private static final Font FONT = new Font(Font.SANS_SERIF, Font.BOLD, 10);
  private static final Color INK = new Color(0x1B1F24);

  private final String number;

  PhaseMarker(int place) {
    this.number = String.valueOf(place + 1);
  }

  @Override
  public void paint(Graphics2D g, double x, double y, int size) {
    Ellipse2D disc = new Ellipse2D.Double(x - size / 2.0, y - size / 2.0, size, size);
    g.fill(disc);
    g.setColor(INK);
    g.setStroke(new BasicStroke(0.7f));
    g.draw(disc);
    g.setFont(FONT);
    FontMetrics metrics = g.getFontMetrics();
    g.drawString(
        number,
        (float) (x - metrics.stringWidth(number) / 2.0),
        (float) (y + (metrics.getAscent() - metrics.getDescent()) / 2.0));
  }
}
