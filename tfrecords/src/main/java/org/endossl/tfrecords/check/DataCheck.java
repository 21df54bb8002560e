package org.endossl.tfrecords.check;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import org.endossl.tfrecords.BadRecords;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.Instruments;
import org.endossl.tfrecords.PhaseOrder;
import org.endossl.tfrecords.RecordStats;

/**
 * Looks at a whole data set: damaged records, the videos there, gaps and counts of frames, frames
 * that are there twice, black frames, the order of the phases, leaks between the parts of a split.
 */
public final class DataCheck {

  private final DataCheckRequest request;
  private final FrameIndex index;
  private final RecordStats stats;
  private final List<FrameLook> looks;
  private final List<Finding> findings = new ArrayList<>();

  private DataCheck(DataCheckRequest request, FrameIndex index, List<FrameLook> looks) {
    this.request = request;
    this.index = index;
    this.stats = RecordStats.of(index);
    this.looks = looks;
  }

  /**
   * Reads everything.
   *
   * @param listener told how many frames were looked at
   * @throws DataException when no record can be read, or the files are of two phase orders
   */
  public static DataReport run(DataCheckRequest request, LongConsumer listener) throws IOException {
    BadRecords bad = BadRecords.skip();
    FrameIndex index = FrameIndex.scan(request.files(), bad, bytes -> {});
    if (index.entries().isEmpty()) {
      throw new DataException(
          request.files().size()
              + " files without a good record; the first problem: "
              + bad.skipped().get(0));
    }
    List<FrameLook> looks = FrameLook.all(index, request.every(), listener);
    return new DataCheck(request, index, looks).report(bad);
  }

  private DataReport report(BadRecords bad) throws IOException {
    List<String> skipped = bad.skipped().stream().map(Object::toString).toList();
    findings.add(
        Finding.of("records", "all can be read", skipped.size() + " cannot be used", skipped));
    videos();
    gaps();
    findings.addAll(PictureChecks.of(request, looks));
    findings.add(PhasePlausibility.check(index));
    phases();
    instruments();
    split();
    long bytes = 0;
    for (Path file : request.files()) {
      bytes += Files.size(file);
    }
    findings.add(
        Finding.good(
            "size",
            String.format(
                Locale.ROOT,
                "%d frames of %d videos in %d files, %.1f MB, %.1f kB per frame",
                index.entries().size(),
                index.videos().size(),
                request.files().size(),
                bytes / 1e6,
                bytes / 1e3 / index.entries().size())));
    return new DataReport(stats, bytes, findings);
  }

  private void videos() {
    if (request.expectedVideos().isEmpty()) {
      findings.add(
          Finding.good("videos", index.videos().size() + ": " + Finding.shortened(index.videos())));
      return;
    }
    List<String> details = new ArrayList<>();
    Set<String> there = new TreeSet<>(index.videos());
    Set<String> expected = new TreeSet<>(request.expectedVideos());
    expected.stream().filter(v -> !there.contains(v)).forEach(v -> details.add(v + ": missing"));
    there.stream().filter(v -> !expected.contains(v)).forEach(v -> details.add(v + ": unexpected"));
    findings.add(
        Finding.of(
            "videos",
            "the " + expected.size() + " that are expected",
            Finding.count(details.size(), "is", "are") + " missing or unexpected",
            details));
  }

  private void gaps() {
    List<String> details = new ArrayList<>();
    List<String> totals = new ArrayList<>();
    Map<String, FrameIndex.Entry> last = new HashMap<>();
    Map<String, Long> most = new TreeMap<>();
    for (FrameIndex.Entry entry : index.entries()) {
      FrameIndex.Entry before = last.put(entry.videoId(), entry);
      most.merge(entry.videoId(), 1L, Long::sum);
      long wanted = before == null ? Math.min(entry.frameId(), 1) : before.frameId() + 1;
      if (entry.frameId() != wanted) {
        details.add(missing(entry.videoId(), wanted, entry.frameId() - 1));
      }
      if (before != null && before.totalFrames() != entry.totalFrames()) {
        totals.add(
            entry.place()
                + ": total_frames is "
                + entry.totalFrames()
                + ", that of the frame before "
                + before.totalFrames());
      }
    }
    most.forEach(
        (video, frames) -> {
          long total = Objects.requireNonNull(last.get(video)).totalFrames();
          if (total > 0 && frames < total) {
            totals.add(video + ": " + frames + " of " + total + " frames are there");
          }
        });
    findings.add(
        Finding.of(
            "gaps",
            "frame numbers follow one another",
            Finding.count(details.size(), "gap", "gaps"),
            details));
    findings.add(
        Finding.of(
            "frame counts",
            "as total_frames says",
            Finding.count(totals.size(), "disagreement", "disagreements"),
            totals));
  }

  private static String missing(String video, long first, long last) {
    return first == last
        ? video + ": frame " + first + " is missing"
        : video + ": frames " + first + " to " + last + " are missing";
  }

  private void phases() {
    List<Long> counts = stats.total().phases();
    List<String> none = new ArrayList<>();
    for (int phase = 0; phase < PhaseOrder.PHASES; phase++) {
      if (counts.get(phase) == 0) {
        none.add(index.phaseOrder().names().get(phase));
      }
    }
    findings.add(
        none.isEmpty()
            ? Finding.good("phases", "all seven occur")
            : Finding.note("phases", none.size() + " never occur", none));
  }

  private void instruments() {
    List<Long> counts = stats.total().instruments();
    List<String> none = new ArrayList<>();
    for (int i = 0; i < Instruments.COUNT; i++) {
      if (counts.get(i) == 0) {
        none.add(Instruments.NAMES.get(i));
      }
    }
    findings.add(
        none.isEmpty()
            ? Finding.good("instruments", "all seven occur")
            : none.size() == Instruments.COUNT
                ? Finding.note("instruments", "none: without tool annotations?", List.of())
                : Finding.note("instruments", none.size() + " never occur", none));
  }

  private void split() {
    if (request.splits().isEmpty()) {
      return;
    }
    List<String> details = new ArrayList<>();
    Map<String, List<String>> parts = new TreeMap<>();
    request
        .splits()
        .forEach(
            (part, videos) -> {
              for (String video : videos) {
                parts.computeIfAbsent(video, v -> new ArrayList<>()).add(part);
                if (!index.videos().contains(video)) {
                  details.add(video + ": in " + part + ", but there are no frames of it");
                }
              }
            });
    parts.forEach(
        (video, its) -> {
          if (its.size() > 1) {
            details.add(video + ": in " + String.join(" and in ", its));
          }
        });
    List<String> unused =
        index.videos().stream().filter(video -> !parts.containsKey(video)).toList();
    findings.add(
        Finding.of(
            "split",
            "each video is in one part of "
                + request.splits().keySet()
                + (unused.isEmpty() ? "" : "; in none: " + Finding.shortened(unused)),
            Finding.count(details.size(), "problem", "problems"),
            details));
  }
}
