package org.endossl.eval.images;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.endossl.eval.embed.Embed;
import org.endossl.tfrecords.DataException;

/**
 * Images in a folder per class.
 *
 * @param classes the subdirectories' names, sorted
 * @param files the images, by class and name
 * @param targets a class for each
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ImageFolder(List<String> classes, List<Path> files, int[] targets) {
  /**
   * Finds all images.
   *
   * @throws DataException if there is no such folder, fewer than two classes, or a class without
   *     images
   */
  static ImageFolder of(Path folder) throws IOException {
    List<String> classes = classes(folder);
    List<Path> files = new ArrayList<>();
    List<Integer> targets = new ArrayList<>();
    for (int c = 0; c < classes.size(); c++) {
      Path one = folder.resolve(classes.get(c));
      List<Path> images;
      try {
        images = Embed.images(one);
      } catch (IllegalArgumentException e) {
        throw new DataException(one + ": no images", e);
      }
      for (Path image : images) {
        files.add(image);
        targets.add(c);
      }
    }
    return new ImageFolder(classes, files, targets.stream().mapToInt(i -> i).toArray());
  }

  /** The training images of a configuration. */
  static ImageFolder of(ImageFolders folders) throws IOException {
    ImageFolder all = of(Path.of(folders.train()));
    return folders.labelled() == null ? all : all.only(Path.of(folders.labelled()));
  }

  /**
   * Finds all images of a folder that has to have these classes.
   *
   * @throws DataException as above, or if the classes differ
   */
  static ImageFolder of(Path folder, List<String> classes) throws IOException {
    ImageFolder found = of(folder);
    if (!found.classes().equals(classes)) {
      throw new DataException(
          folder + ": classes " + found.classes() + ", the training images have " + classes);
    }
    return found;
  }

  /**
   * Only the images that a list names, as those of facebookresearch/msn's imagenet_subsets: a file
   * name per line.
   *
   * @throws DataException if a name is not there or is there twice
   */
  ImageFolder only(Path list) throws IOException {
    if (!Files.isRegularFile(list)) {
      throw new DataException(list + ": no such list of images");
    }
    Set<String> wanted = new LinkedHashSet<>();
    for (String line : Files.readAllLines(list, StandardCharsets.UTF_8)) {
      if (!line.isBlank() && !wanted.add(line.strip())) {
        throw new DataException(list + ": " + line.strip() + " is there twice");
      }
    }
    List<Path> kept = new ArrayList<>();
    List<Integer> of = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      if (wanted.remove(String.valueOf(files.get(i).getFileName()))) {
        kept.add(files.get(i));
        of.add(targets[i]);
      }
    }
    if (!wanted.isEmpty()) {
      throw new DataException(
          list
              + ": "
              + wanted.size()
              + " images that are in no class of the folder, the first "
              + wanted.iterator().next());
    }
    return new ImageFolder(classes, kept, of.stream().mapToInt(i -> i).toArray());
  }

  private static List<String> classes(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new DataException(
          folder + ": no such directory; wanted one with a subdirectory of images per class");
    }
    try (Stream<Path> entries = Files.list(folder)) {
      List<String> classes =
          entries
              .filter(Files::isDirectory)
              .map(path -> String.valueOf(path.getFileName()))
              .sorted()
              .toList();
      if (classes.size() < 2) {
        throw new DataException(
            folder + ": subdirectories " + classes + ", wanted two or more, one per class");
      }
      return classes;
    }
  }
}
