package org.endossl.eval.suite;

import java.nio.file.Path;
import org.endossl.tfrecords.BadRecords;
import org.jspecify.annotations.Nullable;

/**
 * A suite to run.
 *
 * @param suite the YAML file
 * @param home what its {@code configs/...} are relative to
 * @param work the folder that {@code {work}} stands for
 * @param skipAbsent whether rows whose weights or data are not there are left out and listed; else
 *     they are an error
 * @param junit XML to write; null writes none
 * @param json JSON to write; null writes none
 * @param bad what is done about bad records
 */
public record SuiteRequest(
    Path suite,
    Path home,
    Path work,
    boolean skipAbsent,
    @Nullable Path junit,
    @Nullable Path json,
    BadRecords bad) {}
