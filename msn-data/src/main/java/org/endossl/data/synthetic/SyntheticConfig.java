package org.endossl.data.synthetic;

/**
 * What is generated.
 *
 * @param seed everything random is drawn from it
 * @param videos number of videos, video01 and on
 * @param framesPerVideo mean number of frames of a video; a video has three quarters to five
 *     quarters of it
 * @param width pixels, 16 to 854
 * @param height pixels, 16 to 480
 * @param threads videos rendered at once; 0 for one per core. The output does not depend on it
 */
public record SyntheticConfig(
    long seed, int videos, int framesPerVideo, int width, int height, int threads) {

  /** Frames of which every phase of a video has at least {@link Timeline#LEAST}. */
  static final int LEAST_FRAMES = 32;

  public SyntheticConfig {
    require("videos", videos, 1, 999);
    require("frames per video", framesPerVideo, LEAST_FRAMES, 100_000);
    require("width", width, 16, 854);
    require("height", height, 16, 480);
    require("threads", threads, 0, 1024);
  }

  private static void require(String what, int got, int least, int most) {
    if (got < least || got > most) {
      throw new IllegalArgumentException(
          what + ": got " + got + ", wanted " + least + " to " + most);
    }
  }
}
