package org.endossl.train;

/**
 * What the anchor's random views lose.
 *
 * @param patchDrop share of patches dropped from random views, in [0, 1); focal views keep all. The
 *     number kept is {@code floor(patches * (1 - patchDrop))}; one draw serves a whole batch, as in
 *     the original
 */
public record MaskingConfig(double patchDrop) {
  public MaskingConfig {
    if (!(patchDrop >= 0 && patchDrop < 1)) {
      throw new IllegalArgumentException("patch_drop: got " + patchDrop + ", wanted in [0, 1)");
    }
  }

  /** Patches kept out of {@code patches}. */
  public int kept(int patches) {
    return (int) Math.floor(patches * (1 - patchDrop));
  }
}
