package org.endossl.eval.probe;

import java.nio.file.Path;
import org.endossl.eval.WeightsSource;
import org.endossl.tfrecords.BadRecords;
import org.jspecify.annotations.Nullable;

/**
 * A probe of one encoder.
 *
 * @param name for tables
 * @param weights of the encoder
 * @param config the protocol
 * @param out directory for predictions and scores; null writes none
 * @param cache directory where features are kept; null keeps none
 * @param badRecords what is done about bad records; those passed over are listed in {@code out}
 */
public record ProbeRequest(
    String name,
    WeightsSource weights,
    ProbeConfig config,
    @Nullable Path out,
    @Nullable Path cache,
    BadRecords badRecords) {
  /** A bad record is an exception. */
  public ProbeRequest(
      String name,
      WeightsSource weights,
      ProbeConfig config,
      @Nullable Path out,
      @Nullable Path cache) {
    this(name, weights, config, out, cache, BadRecords.fail());
  }
}
