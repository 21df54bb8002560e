package org.endossl.eval.probe;

import java.util.List;
import org.endossl.train.config.Require;

/**
 * Learning rates and weight decays to try; every pair is trained, and the validation videos alone
 * choose. Empty lists try the configured values only.
 *
 * @param learningRates in place of the optimizer's
 * @param weightDecays likewise
 */
public record SweepConfig(List<Double> learningRates, List<Double> weightDecays) {
  /** Tries nothing else. */
  public static final SweepConfig NONE = new SweepConfig(List.of(), List.of());

  public SweepConfig {
    learningRates = List.copyOf(learningRates);
    weightDecays = List.copyOf(weightDecays);
    learningRates.forEach(rate -> Require.within("learning_rates", rate, 0, 1e3));
    weightDecays.forEach(decay -> Require.within("weight_decays", decay, 0, 1));
  }

  /** Every pair, the optimizer's values where a list is empty. */
  List<OptimizerConfig> trials(OptimizerConfig optimizer) {
    List<Double> rates =
        learningRates.isEmpty() ? List.of(optimizer.learningRate()) : learningRates;
    List<Double> decays = weightDecays.isEmpty() ? List.of(optimizer.weightDecay()) : weightDecays;
    return rates.stream()
        .flatMap(
            rate ->
                decays.stream()
                    .map(
                        decay ->
                            new OptimizerConfig(
                                optimizer.name(), rate, optimizer.momentum(), decay)))
        .toList();
  }
}
