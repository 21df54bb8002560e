package org.endossl.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code ./endossl} says on machines without the right Java; nothing is built here. */
final class LauncherTest {
  private static final Path LAUNCHER = Path.of("../endossl");

  @TempDir Path temp;

  @BeforeEach
  void needsAShell() {
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "skipped: no /bin/sh");
  }

  @Test
  void anOlderJava_isNamed_andWhatToInstall() throws Exception {
    Result result = run(LAUNCHER, java("11.0.22"));
    assertEquals(4, result.code);
    assertEquals(1, result.text.lines().count(), result.text);
    assertTrue(result.text.contains("Java 11.0.22"), result.text);
    assertTrue(result.text.contains("install a JDK 17"), result.text);
  }

  @Test
  void java8_isOlderThan17() throws Exception {
    Result result = run(LAUNCHER, java("1.8.0_392"));
    assertEquals(4, result.code);
    assertTrue(result.text.contains("too old"), result.text);
  }

  @Test
  void aWrongJavaHome_isNamed() throws Exception {
    Result result = run(LAUNCHER, temp.resolve("none"));
    assertEquals(4, result.code);
    assertTrue(result.text.contains("JAVA_HOME"), result.text);
  }

  @Test
  void aRuntimeWithoutCompiler_cannotBuild_andSaysSo() throws Exception {
    Path copy = Files.createDirectories(temp.resolve("copy")).resolve("endossl");
    Files.copy(LAUNCHER, copy);
    Result result = run(copy, java("17.0.9"));
    assertEquals(4, result.code);
    assertTrue(result.text.contains("no javac"), result.text);
  }

  @Test
  void throughALink_findsItsOwnFolder() throws Exception {
    Path link = Files.createSymbolicLink(temp.resolve("link"), LAUNCHER.toRealPath());
    Result result = run(link, java("11"));
    assertEquals(4, result.code);
  }

  private record Result(int code, String text) {}

  /** A folder that looks like a Java of some version. */
  private Path java(String version) throws IOException {
    Path home = Files.createDirectories(temp.resolve("java-" + version));
    Files.writeString(
        home.resolve("release"),
        "IMPLEMENTOR=\"Test\"\nJAVA_VERSION=\"" + version + "\"\n",
        StandardCharsets.UTF_8);
    Path bin = Files.createDirectories(home.resolve("bin"));
    Path program = bin.resolve("java");
    Files.writeString(program, "#!/bin/sh\nexit 9\n", StandardCharsets.UTF_8);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    return home;
  }

  private Result run(Path launcher, Path javaHome) throws IOException, InterruptedException {
    Path out = temp.resolve("out.txt");
    ProcessBuilder builder =
        new ProcessBuilder("/bin/sh", launcher.toString(), "--help")
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    Map<String, String> environment = builder.environment();
    environment.put("JAVA_HOME", javaHome.toString());
    int code = builder.start().waitFor();
    return new Result(code, Files.readString(out, StandardCharsets.UTF_8));
  }
}
