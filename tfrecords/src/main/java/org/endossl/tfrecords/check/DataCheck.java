package org.endossl.tfrecords.check;

import com.google.common.hash.HashCode;
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
    repeats();
    pixels();
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
          Finding.good("videos", index.videos().size() + ": " + shortened(index.videos())));
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
            details.size() + " are missing or unexpected",
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
        details.add(
            entry.videoId()
                + ": frames "
                + wanted
                + " to "
                + (entry.frameId() - 1)
                + " are missing");
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
        Finding.of("gaps", "frame numbers follow one another", details.size() + " gaps", details));
    findings.add(
        Finding.of(
            "frame counts", "as total_frames says", totals.size() + " disagreements", totals));
  }

  /** The same image twice: in one video a still picture, in two videos a copy. */
  private void repeats() {
    Map<HashCode, FrameLook> first = new HashMap<>();
    Map<String, Long> still = new TreeMap<>();
    List<String> copies = new ArrayList<>();
    List<String> leaks = new ArrayList<>();
    for (FrameLook look : looks) {
      FrameLook before = first.putIfAbsent(look.hash(), look);
      if (before == null || look.isBlack()) {
        continue;
      }
      if (before.entry().videoId().equals(look.entry().videoId())) {
        still.merge(look.entry().videoId(), 1L, Long::sum);
      } else {
        String both = name(before) + " and " + name(look) + " are the same image";
        copies.add(both);
        if (!partsOf(before).equals(partsOf(look))) {
          leaks.add(both + " (" + partsOf(before) + " and " + partsOf(look) + ")");
        }
      }
    }
    findings.add(
        Finding.of(
            "copies",
            "no image is in two videos",
            copies.size() + " images are in two videos",
            copies));
    if (!request.splits().isEmpty()) {
      findings.add(
          Finding.of(
              "leaking images",
              "no image is in two parts of the split",
              leaks.size() + " images are in two parts of the split",
              leaks));
    }
    List<String> stills = new ArrayList<>();
    still.forEach((video, count) -> stills.add(video + ": " + count + " frames"));
    findings.add(
        stills.isEmpty()
            ? Finding.good("still frames", "no image comes twice in a video")
            : Finding.note("still frames", "images that come again in their video", stills));
  }

  private static String name(FrameLook look) {
    return look.entry().videoId() + "/" + look.entry().frameId();
  }

  private List<String> partsOf(FrameLook look) {
    return request.splits().entrySet().stream()
        .filter(part -> part.getValue().contains(look.entry().videoId()))
        .map(Map.Entry::getKey)
        .toList();
  }

  private void pixels() {
    List<String> broken = new ArrayList<>();
    Map<String, List<Long>> black = new TreeMap<>();
    Map<String, Long> decoded = new TreeMap<>();
    Map<String, Long> sizes = new TreeMap<>();
    for (FrameLook look : looks) {
      if (look.problem() != null) {
        broken.add(look.problem());
      } else if (!look.size().isEmpty()) {
        decoded.merge(look.entry().videoId(), 1L, Long::sum);
        sizes.merge(look.size(), 1L, Long::sum);
        if (look.isBlack()) {
          black
              .computeIfAbsent(look.entry().videoId(), video -> new ArrayList<>())
              .add(look.entry().frameId());
        }
      }
    }
    if (request.every() == 0) {
      findings.add(Finding.note("pixels", "not looked at", List.of()));
      return;
    }
    findings.add(Finding.of("pixels", "decode", broken.size() + " images do not decode", broken));
    List<String> mostly = new ArrayList<>();
    List<String> some = new ArrayList<>();
    black.forEach(
        (video, frames) -> {
          String line = video + ": " + frames.size() + " black frames, " + shortened(frames);
          some.add(line);
          if (2L * frames.size() > decoded.getOrDefault(video, 0L)) {
            mostly.add(line + "; more than half of those looked at");
          }
        });
    String which = request.every() == 1 ? "" : " among one frame in " + request.every();
    findings.add(
        !mostly.isEmpty()
            ? Finding.wrong("black frames", "videos that are mostly black" + which, mostly)
            : some.isEmpty()
                ? Finding.good("black frames", "none" + which)
                : Finding.note("black frames", some.size() + " videos have some" + which, some));
    findings.add(
        sizes.size() == 1
            ? Finding.good("image size", sizes.keySet().iterator().next())
            : Finding.note(
                "image size",
                "several",
                sizes.entrySet().stream()
                    .map(size -> size.getKey() + ": " + size.getValue() + " frames")
                    .toList()));
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
                + (unused.isEmpty() ? "" : "; in none: " + shortened(unused)),
            details.size() + " problems",
            details));
  }

  private static String shortened(List<?> items) {
    int most = 10;
    List<String> names = items.stream().limit(most).map(String::valueOf).toList();
    String text = String.join(", ", names);
    return items.size() > most ? text + " and " + (items.size() - most) + " more" : text;
  }
}
