package org.endossl.train;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.endossl.model.CheckpointOps;
import org.endossl.model.HeadConfig;
import org.endossl.model.HostTensor;
import org.endossl.model.Initializer;
import org.endossl.model.MsnCheckpoint;
import org.endossl.model.MsnOptimizer;
import org.endossl.model.TensorSource;
import org.endossl.model.VariableStore;
import org.endossl.model.VitConfig;
import org.endossl.model.WeightLoader;
import org.endossl.model.WeightsException;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;

/**
 * A training checkpoint of facebookresearch/msn as a run that {@link Pretrainer#resume} continues:
 * both encoders with heads, prototypes, AdamW's moments, and where the schedules stand.
 *
 * <p>The file does not say what it was trained with; the configuration does, and has to be the
 * original's. Steps per epoch are the optimizer's steps over the epochs; resuming wants records
 * that give the same number.
 */
public final class ImportedRun {
  private ImportedRun() {}

  /**
   * Writes the run's folder, beside its place, and moves it there when complete.
   *
   * @param checkpoint a {@code .pth.tar}
   * @param config of the run that goes on
   * @param directory the new folder
   * @return the run's only checkpoint
   * @throws IllegalArgumentException if the folder is not empty, or the configuration describes
   *     another network
   * @throws WeightsException if the file is damaged, or holds no state of AdamW
   */
  public static Checkpoint write(Path checkpoint, PretrainConfig config, Path directory)
      throws IOException {
    RunDirectory.requireNew(directory);
    MsnCheckpoint.Model model = MsnCheckpoint.open(checkpoint, config.encoder().heads());
    requireSame(checkpoint, config, model);
    MsnOptimizer optimizer = model.optimizer().read();
    if (optimizer == null) {
      throw new WeightsException(
          checkpoint
              + ": holds no optimizer state, so no run can go on from it; import it without a"
              + " configuration, as weights");
    }
    Checkpoint.State state = state(checkpoint, model, optimizer);
    Path target = directory.toAbsolutePath();
    Path parent = target.getParent();
    if (parent == null) {
      throw new IllegalArgumentException(directory + ": wanted a folder below another");
    }
    Files.createDirectories(parent);
    Path part = Files.createTempDirectory(parent, "." + target.getFileName() + "-");
    try {
      RunDirectory run = RunDirectory.create(part);
      run.write(config);
      Path prefix = Checkpoint.prefix(run.checkpoints(), state.step());
      save(prefix, new Both(model.weights(), optimizer.moments()));
      Checkpoint.complete(prefix, config, state);
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      if (Files.exists(part)) {
        MoreFiles.deleteRecursively(part, RecursiveDeleteOption.ALLOW_INSECURE);
      }
    }
    return Checkpoint.open(directory);
  }

  private static void requireSame(
      Path checkpoint, PretrainConfig config, MsnCheckpoint.Model model) {
    List<String> differ = new ArrayList<>();
    VitConfig ours = config.encoder();
    VitConfig theirs = model.config();
    compare(differ, "encoder.image_size", ours.imageSize(), theirs.imageSize());
    compare(differ, "encoder.patch_size", ours.patchSize(), theirs.patchSize());
    compare(differ, "encoder.width", ours.width(), theirs.width());
    compare(differ, "encoder.depth", ours.depth(), theirs.depth());
    compare(differ, "encoder.mlp_ratio (hidden width)", ours.hidden(), theirs.hidden());
    HeadConfig head = config.head();
    @Nullable HeadConfig their = model.head();
    compare(differ, "head", head, their == null ? "none" : their);
    compare(differ, "prediction head", "none", model.prediction() ? "one" : "none");
    compare(differ, "criterion.prototypes", config.criterion().prototypes(), model.prototypes());
    if (!differ.isEmpty()) {
      throw new IllegalArgumentException(
          checkpoint
              + ": the configuration describes another network: "
              + String.join("; ", differ));
    }
  }

  private static void compare(List<String> differ, String key, Object ours, Object theirs) {
    if (!ours.equals(theirs)) {
      differ.add(key + ": got " + ours + ", the file has " + theirs);
    }
  }

  private static Checkpoint.State state(
      Path checkpoint, MsnCheckpoint.Model model, MsnOptimizer optimizer) throws WeightsException {
    long epochs = model.epoch();
    if (epochs < 1 || optimizer.steps() < 1 || optimizer.steps() % epochs != 0) {
      throw new WeightsException(
          checkpoint
              + ": got "
              + optimizer.steps()
              + " steps of the optimizer in "
              + epochs
              + " epochs, wanted a multiple: where its schedules stand cannot be told");
    }
    return new Checkpoint.State(
        optimizer.steps(), epochs, 0, optimizer.steps() / epochs, model.loss());
  }

  private static void save(Path prefix, TensorSource values) throws IOException {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      VariableStore store = new VariableStore(tf, "", 0);
      values
          .shapes()
          .forEach((name, shape) -> store.variable(name, shape, Initializer.zeros(), false));
      CheckpointOps checkpoints = CheckpointOps.build(tf, store.variables());
      WeightLoader loader = WeightLoader.build(tf, store.variables());
      try (Session session = new Session(graph, SessionOptions.DEFAULT.config())) {
        loader.assign(session, values);
        checkpoints.save(session, prefix);
      }
    }
  }

  /** Two sources as one. */
  private record Both(TensorSource first, TensorSource second) implements TensorSource {
    @Override
    public String where() {
      return first.where();
    }

    @Override
    public Map<String, Shape> shapes() {
      Map<String, Shape> all = new LinkedHashMap<>(first.shapes());
      all.putAll(second.shapes());
      return all;
    }

    @Override
    public HostTensor tensor(String name) throws IOException {
      return first.shapes().containsKey(name) ? first.tensor(name) : second.tensor(name);
    }
  }
}
