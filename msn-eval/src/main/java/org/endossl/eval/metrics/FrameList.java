package org.endossl.eval.metrics;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.endossl.tfrecords.DataException;

/** Which frames of which videos a CSV has. */
public final class FrameList {
  private final Map<String, FrameSet> videos;

  FrameList(Map<String, FrameSet> videos) {
    this.videos = new TreeMap<>(videos);
  }

  /**
   * Reads the columns {@code video} and {@code frame} of a CSV, such as {@code features.csv}.
   *
   * @throws DataException if they are not there or a line cannot be read
   */
  static FrameList read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new DataException(file + ": no such file; wanted a CSV with columns video, frame");
    }
    Map<String, FrameSet> videos = new TreeMap<>();
    try (InputStream in = Files.newInputStream(file)) {
      Lines lines = new Lines(in);
      int video = -1;
      int frame = -1;
      while (lines.next()) {
        if (lines.length() == 0 || (video < 0 && lines.text().startsWith("#"))) {
          continue;
        }
        if (video < 0) {
          List<String> header = lines.fields(file);
          video = header.indexOf("video");
          frame = header.indexOf("frame");
          if (video < 0 || frame < 0) {
            throw new DataException(
                file + " line " + lines.number() + ": wanted columns video and frame: " + header);
          }
          continue;
        }
        int fields = lines.split(file);
        long number = fields <= Math.max(video, frame) ? -1 : lines.number(frame);
        if (number < 0) {
          throw new DataException(
              file + " line " + lines.number() + ": no frame number in " + lines.text());
        }
        videos.computeIfAbsent(lines.text(video), v -> new FrameSet()).add(number);
      }
    }
    return new FrameList(videos);
  }

  /**
   * Refuses predictions that are not of exactly these frames.
   *
   * @param file the predictions, for messages
   * @param got their frames
   * @param list the CSV of the frames wanted
   */
  static void check(Path file, FrameList got, Path list) throws IOException {
    FrameList wanted = read(list);
    List<String> missing =
        wanted.videos.keySet().stream().filter(v -> !got.videos.containsKey(v)).toList();
    List<String> unknown =
        got.videos.keySet().stream().filter(v -> !wanted.videos.containsKey(v)).toList();
    if (!missing.isEmpty() || !unknown.isEmpty()) {
      throw new DataException(
          file + ": missing videos " + missing + ", not in " + list + " " + unknown);
    }
    for (Map.Entry<String, FrameSet> video : wanted.videos.entrySet()) {
      FrameSet there = got.videos.getOrDefault(video.getKey(), new FrameSet());
      long absent = video.getValue().firstNotIn(there);
      long extra = there.firstNotIn(video.getValue());
      if (absent >= 0 || extra >= 0) {
        throw new DataException(
            file
                + ": "
                + video.getKey()
                + ": "
                + (absent >= 0
                    ? "frame " + absent + " is missing"
                    : "frame " + extra + " is not in " + list)
                + "; got "
                + there.size()
                + " frames, wanted the "
                + video.getValue().size()
                + " of "
                + list);
      }
    }
  }
}
