package org.endossl.eval.parity;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.endossl.model.HostTensor;

/** What a check found: comparisons, and what it computed. */
final class Findings {
  private final String golden;
  private final List<ParityCase> cases = new ArrayList<>();
  private final Map<String, HostTensor> tensors = new LinkedHashMap<>();
  private final Map<String, String> texts = new LinkedHashMap<>();

  Findings(String golden) {
    this.golden = golden;
  }

  /** Adds a comparison. */
  void compare(String name, double difference, double bar, String note) {
    cases.add(ParityCase.of(golden, name, difference, bar, note));
  }

  /** Adds a comparison that was judged elsewhere. */
  void add(String name, double difference, double bar, String note, boolean holds) {
    ParityCase.Verdict verdict = holds ? ParityCase.Verdict.HOLDS : ParityCase.Verdict.MISSED;
    cases.add(new ParityCase(golden, name, difference, bar, note, verdict));
  }

  /** Adds a part that this build cannot run. */
  void unsupported(String name) {
    cases.add(ParityCase.unsupported(golden, name));
  }

  /** Keeps a computed tensor, under the name of the expected one. */
  void keep(String name, HostTensor tensor) {
    tensors.put(name, tensor);
  }

  /** Keeps a computed file of text. */
  void keep(String file, String text) {
    texts.put(file, text);
  }

  List<ParityCase> cases() {
    return Collections.unmodifiableList(cases);
  }

  Map<String, HostTensor> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  Map<String, String> texts() {
    return Collections.unmodifiableMap(texts);
  }
}
