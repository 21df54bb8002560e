package org.endossl.eval;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** SHA-256 of what features depend on, so that a change of any of it is another key. */
public final class Hashes {
  private Hashes() {}

  /** Of a text. */
  public static String ofText(String text) {
    return Hashing.sha256().hashString(text, StandardCharsets.UTF_8).toString();
  }

  /** Of a checkpoint's index, which holds a checksum of every tensor. */
  static String ofCheckpoint(Path prefix) throws IOException {
    return ofFiles(List.of(Path.of(prefix + ".index")));
  }

  /** Of a directory's weights in any format, their indexes and configurations. */
  static String ofHuggingFace(Path path) throws IOException {
    Path directory = Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
    List<Path> files = new ArrayList<>();
    if (directory != null) {
      try (Stream<Path> entries = Files.list(directory)) {
        entries
            .filter(p -> p.toString().matches(".*\\.(safetensors|bin|json)"))
            .sorted()
            .forEach(files::add);
      }
    }
    return ofFiles(files);
  }

  /** Of a SavedModel's function and variables. */
  static String ofSavedModel(Path directory) throws IOException {
    List<Path> files = new ArrayList<>(List.of(directory.resolve("saved_model.pb")));
    Path variables = directory.resolve("variables");
    if (Files.isDirectory(variables)) {
      try (Stream<Path> entries = Files.list(variables)) {
        entries.filter(Files::isRegularFile).sorted().forEach(files::add);
      }
    }
    return ofFiles(files);
  }

  /** Of files' contents. */
  static String ofFiles(List<Path> files) throws IOException {
    Hasher hasher = Hashing.sha256().newHasher();
    for (Path file : files) {
      hasher.putBytes(MoreFiles.asByteSource(file).hash(Hashing.sha256()).asBytes());
    }
    return hasher.hash().toString();
  }
}
