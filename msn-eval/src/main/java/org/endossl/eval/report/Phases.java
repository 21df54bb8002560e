package org.endossl.eval.report;

import java.awt.Color;
import java.util.List;
import org.endossl.tfrecords.PhaseOrder;

/** The phases as a report shows them: in the order of an operation, numbered from 1. */
final class Phases {
  private static final PhaseOrder SHOWN = PhaseOrder.TMRNET;

  /** As in report.css. */
  private static final int[] COLORS = {
    0xF0E442, 0x56B4E9, 0xD55E00, 0x5FD0B0, 0xCC79A7, 0xE69F00, 0xB8BCC2
  };

  private Phases() {}

  static List<String> names() {
    return SHOWN.names();
  }

  /** The colour at a place; a number is always beside it. */
  static Color color(int place) {
    return new Color(COLORS[place]);
  }

  /** Place of a phase, from 0. */
  static int place(int phase, PhaseOrder order) {
    return order.convert(phase, SHOWN);
  }

  /** {@code 2 CalotTriangleDissection}. */
  static String label(int place) {
    return (place + 1) + " " + words(place);
  }

  /** The name with spaces, so that it can break. */
  static String words(int place) {
    return names().get(place).replaceAll("(?<=[a-z])(?=[A-Z])", " ");
  }
}
