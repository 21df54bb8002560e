package org.endossl.train;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.stream.Stream;
import org.endossl.train.config.YamlConfig;

/**
 * The folder of one run: {@code config.yaml} (resolved), {@code run.json} (versions, commit, seeds,
 * data), {@code metrics.csv}, {@code timings.csv}, {@code tensorboard/}, {@code checkpoints/},
 * later the report. It is enough to run again.
 */
public final class RunDirectory {
  private final Path root;

  private RunDirectory(Path root) {
    this.root = root;
  }

  /**
   * Creates the folder of a new run.
   *
   * @throws IllegalArgumentException if something is there already
   */
  public static RunDirectory create(Path root) throws IOException {
    requireNew(root);
    Files.createDirectories(root);
    return new RunDirectory(root);
  }

  static void requireNew(Path root) throws IOException {
    if (Files.exists(root)) {
      if (!Files.isDirectory(root)) {
        throw new IllegalArgumentException(root + ": is a file; wanted a folder for the run");
      }
      try (Stream<Path> entries = Files.list(root)) {
        // A process that was killed at its very start leaves no more than a half-written file.
        if (entries.anyMatch(e -> !e.toString().endsWith(".part"))) {
          throw new IllegalArgumentException(
              root + ": is not empty; name another folder with --out, or go on with --resume");
        }
      }
    }
  }

  /**
   * Opens the folder of a run that was started before.
   *
   * @throws IllegalArgumentException if there is no run
   */
  public static RunDirectory open(Path root) {
    RunDirectory run = new RunDirectory(root);
    if (!Files.isRegularFile(run.config())) {
      throw new IllegalArgumentException(
          root + ": is no run: there is no config.yaml; wanted the --out of `endossl pretrain`");
    }
    return run;
  }

  public Path root() {
    return root;
  }

  /** The resolved configuration. */
  public Path config() {
    return root.resolve("config.yaml");
  }

  /** Versions, commit, seeds, data. */
  public Path environment() {
    return root.resolve("run.json");
  }

  /** One row per step. */
  public Path metrics() {
    return root.resolve("metrics.csv");
  }

  /** One row per step of what differs from run to run: images per second, waiting for input. */
  public Path timings() {
    return root.resolve("timings.csv");
  }

  /** TensorBoard's event files. */
  public Path tensorBoard() {
    return root.resolve("tensorboard");
  }

  /** TensorFlow checkpoints and their side files. */
  public Path checkpoints() {
    return root.resolve("checkpoints");
  }

  void write(PretrainConfig config) throws IOException {
    replace(config(), YamlConfig.dump(config));
  }

  /** Writes a text file that appears whole or not at all, also when the power fails. */
  public static void replace(Path file, String text) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try {
      Files.writeString(part, text, StandardCharsets.UTF_8);
      sync(part);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      syncFolder(file);
    } catch (IOException e) {
      throw explained(file, e);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /** Makes sure that a file's bytes have reached the disk. */
  static void sync(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Makes sure that a file's name has reached the disk, where the system lets one. */
  static void syncFolder(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null && !System.getProperty("os.name", "").startsWith("Windows")) {
      sync(folder);
    }
  }

  /** An exception of writing whose message names the file and, if the disk is full, says so. */
  static IOException explained(Path file, IOException e) {
    String message = String.valueOf(e.getMessage());
    String lower = message.toLowerCase(Locale.ROOT);
    boolean full =
        lower.contains("no space left")
            || lower.contains("quota exceeded")
            || lower.contains("not enough space");
    if (!full && message.contains(file.toString())) {
      return e;
    }
    FileSystemException explained =
        new FileSystemException(
            file.toString(),
            null,
            full
                ? "no space left on the disk; free some and go on with --resume"
                : "could not be written: " + message.lines().findFirst().orElse(""));
    explained.initCause(e);
    return explained;
  }
}
