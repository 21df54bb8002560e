package org.endossl.eval.report;

import java.util.List;
import org.endossl.tfrecords.PhaseOrder;

/** The phases as a report shows them: in the order of an operation, numbered from 1. */
final class Phases {
  private static final PhaseOrder SHOWN = PhaseOrder.TMRNET;

  private Phases() {}

  static List<String> names() {
    return SHOWN.names();
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
