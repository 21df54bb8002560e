package org.endossl.eval.demo;

import java.nio.file.Path;
import java.util.List;
import org.endossl.eval.probe.ProbeComparison;
import org.endossl.eval.probe.ProbeResult;

/**
 * What a demo found.
 *
 * @param report the HTML file
 * @param results the probes: pre-trained, random weights, mean colour
 * @param stopped whether pre-training was ended by the clock
 * @param seconds in all
 */
public record DemoResult(Path report, List<ProbeResult> results, boolean stopped, double seconds) {
  public DemoResult {
    results = List.copyOf(results);
  }

  /** endossl's scores on the test videos, a line per probe. */
  public List<ProbeComparison.Line> table() {
    return new ProbeComparison(results).table();
  }
}
