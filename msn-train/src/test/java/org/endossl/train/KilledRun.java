package org.endossl.train;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.endossl.train.config.YamlConfig;

/** A process of its own that pre-trains, for {@link KillTest} to kill. Says each step on a line. */
public final class KilledRun {
  private KilledRun() {}

  /** A configuration file and the run's folder. */
  public static void main(String[] args) throws IOException {
    Path run = Path.of(args[1]);
    PrintStream out =
        new PrintStream(
            new java.io.FileOutputStream(java.io.FileDescriptor.out), true, StandardCharsets.UTF_8);
    PretrainProgress.Listener listener =
        new PretrainProgress.Listener() {
          @Override
          public void step(PretrainProgress progress) {
            out.println("step " + progress.step());
          }

          @Override
          public void phase(String what) {
            out.println(what);
          }
        };
    Checkpoint last =
        Files.isRegularFile(run.resolve("config.yaml"))
            ? Pretrainer.resume(run, listener)
            : Pretrainer.run(
                YamlConfig.load(Path.of(args[0]), PretrainConfig.class, java.util.List.of()),
                run,
                listener);
    out.println("done " + last.state().step());
  }
}
