package org.endossl.eval.metrics;

import com.google.gson.JsonObject;
import java.util.List;

/**
 * The scores that endossl has of tool presence: average precision by scikit-learn ({@link
 * ToolMetrics}), and what {@code train_lib.py}'s {@code get_metrics('multi_label')} logs while it
 * trains, Keras' {@code Precision} and {@code AUC(curve='PR', multi_label=True)}. Keras' precision
 * is given logits there and cuts them, not the probabilities, at 0.5; {@code precisionAtHalf} is
 * what was probably meant.
 *
 * @param average mean and per-class average precision, percent
 * @param precision endossl's: true positives over all logits above 0.5, all classes together, 0 to
 *     1; 0 if there are none
 * @param precisionAtHalf the same over all probabilities above 0.5
 * @param prAuc mean over classes of the area under the precision-recall curve, 0 to 1
 */
public record ToolScores(
    ToolMetrics average, double precision, double precisionAtHalf, double prAuc) {
  /**
   * Scores frames.
   *
   * @param labels [frames][classes], whether the tool is there
   * @param logits [frames][classes]
   * @throws IllegalArgumentException if sizes differ, nothing is there or a logit is NaN
   */
  public static ToolScores of(boolean[][] labels, float[][] logits) {
    double[][] scores = new double[logits.length][];
    long hits = 0;
    long predicted = 0;
    for (int i = 0; i < logits.length; i++) {
      scores[i] = new double[logits[i].length];
      for (int c = 0; c < logits[i].length; c++) {
        scores[i][c] = logits[i][c];
        boolean yes = logits[i][c] > 0; // a probability over one half
        predicted += yes ? 1 : 0;
        hits += yes && labels[i][c] ? 1 : 0;
      }
    }
    return new ToolScores(
        ToolMetrics.of(labels, scores),
        KerasMetrics.precision(labels, logits),
        predicted == 0 ? 0 : (double) hits / predicted,
        KerasMetrics.prAuc(labels, logits));
  }

  /** The scores by name. */
  public JsonObject toJson(List<String> classes) {
    JsonObject json = new JsonObject();
    json.addProperty("map", average.map());
    JsonObject perClass = new JsonObject();
    for (int c = 0; c < classes.size(); c++) {
      perClass.addProperty(classes.get(c), average.perClass().get(c));
    }
    json.add("average_precision", perClass);
    json.addProperty("precision", precision);
    json.addProperty("precision_at_half", precisionAtHalf);
    json.addProperty("pr_auc", prAuc);
    return json;
  }
}
