package org.endossl.train;

import org.endossl.train.config.Require;

/**
 * The loss of Masked Siamese Networks (Assran et al. 2022, section 3).
 *
 * @param prototypes number K of prototypes
 * @param temperature tau of the anchors' softmax of cosines, {@code > 0}
 * @param startSharpen sharpening temperature T of the targets at the first step, {@code > 0}
 * @param finalSharpen sharpening temperature it runs towards, {@code > 0}
 * @param meMaxWeight lambda, the weight of the mean-entropy maximisation
 * @param entropyWeight weight of the mean entropy of the anchors' predictions
 * @param sinkhorn whether targets pass through three Sinkhorn-Knopp iterations
 */
public record CriterionConfig(
    int prototypes,
    double temperature,
    double startSharpen,
    double finalSharpen,
    double meMaxWeight,
    double entropyWeight,
    boolean sinkhorn) {
  public CriterionConfig {
    Require.atLeast("prototypes", prototypes, 2);
    Require.within("temperature", temperature, 1e-4, 1e3);
    Require.within("start_sharpen", startSharpen, 1e-4, 1e3);
    Require.within("final_sharpen", finalSharpen, 1e-4, 1e3);
    Require.within("me_max_weight", meMaxWeight, 0, 1e3);
    Require.within("entropy_weight", entropyWeight, 0, 1e3);
  }
}
