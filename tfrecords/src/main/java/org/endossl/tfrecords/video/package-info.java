/**
 * Frames out of video files, and into them: by FFmpeg's libraries within this process or by an
 * ffmpeg on the PATH. What the frames mean is not here.
 */
@NullMarked
package org.endossl.tfrecords.video;

import org.jspecify.annotations.NullMarked;
