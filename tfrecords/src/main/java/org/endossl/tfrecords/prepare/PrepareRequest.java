package org.endossl.tfrecords.prepare;

import java.net.URI;
import java.nio.file.Path;
import org.endossl.tfrecords.convert.ConvertRequest;
import org.jspecify.annotations.Nullable;

/**
 * A data set to be made ready.
 *
 * @param url where its archive is, or null when it is here already
 * @param archive the archive on this machine; with a {@code url}, where it goes
 * @param checksum what the archive must have, or null
 * @param unpacked the directory that it is unpacked into; one that is there is taken as it is
 * @param limits of the unpacking
 * @param keepArchive whether the archive stays after it was unpacked
 * @param convert how the records are made; its input is found below {@code unpacked}; null for none
 */
public record PrepareRequest(
    @Nullable URI url,
    Path archive,
    @Nullable Checksum checksum,
    Path unpacked,
    UnpackLimits limits,
    boolean keepArchive,
    @Nullable ConvertRequest convert) {}
