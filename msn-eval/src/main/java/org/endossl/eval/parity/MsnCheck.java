package org.endossl.eval.parity;

import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.endossl.model.TensorSource;
import org.endossl.train.MsnParity;

/** Training steps that facebookresearch/msn took, taken again by {@link MsnParity}. */
final class MsnCheck implements GoldenCheck {
  /** {@code 1.0E-4 relative}, {@code 99 in 100 by 1.2e-06, all by 3.9e-03}. */
  private static final Pattern BAR =
      Pattern.compile("(?:.*all by )?([0-9.]+(?:[eE][-+]?[0-9]+)?).*");

  @Override
  public void run(Path golden, Findings findings) throws IOException {
    MsnParity.Report report = MsnParity.run(golden);
    for (MsnParity.Comparison one : report.comparisons()) {
      boolean relative = one.bar().contains("relative") || one.bar().contains("of norm");
      Matcher bar = BAR.matcher(one.bar());
      findings.add(
          one.name(),
          relative ? one.relative() : one.absolute(),
          bar.matches() ? Double.parseDouble(bar.group(1)) : Double.NaN,
          one.bar().replaceFirst("^[0-9.eE-]+ (?!in )", ""),
          one.holds());
    }
    TensorSource computed = report.computed();
    for (String name : computed.shapes().keySet()) {
      findings.keep(name, computed.tensor(name));
    }
    findings.keep(
        "log.json", new GsonBuilder().setPrettyPrinting().create().toJson(report.log()) + "\n");
  }
}
