package org.endossl.tfrecords.convert;

/**
 * How far a conversion is.
 *
 * @param video the video that was worked on last
 * @param videosDone videos that are complete
 * @param videos how many there are
 * @param frames done so far, those passed over included
 * @param framesTotal by the annotations
 * @param framesPerSecond since the beginning
 * @param secondsLeft at that speed; not a number before the first frame
 */
public record ConvertProgress(
    String video,
    int videosDone,
    int videos,
    long frames,
    long framesTotal,
    double framesPerSecond,
    double secondsLeft) {}
