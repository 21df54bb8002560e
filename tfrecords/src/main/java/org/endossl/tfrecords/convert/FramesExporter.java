package org.endossl.tfrecords.convert;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.endossl.tfrecords.BadRecords;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.EntryReader;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.FrameRecord;
import org.endossl.tfrecords.Instruments;
import org.endossl.tfrecords.OutputFiles;

/**
 * TFRecords back to extracted frames and annotations, in the layout that {@link FramesConverter}
 * reads: {@code frames/videoNN/videoNN_000001.png}, a phase for each of 25 rows a second, the
 * instruments of each second. Images keep their bytes. A video's folder appears complete or not at
 * all.
 */
public final class FramesExporter {

  private final Path output;
  private final FrameIndex index;
  private final LongConsumer listener;
  private long done;

  private FramesExporter(Path output, FrameIndex index, LongConsumer listener) {
    this.output = output;
    this.index = index;
    this.listener = listener;
  }

  /**
   * Writes all videos.
   *
   * @param files record files at one frame a second
   * @param output a directory that has none of the videos yet; made when it is not there
   * @param bad what is done about bad records; where they are passed over, so are whole videos of
   *     which frames are missing
   * @param listener told how many frames are written
   * @return how many frames were written
   * @throws DataException when frames of a video are missing, all behind would get wrong labels,
   *     and they are not to be passed over, or no other video is left
   */
  public static long run(List<Path> files, Path output, BadRecords bad, LongConsumer listener)
      throws IOException {
    FrameIndex index = FrameIndex.scan(files, bad, bytes -> {});
    FramesExporter exporter = new FramesExporter(output, index, listener);
    Map<String, List<FrameIndex.Entry>> videos = new LinkedHashMap<>();
    for (FrameIndex.Entry entry : index.entries()) {
      videos.computeIfAbsent(entry.videoId(), video -> new ArrayList<>()).add(entry);
    }
    boolean skipped = !bad.skipped().isEmpty();
    for (Map.Entry<String, List<FrameIndex.Entry>> video : List.copyOf(videos.entrySet())) {
      try {
        requireAll(video.getValue(), skipped);
      } catch (DataException e) {
        bad.handle(video.getValue().get(0).file(), e);
        if (videos.size() == 1) {
          throw e;
        }
        videos.remove(video.getKey());
        continue;
      }
      Path folder = output.resolve("frames").resolve(video.getKey());
      if (Files.exists(folder)) {
        throw new FileAlreadyExistsException(folder.toString());
      }
    }
    for (Map.Entry<String, List<FrameIndex.Entry>> video : videos.entrySet()) {
      exporter.one(video.getKey(), video.getValue());
    }
    return exporter.done;
  }

  /**
   * Frames are numbered from 0, or from 1 to the number of frames: where frame 0 was passed over,
   * frame 1 must not become the first.
   *
   * @param skipped whether bad records were passed over
   */
  private static void requireAll(List<FrameIndex.Entry> entries, boolean skipped)
      throws DataException {
    FrameIndex.Entry end = entries.get(entries.size() - 1);
    boolean fromOne =
        entries.get(0).frameId() == 1
            && (end.totalFrames() == 0 ? !skipped : end.frameId() == end.totalFrames());
    long first = fromOne ? 1 : 0;
    for (int i = 0; i < entries.size(); i++) {
      FrameIndex.Entry entry = entries.get(i);
      if (entry.frameId() != first + i) {
        throw entry
            .place()
            .fail(
                "frame "
                    + entry.frameId()
                    + " of "
                    + entry.videoId()
                    + " follows a gap, wanted frame "
                    + (first + i)
                    + "; labels of extracted frames go by their number, so "
                    + entry.videoId()
                    + " cannot be exported");
      }
    }
  }

  private void one(String video, List<FrameIndex.Entry> entries) throws IOException {
    Path folder = output.resolve("frames").resolve(video);
    Path part = OutputFiles.part(folder);
    remove(part);
    Files.createDirectories(part);
    try {
      images(video, entries, part);
      annotations(video, entries);
      Files.move(part, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw OutputFiles.explained(folder, e);
    } finally {
      remove(part);
    }
  }

  private static void remove(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
  }

  /** File by file in the order in which the records lie there. */
  private void images(String video, List<FrameIndex.Entry> entries, Path folder)
      throws IOException {
    long first = entries.get(0).frameId();
    Map<Path, List<FrameIndex.Entry>> byFile = new LinkedHashMap<>();
    for (FrameIndex.Entry entry : entries) {
      byFile.computeIfAbsent(entry.file(), file -> new ArrayList<>()).add(entry);
    }
    for (Map.Entry<Path, List<FrameIndex.Entry>> file : byFile.entrySet()) {
      file.getValue().sort(Comparator.comparingLong(FrameIndex.Entry::offset));
      try (EntryReader reader = EntryReader.open(file.getKey())) {
        for (FrameIndex.Entry entry : file.getValue()) {
          FrameRecord frame = reader.frame(entry);
          String ending = (frame.image()[0] & 0xff) == 0xff ? "jpg" : "png";
          long number = entry.frameId() - first + 1;
          String name = String.format(Locale.ROOT, "%s_%06d.%s", video, number, ending);
          Files.write(folder.resolve(name), frame.image());
          done++;
          listener.accept(done);
        }
      }
    }
  }

  private void annotations(String video, List<FrameIndex.Entry> entries) throws IOException {
    Path phases = output.resolve("phase_annotations").resolve(video + "-phase.txt");
    Path tools = output.resolve("tool_annotations").resolve(video + "-tool.txt");
    Files.createDirectories(output.resolve("phase_annotations"));
    Files.createDirectories(output.resolve("tool_annotations"));
    try (BufferedWriter out = Files.newBufferedWriter(phases, StandardCharsets.UTF_8)) {
      out.write("Frame\tPhase\n");
      for (int row = 0; row < entries.size() * Annotations.RATE; row++) {
        int phase = entries.get(row / Annotations.RATE).phase();
        out.write(row + "\t" + index.phaseOrder().names().get(phase) + "\n");
      }
    }
    try (BufferedWriter out = Files.newBufferedWriter(tools, StandardCharsets.UTF_8)) {
      out.write("Frame\t" + String.join("\t", Instruments.NAMES) + "\n");
      for (int i = 0; i < entries.size(); i++) {
        List<String> flags = entries.get(i).instruments().stream().map(String::valueOf).toList();
        out.write(i * Annotations.RATE + "\t" + String.join("\t", flags) + "\n");
      }
    }
  }
}
