package org.endossl.eval.inspect;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.endossl.train.Checkpoint;
import org.endossl.train.PretrainConfig;
import org.endossl.train.PretrainProgress;
import org.endossl.train.Pretrainer;
import org.endossl.train.config.YamlConfig;

/** A pre-training run of two steps, for tests. */
public final class TinyRun {
  public static final int PROTOTYPES = 8;
  public static final int HEADS = 2;

  /** Patches in a row. */
  public static final int ACROSS = 2;

  private TinyRun() {}

  /** Trains on videos 1 and 2; video 3 is the test split's. */
  public static Checkpoint train(Path records, Path out) throws IOException {
    PretrainConfig config =
        YamlConfig.load(
            Path.of("").toAbsolutePath().resolveSibling("configs/pretrain/msn-vits16-report.yaml"),
            PretrainConfig.class,
            List.of(
                "seed=5",
                "data.records=[\"" + records + "\"]",
                "data.split={train: 1-2, validation: '', test: 3}",
                "data.shuffle=8",
                "data.workers=1",
                "views.rand_size=32",
                "encoder={image_size: 32, patch_size: 16, width: 24, depth: 2, heads: "
                    + HEADS
                    + ", mlp_ratio: 2, layer_norm_eps: 1e-6, drop_path: 0}",
                "head={hidden: 16, output: 8, batch_norm: true}",
                "criterion.prototypes=" + PROTOTYPES,
                "optimization.batch_size=4",
                "optimization.epochs=3",
                "run.max_steps=2"));
    return Pretrainer.run(config, out, new Deaf());
  }

  private static final class Deaf implements PretrainProgress.Listener {
    @Override
    public void step(PretrainProgress progress) {}

    @Override
    public void phase(String what) {}
  }
}
