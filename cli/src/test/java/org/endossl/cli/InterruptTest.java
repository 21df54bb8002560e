package org.endossl.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signals need a process of its own. */
@Tag("slow")
class InterruptTest {
  @TempDir Path temp;

  @Test
  void interrupt_finishesTheStep_saves_andExitsWithZero() throws Exception {
    Process process = pretrain();
    String said = until(process, "  loss ");
    signal(process);
    said += rest(process);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), said);
    assertEquals(ExitCode.DONE, process.exitValue(), said);
    assertTrue(said.contains("which are saved; go on with: endossl pretrain --resume"), said);
    List<String> rows = Files.readAllLines(temp.resolve("run/metrics.csv"));
    String last = rows.get(rows.size() - 1);
    long steps = 1 + Long.parseLong(last.substring(0, last.indexOf(',')));
    assertTrue(
        Files.isRegularFile(
            temp.resolve(String.format(Locale.ROOT, "run/checkpoints/step-%08d.json", steps))),
        said);
  }

  @Test
  void secondInterrupt_leavesAtOnce() throws Exception {
    Process process = pretrain();
    until(process, "building the graph"); // takes a while, and does not look for signals
    signal(process);
    Thread.sleep(50);
    signal(process);
    assertTrue(process.waitFor(2, TimeUnit.SECONDS), "it still runs");
    assertEquals(ExitCode.INTERRUPTED, process.exitValue());
  }

  private static void signal(Process process) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
  }

  private static String until(Process process, String wanted) throws IOException {
    BufferedReader lines = reader(process);
    StringBuilder said = new StringBuilder();
    String line;
    while ((line = lines.readLine()) != null) {
      said.append(line).append('\n');
      if (line.contains(wanted)) {
        return said.toString();
      }
    }
    throw new AssertionError("not said: " + wanted + " in " + said);
  }

  private static String rest(Process process) throws IOException {
    StringBuilder said = new StringBuilder();
    BufferedReader lines = reader(process);
    String line;
    while ((line = lines.readLine()) != null) {
      said.append(line).append('\n');
    }
    return said.toString();
  }

  private static BufferedReader reader(Process process) {
    return new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8), 1);
  }

  private Process pretrain() throws IOException {
    Path data = temp.resolve("data");
    assertEquals(
        ExitCode.DONE,
        Ran.endossl(
                "synthetic",
                "--out",
                data.toString(),
                "--videos",
                "3",
                "--frames",
                "32",
                "--size",
                "48x32")
            .code());
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                "-Djava.awt.headless=true",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    Object[] words =
        ChainTest.pretrain(
            data, ChainTest.SPLIT, temp.resolve("run"), "optimization.epochs=100000");
    for (Object word : words) {
      command.add(word.toString());
    }
    command.addAll(List.of("--set", "encoder.depth=12"));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }
}
