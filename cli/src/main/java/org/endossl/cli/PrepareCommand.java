package org.endossl.cli;

import com.beust.jcommander.Parameter;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.endossl.tfrecords.Compression;
import org.endossl.tfrecords.ImageSize;
import org.endossl.tfrecords.PhaseOrder;
import org.endossl.tfrecords.convert.ConvertProgress;
import org.endossl.tfrecords.convert.ConvertReport;
import org.endossl.tfrecords.convert.ConvertRequest;
import org.endossl.tfrecords.prepare.Checksum;
import org.endossl.tfrecords.prepare.Preparation;
import org.endossl.tfrecords.prepare.PrepareRequest;
import org.endossl.tfrecords.prepare.UnpackLimits;
import org.endossl.train.config.YamlConfig;
import org.jspecify.annotations.Nullable;

/** {@code endossl prepare}: from an archive's address to records. */
final class PrepareCommand extends Command {
  @Parameter(names = "--url", description = "URL: of a zip, tar or tar.gz; http or https")
  @Nullable String url;

  @Parameter(names = "--checksum", description = "HEX: MD5 or SHA-256 that the archive must have")
  @Nullable String checksum;

  @Parameter(names = "--config", description = "FILE.yaml: with url and checksum, instead of both")
  @Nullable Path config;

  @Parameter(names = "--archive", description = "FILE: an archive that is here, instead of --url")
  @Nullable Path archive;

  @Parameter(names = "--dir", required = true, description = "DIR: for the archive and its files")
  Path directory = Path.of("");

  @Parameter(names = "--out", description = "DIR: where the records go; else only unpacked")
  @Nullable Path out;

  @Parameter(names = "--keep-archive", description = "do not remove it when it is unpacked")
  boolean keepArchive;

  @Parameter(names = "--max-bytes", description = "of all unpacked files")
  long maxBytes = UnpackLimits.DEFAULT.bytes();

  @Parameter(names = "--size", description = "WxH: resize frames; else they stay as they are")
  @Nullable String size;

  @Parameter(names = "--phase-order", description = "ORDER: tf-cholec80, endossl, tmrnet")
  String phaseOrder = PhaseOrder.TF_CHOLEC80.key();

  @Parameter(names = "--workers", description = "videos at a time")
  int workers = Runtime.getRuntime().availableProcessors();

  /**
   * A configuration file.
   *
   * @param url of the archive
   * @param checksum MD5 or SHA-256 in hexadecimal digits; empty for none
   */
  public record Source(String url, String checksum) {}

  @Override
  String details() {
    return """
        Downloads an archive (going on where an earlier run stopped), compares its checksum, unpacks
        it below DIR (nothing leaves DIR, links are refused), and converts what it holds as endossl
        convert does. What is done already is passed over: run it again after a failure.
        Cholec80 is given out on request only; the address comes with the permission.
        """;
  }

  @Override
  String example() {
    return "prepare --url https://HOST/cholec80.tar.gz --checksum md5:HEX --dir downloads"
        + " --out data/cholec80";
  }

  @Override
  int run(Terminal terminal) throws Exception {
    PrepareRequest request = request();
    Preparation.Prepared prepared;
    try (Progress progress = new Progress(terminal)) {
      prepared = Preparation.run(request, progress);
    }
    terminal.out().println("data in " + prepared.root());
    ConvertReport report = prepared.report();
    if (report != null) {
      terminal
          .out()
          .println(report.frames() + " frames of " + report.videos().size() + " videos in " + out);
    }
    return ExitCode.DONE;
  }

  private PrepareRequest request() throws IOException {
    Source source = source();
    if (source.url().isEmpty() == (archive == null)) {
      throw new UsageException("wanted one of --url URL, --config FILE.yaml and --archive FILE");
    }
    URI address = source.url().isEmpty() ? null : address(source.url());
    Path file = archive != null ? archive : directory.resolve(address == null ? "" : name(address));
    return new PrepareRequest(
        address,
        file,
        source.checksum().isEmpty() ? null : Checksum.parse(source.checksum()),
        directory.resolve("unpacked"),
        new UnpackLimits(maxBytes, UnpackLimits.DEFAULT.entries(), UnpackLimits.DEFAULT.ratio()),
        keepArchive,
        out == null ? null : convert(out));
  }

  private Source source() throws IOException {
    if (config != null) {
      if (url != null || checksum != null) {
        throw new UsageException("--config takes the place of --url and --checksum");
      }
      return YamlConfig.load(config, Source.class, List.of());
    }
    return new Source(url == null ? "" : url, checksum == null ? "" : checksum);
  }

  private static URI address(String text) {
    try {
      return URI.create(text);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--url " + text + ": not an address (" + e.getMessage() + ")");
    }
  }

  private static String name(URI url) {
    String path = url.getPath() == null ? "" : url.getPath();
    String name = path.substring(path.lastIndexOf('/') + 1);
    return name.isEmpty() || name.startsWith(".") ? "archive" : name;
  }

  private ConvertRequest convert(Path records) {
    return new ConvertRequest(
        directory,
        records,
        ConvertRequest.Layout.AUTO,
        List.of(),
        1,
        size == null ? null : ImageSize.parse(size),
        Compression.NONE,
        1,
        PhaseOrder.of(phaseOrder),
        true,
        true,
        workers);
  }

  /** One line for each stage. */
  private static final class Progress implements Preparation.Listener, AutoCloseable {
    private final ProgressLine line;

    Progress(Terminal terminal) {
      this.line = new ProgressLine(terminal, "prepare");
    }

    @Override
    public void note(String what) {
      line.note("prepare: " + what);
    }

    @Override
    public void downloaded(long done, long total) {
      String of = total < 0 ? "" : String.format(Locale.ROOT, "/%.1f", total / 1e6);
      line.showWithTimeLeft(
          total <= 0 ? 0 : (double) done / total,
          String.format(Locale.ROOT, "%.1f%s MB", done / 1e6, of));
    }

    @Override
    public void unpacked(long entries, long bytes) {
      line.show(0, String.format(Locale.ROOT, "%d files, %.1f MB", entries, bytes / 1e6));
    }

    @Override
    public void converted(ConvertProgress p) {
      line.showWithTimeLeft(
          p.framesTotal() == 0 ? 0 : (double) p.frames() / p.framesTotal(),
          p.video() + "  " + p.frames() + "/" + p.framesTotal() + " frames");
    }

    @Override
    public void close() {
      line.close();
    }
  }
}
