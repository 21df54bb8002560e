package org.endossl.model;

/**
 * The shape of the projection head. Names as in facebookresearch/msn's {@code init_model}.
 *
 * @param hidden width of both hidden layers
 * @param output width of the projection
 * @param batchNorm BatchNorm behind both hidden layers
 */
public record HeadConfig(int hidden, int output, boolean batchNorm) {
  public HeadConfig {
    if (hidden < 1) {
      throw new IllegalArgumentException("hidden: got " + hidden + ", wanted at least 1");
    }
    if (output < 1) {
      throw new IllegalArgumentException("output: got " + output + ", wanted at least 1");
    }
  }
}
