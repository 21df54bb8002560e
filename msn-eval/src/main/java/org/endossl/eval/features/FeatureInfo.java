package org.endossl.eval.features;

import java.util.List;
import org.endossl.eval.Preprocessing;

/**
 * What features were made from.
 *
 * @param key hash of all that decides their values; the cache's name for them
 * @param weights the weights' source as given
 * @param weightsHash hash of the weights themselves
 * @param encoder the network in words
 * @param dataHash hash of the frames' index
 * @param files the record files' names
 * @param videos the videos, sorted
 * @param frames number of rows
 * @param width values per frame
 * @param preprocessing size and normalisation
 * @param phaseOrder the records' order of phases; the table has names
 * @param versions programs and their versions
 */
public record FeatureInfo(
    String key,
    String weights,
    String weightsHash,
    String encoder,
    String dataHash,
    List<String> files,
    List<String> videos,
    int frames,
    int width,
    Preprocessing preprocessing,
    String phaseOrder,
    List<String> versions) {
  public FeatureInfo {
    files = List.copyOf(files);
    videos = List.copyOf(videos);
    versions = List.copyOf(versions);
  }

  FeatureInfo withVersions(List<String> programs) {
    return new FeatureInfo(
        key,
        weights,
        weightsHash,
        encoder,
        dataHash,
        files,
        videos,
        frames,
        width,
        preprocessing,
        phaseOrder,
        programs);
  }
}
