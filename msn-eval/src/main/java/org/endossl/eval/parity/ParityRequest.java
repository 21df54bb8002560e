package org.endossl.eval.parity;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What to compare.
 *
 * @param path a golden file, a golden folder, or a folder of those
 * @param out where the computed tensors go, under the names of the expected ones; null writes none
 */
public record ParityRequest(Path path, @Nullable Path out) {}
