package org.endossl.tfrecords.convert;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.endossl.tfrecords.OutputFiles;
import org.endossl.tfrecords.PhaseOrder;
import org.endossl.tfrecords.Shards;
import org.endossl.tfrecords.convert.ConvertRequest.Layout;

/** The directory of the record files, with how they were made in {@code labels.json}. */
final class OutputDirectory {

  private final ConvertRequest request;
  private final byte[] label;

  OutputDirectory(ConvertRequest request, Layout layout) {
    this.request = request;
    this.label = (label(request, layout) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static JsonObject label(ConvertRequest request, Layout layout) {
    JsonObject made = new JsonObject();
    made.addProperty("from", layout == Layout.FRAMES ? "frames" : "videos");
    made.addProperty("frames_per_second", request.framesPerSecond());
    made.addProperty("size", request.size() == null ? "as it is" : request.size().toString());
    made.addProperty("compression", request.compression().name());
    made.addProperty("shards", request.shards());
    made.addProperty("tools", request.tools());
    Editing editing = request.editing();
    BorderCrop crop = editing.crop();
    if (crop != null) {
      made.addProperty("crop", crop.window() + ":" + crop.threshold());
    }
    if (!editing.filters().isEmpty()) {
      made.addProperty(
          "drop", String.join(",", editing.filters().stream().map(FrameFilter::name).toList()));
    }
    JsonObject json = request.phaseOrder().toJson();
    json.add("converted", made);
    return json;
  }

  /**
   * Refuses a directory that holds what was not made in the same way, or made already.
   *
   * @throws IllegalArgumentException with what to do
   */
  void check(List<String> videos) throws IOException {
    Path directory = request.output();
    Path side = directory.resolve(PhaseOrder.SIDE_FILE);
    boolean records = hasRecords(directory); // before: another share's process writes them behind
    if (Files.exists(side)) {
      String there = new String(Files.readAllBytes(side), StandardCharsets.UTF_8).strip();
      String wanted = new String(label, StandardCharsets.UTF_8).strip();
      if (!there.equals(wanted)) {
        throw new IllegalArgumentException(
            side + ": holds " + there + ", wanted " + wanted + "; choose another output directory");
      }
    } else if (records) {
      throw new IllegalArgumentException(
          directory + ": holds record files of another origin; choose another output directory");
    }
    for (String video : videos) {
      if (!request.resume() && isComplete(video)) {
        throw new IllegalArgumentException(
            files(video).get(0) + ": is there already; resume, or choose another output directory");
      }
    }
  }

  static boolean hasRecords(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return false;
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.anyMatch(file -> String.valueOf(file.getFileName()).contains(".tfrecord"));
    }
  }

  /** Makes the directory and its side file. */
  void begin() throws IOException {
    Files.createDirectories(request.output());
    Path side = request.output().resolve(PhaseOrder.SIDE_FILE);
    try {
      OutputFiles.write(side, label);
    } catch (NoSuchFileException e) {
      if (!Files.exists(side)) { // else another share's process wrote the same
        throw e;
      }
    }
  }

  /** The record files of a video. */
  List<Path> files(String video) {
    String ending = ".tfrecord" + request.compression().suffix();
    if (request.shards() == 1) {
      return List.of(request.output().resolve(video + ending));
    }
    List<Path> files = new ArrayList<>();
    for (int shard = 0; shard < request.shards(); shard++) {
      files.add(request.output().resolve(Shards.name(video, shard, request.shards(), ending)));
    }
    return files;
  }

  /** Files get their names when they are complete, so being there is enough. */
  boolean isComplete(String video) {
    return files(video).stream().allMatch(Files::exists);
  }

  /** Where frames wait whose number is not yet known. */
  Path spool(String video) {
    return request.output().resolve("." + video + ".spool");
  }
}
