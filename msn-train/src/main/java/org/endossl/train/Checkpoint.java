package org.endossl.train;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.endossl.tfrecords.DataException;
import org.endossl.train.config.YamlConfig;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint on disk: TensorFlow's {@code PREFIX.index} and {@code PREFIX.data-00000-of-00001},
 * and the side file {@code PREFIX.json}, which is written last and says that the rest is complete.
 *
 * @param prefix path without the endings
 * @param config of the run that wrote it
 * @param state where the run stood
 */
public record Checkpoint(Path prefix, PretrainConfig config, State state) {
  private static final Pattern SIDE_FILE = Pattern.compile("step-(\\d{8,})\\.json");
  private static final List<String> ENDINGS = List.of(".index", ".data-00000-of-00001");
  private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

  /**
   * Where a run stood.
   *
   * @param step steps done
   * @param epoch epochs done
   * @param stepInEpoch steps done in the current epoch
   * @param stepsPerEpoch steps of a whole epoch, which a resumed run must find again
   * @param loss of the last step
   * @param skipped steps whose batch was left out because it gave no finite loss, ascending
   */
  public record State(
      long step,
      long epoch,
      long stepInEpoch,
      long stepsPerEpoch,
      double loss,
      @Nullable List<Long> skipped) {
    public State {
      skipped = skipped == null ? List.of() : List.copyOf(skipped); // older files have none
    }

    /** Without a step left out. */
    public State(long step, long epoch, long stepInEpoch, long stepsPerEpoch, double loss) {
      this(step, epoch, stepInEpoch, stepsPerEpoch, loss, List.of());
    }

    /** As {@link #skipped()}, for the loop. */
    List<Long> leftOut() {
      return skipped == null ? List.of() : skipped;
    }
  }

  /**
   * Opens the newest checkpoint of a run, or the one named.
   *
   * @param path a run's folder, its {@code checkpoints} folder, or a prefix
   * @throws IllegalArgumentException if there is none
   * @throws DataException if one of its files is missing or cannot be read
   */
  public static Checkpoint open(Path path) throws IOException {
    Path folder =
        Files.isDirectory(path.resolve("checkpoints")) ? path.resolve("checkpoints") : path;
    if (Files.isDirectory(folder)) {
      List<Path> prefixes = list(folder);
      if (prefixes.isEmpty()) {
        throw new IllegalArgumentException(
            path + ": holds no checkpoint (step-*.json); wanted a run of `endossl pretrain`");
      }
      return read(prefixes.get(prefixes.size() - 1));
    }
    Path prefix = without(path, ".json", ".index", ".data-00000-of-00001");
    if (!Files.isRegularFile(side(prefix))) {
      throw new IllegalArgumentException(path + ": no such checkpoint; wanted a run or a prefix");
    }
    return read(prefix);
  }

  /** Prefixes of the complete checkpoints in a folder, oldest first. */
  static List<Path> list(Path folder) throws IOException {
    List<Path> prefixes = new ArrayList<>();
    if (!Files.isDirectory(folder)) {
      return prefixes; // nothing was saved yet
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Matcher matcher = SIDE_FILE.matcher(name(file));
        if (matcher.matches()) {
          prefixes.add(without(file, ".json"));
        }
      }
    }
    prefixes.sort(
        Comparator.<Path>comparingInt(p -> name(p).length())
            .thenComparing(Comparator.naturalOrder()));
    return prefixes;
  }

  static Path prefix(Path folder, long step) {
    return folder.resolve(String.format(Locale.ROOT, "step-%08d", step));
  }

  /** Writes the side file; the checkpoint counts from now on. */
  static void complete(Path prefix, PretrainConfig config, State state) throws IOException {
    for (String ending : ENDINGS) {
      RunDirectory.sync(prefix.resolveSibling(name(prefix) + ending));
    }
    RunDirectory.syncFolder(prefix);
    SideFile file = new SideFile(1, state, YamlConfig.dump(config));
    RunDirectory.replace(side(prefix), GSON.toJson(file) + "\n");
  }

  /**
   * Removes all but the newest, side file first, so that none looks complete and is not.
   *
   * @param keep how many of the newest stay
   * @param keepEvery checkpoints after a multiple of this many steps stay too; 0: none
   */
  static void prune(Path folder, int keep, long keepEvery) throws IOException {
    List<Path> prefixes = list(folder);
    for (Path old : prefixes.subList(0, Math.max(0, prefixes.size() - keep))) {
      if (keepEvery == 0 || step(old) % keepEvery != 0) {
        remove(old);
      }
    }
  }

  /** The steps done, by its name. */
  static long step(Path prefix) {
    return Long.parseLong(name(prefix).substring("step-".length()));
  }

  /** Removes one, or what there is of it. */
  static void remove(Path prefix) throws IOException {
    Files.deleteIfExists(side(prefix));
    for (String ending : ENDINGS) {
      Files.deleteIfExists(prefix.resolveSibling(name(prefix) + ending));
    }
  }

  /** Removes what a process left that was killed while it saved. */
  static void removeUnfinished(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path left : (Iterable<Path>) files::iterator) {
        if (name(left).startsWith(".checkpoint-") && Files.isDirectory(left)) {
          MoreFiles.deleteRecursively(left, RecursiveDeleteOption.ALLOW_INSECURE);
        } else if (name(left).endsWith(".part")) {
          Files.delete(left);
        }
      }
    }
  }

  private record SideFile(int version, State state, String config) {}

  private static Checkpoint read(Path prefix) throws IOException {
    for (String ending : ENDINGS) {
      Path file = prefix.resolveSibling(name(prefix) + ending);
      if (!Files.isRegularFile(file)) {
        throw new DataException(
            file
                + ": is missing, but "
                + name(side(prefix))
                + " names it; delete that file to go back to"
                + " the checkpoint before");
      }
    }
    Path side = side(prefix);
    try {
      SideFile file = GSON.fromJson(Files.readString(side, StandardCharsets.UTF_8), SideFile.class);
      if (file == null || file.state() == null || file.config() == null) {
        throw new DataException(side + ": got no state or config, wanted both; delete it");
      }
      PretrainConfig config =
          YamlConfig.parse(file.config(), side.toString(), PretrainConfig.class, List.of());
      return new Checkpoint(prefix, config, file.state());
    } catch (JsonParseException e) {
      throw new DataException(side + ": is not JSON: " + e.getMessage() + "; delete it");
    }
  }

  private static Path side(Path prefix) {
    return prefix.resolveSibling(name(prefix) + ".json");
  }

  private static Path without(Path path, String... endings) {
    String name = name(path);
    for (String ending : endings) {
      if (name.endsWith(ending)) {
        return path.resolveSibling(name.substring(0, name.length() - ending.length()));
      }
    }
    return path;
  }

  private static String name(Path path) {
    Path name = path.getFileName();
    return name == null ? "" : name.toString();
  }
}
