package org.endossl.train;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import org.endossl.data.FrameFiles;
import org.endossl.tfrecords.FrameIndex;

/**
 * Tells whether two runs had the same frames: SHA-256 over the index entries of the frames used,
 * sorted by video and frame number. A line of UTF-8 per frame, fields separated by tabs: video id,
 * frame number, frames of the video, phase, instruments as seven digits, bytes of the record, and
 * before them one line with the key of the phase order. Where the files lie, how they are named,
 * cut and compressed does not matter; pixels enter by the length of their encoding only, as the
 * index keeps no hash of them.
 */
final class DataFingerprint {
  private DataFingerprint() {}

  /** 64 hexadecimal digits. */
  static String of(FrameFiles files) {
    Hasher hasher = Hashing.sha256().newHasher();
    put(hasher, files.phaseOrder().key() + "\n");
    for (FrameIndex.Entry e : files.entries()) {
      StringBuilder line = new StringBuilder();
      line.append(e.videoId()).append('\t').append(e.frameId()).append('\t');
      line.append(e.totalFrames()).append('\t').append(e.phase()).append('\t');
      e.instruments().forEach(line::append);
      line.append('\t').append(e.length()).append('\n');
      put(hasher, line.toString());
    }
    return hasher.hash().toString();
  }

  private static void put(Hasher hasher, String text) {
    hasher.putString(text, StandardCharsets.UTF_8);
  }
}
