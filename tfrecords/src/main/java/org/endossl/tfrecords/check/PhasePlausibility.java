package org.endossl.tfrecords.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.PhaseOrder;

/**
 * Whether the phases come in the order in which the operation goes. Numbers of another order than
 * the one written beside the data put, for instance, the packaging before the preparation.
 */
final class PhasePlausibility {

  /** The operation's course; the three phases after the dissection vary. */
  private static final List<String> COURSE =
      List.of("Preparation", "CalotTriangleDissection", "ClippingCutting", "GallbladderDissection");

  private static final List<String> LATER =
      List.of("GallbladderPackaging", "CleaningCoagulation", "GallbladderRetraction");

  private PhasePlausibility() {}

  static Finding check(FrameIndex index) {
    double[] positions = positions(index);
    PhaseOrder written = index.phaseOrder();
    int wrong = inversions(positions, written);
    PhaseOrder better = written;
    for (PhaseOrder order : PhaseOrder.OF_RECORDS) {
      if (inversions(positions, order) < inversions(positions, better)) {
        better = order;
      }
    }
    String course = course(positions, written);
    if (better != written) {
      return Finding.wrong(
          "label order",
          written.key() + " is written beside the records, but " + better.key() + " fits them",
          List.of("mean place in the video by " + written.key() + ": " + course));
    }
    return wrong == 0
        ? Finding.good("label order", written.key() + ", and the phases come in the usual order")
        : Finding.note(
            "label order",
            written.key() + "; the phases do not come in the usual order",
            List.of("mean place in the video: " + course));
  }

  /** Of each phase's frames the mean of their place in the video, 0 to 1; NaN without frames. */
  private static double[] positions(FrameIndex index) {
    Map<String, Long> last = new HashMap<>();
    index.entries().forEach(e -> last.merge(e.videoId(), e.frameId(), Math::max));
    double[] sums = new double[PhaseOrder.PHASES];
    long[] counts = new long[PhaseOrder.PHASES];
    for (FrameIndex.Entry e : index.entries()) {
      long end = Math.max(1, Objects.requireNonNull(last.get(e.videoId())));
      sums[e.phase()] += (double) e.frameId() / end;
      counts[e.phase()]++;
    }
    for (int i = 0; i < sums.length; i++) {
      sums[i] = sums[i] / counts[i];
    }
    return sums;
  }

  /** How many pairs of phases come the wrong way round. */
  private static int inversions(double[] positions, PhaseOrder order) {
    int count = 0;
    for (int i = 0; i < COURSE.size(); i++) {
      List<String> after = new ArrayList<>(COURSE.subList(i + 1, COURSE.size()));
      after.addAll(LATER);
      double at = positions[order.index(COURSE.get(i))];
      for (String later : after) {
        count += at > positions[order.index(later)] ? 1 : 0; // false where one does not occur
      }
    }
    return count;
  }

  private static String course(double[] positions, PhaseOrder order) {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < positions.length; i++) {
      if (!Double.isNaN(positions[i])) {
        parts.add(String.format(Locale.ROOT, "%s %.2f", order.names().get(i), positions[i]));
      }
    }
    return String.join(", ", parts);
  }
}
