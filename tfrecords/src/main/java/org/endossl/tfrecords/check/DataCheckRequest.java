package org.endossl.tfrecords.check;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is checked.
 *
 * @param files record files, as {@link org.endossl.tfrecords.RecordFiles#list} gives them
 * @param expectedVideos the videos that must be there, and no others; empty where any are right
 * @param splits the videos of each part, such as train and test; may be empty
 * @param every of how many frames one is decoded to find black ones; 0 decodes none
 */
public record DataCheckRequest(
    List<Path> files, List<String> expectedVideos, Map<String, List<String>> splits, int every) {

  public DataCheckRequest {
    files = List.copyOf(files);
    expectedVideos = List.copyOf(expectedVideos);
    splits = new LinkedHashMap<>(splits);
    if (every < 0) {
      throw new IllegalArgumentException("every: got " + every + ", wanted 0 (none) or more");
    }
  }

  @Override
  public Map<String, List<String>> splits() {
    return new LinkedHashMap<>(splits);
  }
}
