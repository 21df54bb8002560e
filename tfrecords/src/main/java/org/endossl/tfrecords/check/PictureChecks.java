package org.endossl.tfrecords.check;

import com.google.common.hash.HashCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What the images show: copies, still and black frames, sizes, and images that do not decode. */
final class PictureChecks {

  private final DataCheckRequest request;
  private final List<FrameLook> looks;
  private final List<Finding> findings = new ArrayList<>();

  private PictureChecks(DataCheckRequest request, List<FrameLook> looks) {
    this.request = request;
    this.looks = looks;
  }

  /**
   * All findings.
   *
   * @param looks sorted by video and frame
   */
  static List<Finding> of(DataCheckRequest request, List<FrameLook> looks) {
    PictureChecks checks = new PictureChecks(request, looks);
    checks.repeats();
    checks.pixels();
    return checks.findings;
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
            Finding.count(copies.size(), "image is", "images are") + " in two videos",
            copies));
    if (!request.splits().isEmpty()) {
      findings.add(
          Finding.of(
              "leaking images",
              "no image is in two parts of the split",
              Finding.count(leaks.size(), "image is", "images are") + " in two parts of the split",
              leaks));
    }
    List<String> stills = new ArrayList<>();
    still.forEach(
        (video, count) -> stills.add(video + ": " + Finding.count(count, "frame", "frames")));
    findings.add(
        stills.isEmpty()
            ? Finding.good("still frames", "no image comes twice in a video")
            : Finding.note("still frames", "images that come again in their video", stills));
  }

  private static String name(FrameLook look) {
    return look.entry().videoId() + "/" + look.entry().frameId();
  }

  private String partsOf(FrameLook look) {
    List<String> parts =
        request.splits().entrySet().stream()
            .filter(part -> part.getValue().contains(look.entry().videoId()))
            .map(Map.Entry::getKey)
            .toList();
    return parts.isEmpty() ? "no part" : String.join(" and ", parts);
  }

  /** Frames that follow one another as first to last. */
  private static List<String> runs(List<Long> frames) {
    List<String> runs = new ArrayList<>();
    int begin = 0;
    for (int i = 1; i <= frames.size(); i++) {
      if (i == frames.size() || frames.get(i) != frames.get(i - 1) + 1) {
        long first = frames.get(begin);
        long last = frames.get(i - 1);
        runs.add(first == last ? String.valueOf(first) : first + " to " + last);
        begin = i;
      }
    }
    return runs;
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
    findings.add(
        Finding.of(
            "pixels",
            "those looked at decode",
            Finding.count(broken.size(), "image does", "images do") + " not decode",
            broken));
    List<String> mostly = new ArrayList<>();
    List<String> some = new ArrayList<>();
    black.forEach(
        (video, frames) -> {
          String line =
              video
                  + ": "
                  + Finding.count(frames.size(), "black frame", "black frames")
                  + ", "
                  + Finding.shortened(runs(frames));
          if (2L * frames.size() > decoded.getOrDefault(video, 0L)) {
            mostly.add(line + "; more than half of those looked at");
          } else {
            some.add(line);
          }
        });
    String which = request.every() == 1 ? "" : " among one frame in " + request.every();
    findings.add(
        !mostly.isEmpty()
            ? Finding.wrong(
                "black frames",
                Finding.count(mostly.size(), "video is", "videos are") + " mostly black" + which,
                Stream.concat(mostly.stream(), some.stream()).toList())
            : some.isEmpty()
                ? Finding.good("black frames", "none" + which)
                : Finding.note(
                    "black frames",
                    Finding.count(some.size(), "video has", "videos have") + " some" + which,
                    some));
    findings.add(
        sizes.size() == 1
            ? Finding.good("image size", sizes.keySet().iterator().next())
            : Finding.note(
                "image size",
                "several",
                sizes.entrySet().stream()
                    .map(
                        size ->
                            size.getKey()
                                + ": "
                                + Finding.count(size.getValue(), "frame", "frames"))
                    .toList()));
  }
}
