package org.endossl.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** The files of a Hugging Face directory: which there are and which is read. */
final class HuggingFaceFiles {
  static final String SAFETENSORS = "model.safetensors";
  private static final String INDEX = ".index.json";
  private static final String CONFIG = "config.json";

  /** In the order of preference: what transformers writes today comes first. */
  private static final List<String> NAMES = List.of(SAFETENSORS, "pytorch_model.bin");

  /**
   * One file.
   *
   * @param source its float tensors
   * @param names of all its tensors
   */
  record Opened(TensorSource source, Set<String> names) {
    Opened {
      names = Set.copyOf(names);
    }
  }

  private HuggingFaceFiles() {}

  /** Whether a path is a directory with a configuration and weights, or weights beside one. */
  static boolean areThere(Path path) {
    if (!Files.isRegularFile(config(path))) {
      return false;
    }
    if (!Files.isDirectory(path)) {
      return Files.exists(path)
          && NAMES.stream().anyMatch(n -> path.toString().endsWith(ending(n)));
    }
    return NAMES.stream()
        .anyMatch(
            name ->
                Files.isRegularFile(path.resolve(name))
                    || Files.isRegularFile(path.resolve(name + INDEX)));
  }

  static Path config(Path path) {
    Path parent = Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
    return parent == null ? path.resolve(CONFIG) : parent.resolve(CONFIG);
  }

  /**
   * Opens the weights.
   *
   * @param path the directory or a file of it
   */
  static TensorSource weights(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return open(path).source();
    }
    for (String name : NAMES) {
      if (Files.exists(path.resolve(name))) {
        return open(path.resolve(name)).source();
      }
      if (Files.exists(path.resolve(name + INDEX))) {
        return Shards.open(path.resolve(name + INDEX), ending(name));
      }
    }
    throw new WeightsException(
        path + ": no weights; wanted " + String.join(" or ", NAMES) + ", or their " + INDEX);
  }

  /** Opens one file, by its ending: PyTorch's {@code .bin} or safetensors. */
  static Opened open(Path file) throws IOException {
    if (file.toString().endsWith(".bin")) {
      TorchFile torch = TorchFile.open(file);
      return new Opened(torch, torch.names());
    }
    Safetensors tensors = Safetensors.open(file);
    return new Opened(tensors, tensors.entries().keySet());
  }

  private static String ending(String name) {
    return name.substring(name.lastIndexOf('.'));
  }
}
