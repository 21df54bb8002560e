package org.endossl.eval.features;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;
import org.endossl.tfrecords.DataException;
import org.jspecify.annotations.Nullable;

/** Features by the hash of what they were made from; each in a directory of its own. */
final class FeatureCache {
  private static final int NAME_LENGTH = 32;

  private final Path root;

  FeatureCache(Path root) {
    this.root = root;
  }

  private Path directory(String key) {
    return root.resolve(key.substring(0, NAME_LENGTH));
  }

  /** The features of a key; null if there are none or they are damaged. */
  @Nullable FeatureSet find(String key) throws IOException {
    Path directory = directory(key);
    if (!FeatureSet.isIn(directory)) {
      return null;
    }
    try {
      FeatureSet found = FeatureSet.read(directory);
      return found.info().key().equals(key) ? found : null;
    } catch (DataException damaged) {
      // They are made again, and replaced.
      return null;
    }
  }

  /** Keeps features; they appear whole. */
  void put(FeatureSet features) throws IOException {
    Files.createDirectories(root);
    Path part = Files.createTempDirectory(root, ".features-");
    try {
      features.write(part);
      Path directory = directory(features.info().key());
      delete(directory);
      Files.move(part, directory, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      delete(part);
    }
  }

  private static void delete(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : (Iterable<Path>) files::iterator) {
          Files.delete(file);
        }
      }
      Files.delete(directory);
    }
  }
}
