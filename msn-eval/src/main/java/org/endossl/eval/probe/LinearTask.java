package org.endossl.eval.probe;

import org.endossl.eval.features.Matrix;
import org.endossl.tfrecords.PhaseOrder;
import org.jspecify.annotations.Nullable;

/**
 * What a linear layer is to learn.
 *
 * @param rows the training rows
 * @param targets a class for each of them
 * @param classes number of classes
 * @param validation features to choose the epoch by; null if there are none
 * @param validationTargets a class for each of these
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record LinearTask(
    Rows rows, int[] targets, int classes, @Nullable Matrix validation, int[] validationTargets) {
  /** Phases of frames. */
  static LinearTask of(Part train, @Nullable Part validation) {
    return new LinearTask(
        Rows.of(train.x()),
        train.phases(),
        PhaseOrder.PHASES,
        validation == null ? null : validation.x(),
        validation == null ? new int[0] : validation.phases());
  }
}
