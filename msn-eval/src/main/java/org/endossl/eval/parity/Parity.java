package org.endossl.eval.parity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.endossl.eval.AtomicFiles;
import org.endossl.model.Safetensors;
import org.endossl.model.TensorSource;
import org.endossl.tfrecords.DataException;

/** Runs golden values of any kind on this build. */
public final class Parity {
  private Parity() {}

  /** Told what is being run. */
  @FunctionalInterface
  public interface Listener {
    /** A file or folder is begun, number {@code at} of {@code of}, from 0. */
    void begins(int at, int of, Path golden, String kind);
  }

  /**
   * Compares.
   *
   * @throws DataException if there is nothing that is recognised
   * @throws IOException if golden values cannot be read or results cannot be written
   */
  public static ParityReport run(ParityRequest request, Listener listener) throws IOException {
    Map<Path, GoldenKind> found = find(request.path());
    boolean single = found.containsKey(request.path());
    List<ParityCase> cases = new ArrayList<>();
    int at = 0;
    for (Map.Entry<Path, GoldenKind> entry : found.entrySet()) {
      Path golden = entry.getKey();
      GoldenKind kind = entry.getValue();
      listener.begins(at++, found.size(), golden, kind.text());
      Findings findings = new Findings(String.valueOf(golden.getFileName()));
      kind.check().run(golden, findings);
      if (request.out() != null) {
        write(findings, single ? request.out() : request.out().resolve(stem(golden)));
      }
      cases.addAll(findings.cases());
    }
    return new ParityReport(cases);
  }

  /** The path itself, or what is directly below it. */
  private static Map<Path, GoldenKind> find(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw new DataException(path + ": no such file or folder of golden values");
    }
    Map<Path, GoldenKind> found = new LinkedHashMap<>();
    GoldenKind kind = GoldenKind.of(path);
    if (kind != null) {
      found.put(path, kind);
    } else if (Files.isDirectory(path)) {
      for (Path below : GoldenKind.sorted(path)) {
        GoldenKind its = GoldenKind.of(below);
        if (its != null) {
          found.put(below, its);
        }
      }
    }
    if (found.isEmpty()) {
      throw new DataException(
          path + ": no golden values of a known kind; docs/design.md says how each is recognised");
    }
    return found;
  }

  private static void write(Findings findings, Path directory) throws IOException {
    if (findings.tensors().isEmpty() && findings.texts().isEmpty()) {
      return;
    }
    Files.createDirectories(directory);
    if (!findings.tensors().isEmpty()) {
      Safetensors.write(
          directory.resolve("computed.safetensors"),
          TensorSource.of("computed", findings.tensors()),
          Map.of("format", "pt"));
    }
    for (Map.Entry<String, String> text : findings.texts().entrySet()) {
      AtomicFiles.writeText(directory.resolve(text.getKey()), text.getValue());
    }
  }

  private static String stem(Path golden) {
    return String.valueOf(golden.getFileName()).replaceFirst("\\.(json|safetensors)$", "");
  }
}
