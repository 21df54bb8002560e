package org.endossl.model;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The shape of a Vision Transformer. Names as in facebookresearch/msn's {@code deit.py}.
 *
 * @param imageSize side of the square images that the positions are learned for, in pixels
 * @param patchSize side of a patch in pixels, divides {@code imageSize}
 * @param width of a token, a multiple of {@code heads}
 * @param depth number of blocks
 * @param heads attention heads
 * @param mlpRatio hidden width of the MLP over {@code width}
 * @param layerNormEps added to LayerNorm's variance
 * @param dropPath rate of stochastic depth in the last block, from 0 in the first; the published
 *     MSN recipes use 0
 * @param activation of the MLP; absent (null) is {@link Activation#GELU}, PyTorch's and MSN's
 */
public record VitConfig(
    int imageSize,
    int patchSize,
    int width,
    int depth,
    int heads,
    double mlpRatio,
    double layerNormEps,
    double dropPath,
    @Nullable Activation activation) {

  /** What lies between the two layers of an MLP. */
  public enum Activation {
    /** {@code x Phi(x)} by the error function. */
    GELU,
    /** Its approximation by tanh, the default of JAX and Flax. */
    GELU_TANH
  }

  public VitConfig {
    activation = Objects.requireNonNullElse(activation, Activation.GELU);
    atLeastOne("patch_size", patchSize);
    atLeastOne("image_size", imageSize);
    atLeastOne("heads", heads);
    atLeastOne("width", width);
    atLeastOne("depth", depth);
    if (imageSize % patchSize != 0) {
      throw new IllegalArgumentException(
          "image_size: got " + imageSize + ", wanted a multiple of patch_size, " + patchSize);
    }
    if (width % heads != 0) {
      throw new IllegalArgumentException(
          "width: got " + width + ", wanted a multiple of heads, " + heads);
    }
    if (!(mlpRatio > 0 && mlpRatio <= 64)) {
      throw new IllegalArgumentException("mlp_ratio: got " + mlpRatio + ", wanted 0 < r <= 64");
    }
    if (!(layerNormEps > 0 && layerNormEps < 1)) {
      throw new IllegalArgumentException(
          "layer_norm_eps: got " + layerNormEps + ", wanted 0 < eps < 1");
    }
    if (!(dropPath >= 0 && dropPath < 1)) {
      throw new IllegalArgumentException("drop_path: got " + dropPath + ", wanted 0 <= r < 1");
    }
  }

  /** With the exact GELU. */
  public VitConfig(
      int imageSize,
      int patchSize,
      int width,
      int depth,
      int heads,
      double mlpRatio,
      double layerNormEps,
      double dropPath) {
    this(
        imageSize,
        patchSize,
        width,
        depth,
        heads,
        mlpRatio,
        layerNormEps,
        dropPath,
        Activation.GELU);
  }

  @Override
  public Activation activation() {
    return Objects.requireNonNull(activation);
  }

  /** The same network with another activation. */
  public VitConfig with(Activation other) {
    return new VitConfig(
        imageSize, patchSize, width, depth, heads, mlpRatio, layerNormEps, dropPath, other);
  }

  private static void atLeastOne(String key, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(key + ": got " + value + ", wanted at least 1");
    }
  }

  /** ViT-Ti: width 192, 12 blocks, 3 heads. */
  public static VitConfig tiny(int imageSize, int patchSize) {
    return new VitConfig(imageSize, patchSize, 192, 12, 3, 4, 1e-6, 0);
  }

  /** ViT-S: width 384, 12 blocks, 6 heads. */
  public static VitConfig small(int imageSize, int patchSize) {
    return new VitConfig(imageSize, patchSize, 384, 12, 6, 4, 1e-6, 0);
  }

  /** ViT-B: width 768, 12 blocks, 12 heads. */
  public static VitConfig base(int imageSize, int patchSize) {
    return new VitConfig(imageSize, patchSize, 768, 12, 12, 4, 1e-6, 0);
  }

  /** ViT-L: width 1024, 24 blocks, 16 heads. */
  public static VitConfig large(int imageSize, int patchSize) {
    return new VitConfig(imageSize, patchSize, 1024, 24, 16, 4, 1e-6, 0);
  }

  /** Patches along one side. */
  public int grid() {
    return imageSize / patchSize;
  }

  /** Patches of an image, without the class token. */
  public int patches() {
    return grid() * grid();
  }

  /** Patches and the class token. */
  public int tokens() {
    return patches() + 1;
  }

  /** Values in a patch. */
  public int patchValues() {
    return patchSize * patchSize * 3;
  }

  /** Width of one head. */
  public int headWidth() {
    return width / heads;
  }

  /** Hidden width of the MLP. */
  public int hidden() {
    return (int) (width * mlpRatio);
  }

  /** Parameters of the encoder, without head and prototypes. */
  public long parameters() {
    long w = width;
    long norm = 2 * w;
    long attention = w * 3 * w + 3 * w + w * w + w;
    long mlp = 2 * w * hidden() + hidden() + w;
    long embeddings = w + tokens() * w + patchValues() * w + w;
    return embeddings + depth * (2 * norm + attention + mlp) + norm;
  }
}
