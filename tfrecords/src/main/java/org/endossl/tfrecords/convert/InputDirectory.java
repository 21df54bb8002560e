package org.endossl.tfrecords.convert;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.FrameRecord;
import org.endossl.tfrecords.Quoted;
import org.endossl.tfrecords.convert.ConvertRequest.Layout;
import org.endossl.tfrecords.video.FrameChoice;
import org.endossl.tfrecords.video.FrameSource;

/**
 * Which videos an input directory holds.
 *
 * @param layout FRAMES or VIDEOS
 * @param videos names, sorted
 */
record InputDirectory(Path directory, Layout layout, List<String> videos) {

  private static final String ENDING = ".mp4";

  /**
   * Looks at the directory.
   *
   * @throws DataException when it holds no video, or not those that were asked for
   */
  static InputDirectory of(ConvertRequest request) throws IOException {
    Path input = request.input();
    Layout layout = request.layout();
    if (layout == Layout.AUTO) {
      layout = Files.isDirectory(input.resolve("frames")) ? Layout.FRAMES : Layout.VIDEOS;
    }
    if (layout == Layout.FRAMES) {
      every(request);
    }
    List<String> there = layout == Layout.FRAMES ? folders(input) : files(input);
    if (there.isEmpty()) {
      throw new DataException(
          input
              + ": no videos, looked for frames/*/ and videos/*.mp4 (with phase_annotations/ and"
              + " tool_annotations/ beside them)");
    }
    for (String video : request.videos()) {
      if (!there.contains(video)) {
        throw new DataException(
            input + ": no " + Quoted.of(video) + ", there are " + String.join(", ", there));
      }
    }
    List<String> chosen =
        request.videos().isEmpty()
            ? there
            : there.stream().filter(request.videos()::contains).toList();
    return new InputDirectory(input, layout, request.reading().share().of(chosen));
  }

  private static List<String> folders(Path input) throws IOException {
    List<String> names = new ArrayList<>();
    for (Path folder : list(input.resolve("frames"))) {
      if (Files.isDirectory(folder) && !Files.isHidden(folder)) {
        names.add(name(folder, String.valueOf(folder.getFileName())));
      }
    }
    return names;
  }

  private static List<String> files(Path input) throws IOException {
    List<String> names = new ArrayList<>();
    for (Path file : list(input.resolve("videos"))) {
      String name = String.valueOf(file.getFileName());
      if (name.endsWith(ENDING) && Files.isRegularFile(file) && !Files.isHidden(file)) {
        names.add(name(file, name.substring(0, name.length() - ENDING.length())));
      }
    }
    return names;
  }

  private static List<Path> list(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().toList();
    }
  }

  private static String name(Path file, String name) throws DataException {
    if (!FrameRecord.isVideoId(name)) {
      throw new DataException(
          file + ": cannot be a video's name, wanted letters, digits, _ and - only; rename it");
    }
    return name;
  }

  /** The frames of one of the videos. */
  FrameSource open(String video, ConvertRequest request) throws IOException {
    double step = Annotations.RATE / request.framesPerSecond();
    if (layout == Layout.VIDEOS) {
      Path file = directory.resolve("videos").resolve(video + ENDING);
      return request.reading().decoder().open(file, new FrameChoice(step, request.decodedSize()));
    }
    return FrameFolder.open(
        directory.resolve("frames").resolve(video), request.decodedSize(), every(request));
  }

  /** Of how many extracted frames one is taken, so that each is that of its annotation row. */
  static int every(ConvertRequest request) {
    double extracted = request.reading().extractedRate();
    double every = extracted / request.framesPerSecond();
    if (every < 1 || Math.abs(every - Math.rint(every)) > 1e-6 * every) {
      throw new IllegalArgumentException(
          "frames per second: got "
              + request.framesPerSecond()
              + " of frames that were extracted "
              + extracted
              + " times a second, wanted that or a whole part of it");
    }
    return (int) Math.rint(every);
  }
}
