package org.endossl.eval.parity;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a check found: comparisons, and the tensors it computed. */
final class Findings {
  private final String golden;
  private final List<ParityCase> cases = new ArrayList<>();
  private final Map<String, Computed> computed = new LinkedHashMap<>();

  /** A computed tensor, of the expected one's name, shape and type. */
  @SuppressWarnings("ArrayRecordComponent") // large; never compared as records
  record Computed(boolean bytes, long[] shape, float[] values) {}

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

  /** Keeps a computed tensor for {@code --out}. */
  void keep(String name, Computed tensor) {
    computed.put(name, tensor);
  }

  List<ParityCase> cases() {
    return Collections.unmodifiableList(cases);
  }

  Map<String, Computed> computed() {
    return Collections.unmodifiableMap(computed);
  }
}
