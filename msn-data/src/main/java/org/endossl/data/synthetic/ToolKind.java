package org.endossl.data.synthetic;

import java.util.ArrayList;
import java.util.List;

/**
 * Cholec80's instruments, told apart by their tips; shafts and metal are alike. A part lies in the
 * instrument's own frame: the tip at (0, 0), x backwards along the shaft.
 */
enum ToolKind {
  GRASPER(0),
  BIPOLAR(1),
  HOOK(2),
  SCISSORS(3),
  CLIPPER(4),
  IRRIGATOR(5),
  SPECIMEN_BAG(6);

  /** Where the tip's parts end and the shaft begins. */
  private static final double NECK = 0.36;

  private static final double FAR = 6;

  /** Its column in Cholec80's annotations. */
  final int index;

  ToolKind(int index) {
    this.index = index;
  }

  enum Finish {
    SHAFT,
    STEEL,
    COLLAR,
    HOLE
  }

  record Part(Limb limb, Finish finish) {}

  /** The parts from back to front. */
  List<Part> parts(double opening) {
    List<Part> parts = new ArrayList<>();
    double width = this == CLIPPER ? 0.1 : this == IRRIGATOR ? 0.085 : 0.078;
    double start = this == IRRIGATOR ? 0.02 : this == HOOK ? NECK + 0.1 : NECK;
    add(parts, Finish.SHAFT, start, 0, width, FAR, 0, width);
    switch (this) {
      case GRASPER -> {
        for (int side = -1; side <= 1; side += 2) {
          double y = side * (0.035 + 0.16 * opening);
          add(parts, Finish.STEEL, NECK, side * 0.03, 0.055, 0, y, 0.036);
          add(parts, Finish.HOLE, 0.25, y * 0.3 + side * 0.02, 0.016, 0.08, y * 0.8, 0.014);
        }
        add(parts, Finish.COLLAR, NECK + 0.02, 0, 0.085, NECK + 0.09, 0, 0.085);
      }
      case BIPOLAR -> {
        for (int side = -1; side <= 1; side += 2) {
          double bow = side * (0.13 + 0.05 * opening);
          double end = side * (0.02 + 0.06 * opening);
          add(parts, Finish.STEEL, NECK, side * 0.03, 0.028, 0.17, bow, 0.028);
          add(parts, Finish.STEEL, 0.17, bow, 0.028, 0, end, 0.034);
        }
      }
      case HOOK -> {
        add(parts, Finish.COLLAR, NECK, 0, 0.055, NECK + 0.12, 0, 0.055);
        add(parts, Finish.STEEL, NECK, 0, 0.03, 0, 0, 0.03);
        add(parts, Finish.STEEL, 0, 0, 0.03, -0.02, 0.17, 0.028);
      }
      case SCISSORS -> {
        for (int side = -1; side <= 1; side += 2) {
          double y = side * (0.06 + 0.1 * opening);
          add(parts, Finish.STEEL, NECK - 0.02, -side * 0.03, 0.062, 0, y, 0.008);
        }
        add(parts, Finish.HOLE, NECK - 0.06, 0, 0.024, NECK - 0.06, 0.001, 0.024);
      }
      case CLIPPER -> {
        add(parts, Finish.COLLAR, NECK, 0, 0.115, NECK + 0.12, 0, 0.115);
        for (int side = -1; side <= 1; side += 2) {
          double y = side * (0.065 + 0.025 * opening);
          add(parts, Finish.STEEL, NECK, side * 0.07, 0.04, 0.12, y * 1.35, 0.04);
          add(parts, Finish.STEEL, 0.12, y * 1.35, 0.04, 0, y, 0.04);
        }
      }
      case IRRIGATOR -> {
        add(parts, Finish.HOLE, 0, -0.02, 0.034, 0, 0.02, 0.034);
        for (int hole = 0; hole < 3; hole++) {
          double x = 0.14 + 0.12 * hole;
          add(parts, Finish.HOLE, x, 0.012, 0.027, x + 0.02, 0.012, 0.027);
        }
      }
      case SPECIMEN_BAG -> throw new IllegalStateException("the bag is a layer of its own");
    }
    return List.copyOf(parts);
  }

  private static void add(
      List<Part> parts,
      Finish f,
      double ax,
      double ay,
      double ra,
      double bx,
      double by,
      double rb) {
    parts.add(new Part(new Limb(ax, ay, ra, bx, by, rb), f));
  }
}
