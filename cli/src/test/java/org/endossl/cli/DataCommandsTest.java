package org.endossl.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.endossl.tfrecords.video.Decoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** prepare, convert, doctor data, records index and diff, views, one after the other. */
final class DataCommandsTest {
  @TempDir Path temp;

  private static Ran done(Object... words) {
    Ran ran = Ran.endossl(Stream.of(words).map(String::valueOf).toArray(String[]::new));
    assertEquals(0, ran.code(), List.of(words) + ": " + ran.err() + ran.out());
    return ran;
  }

  private Path synthetic(String layout) {
    Path out = temp.resolve(layout);
    done(
        "synthetic",
        "--layout",
        layout,
        "--out",
        out,
        "--videos",
        2,
        "--frames",
        32,
        "--size",
        "64x36");
    return out;
  }

  private static byte[] zip(Path folder) throws IOException {
    var bytes = new java.io.ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes);
        Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        zip.putNextEntry(new ZipEntry("cholec80/" + folder.relativize(file)));
        zip.write(Files.readAllBytes(file));
        zip.closeEntry();
      }
    }
    return bytes.toByteArray();
  }

  private static HttpServer serving(byte[] archive) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/cholec80.zip",
        exchange -> {
          exchange.sendResponseHeaders(200, archive.length);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(archive);
          }
        });
    server.start();
    return server;
  }

  private static String url(HttpServer server) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/cholec80.zip";
  }

  /** What N processes write, each its share, is what one writes. */
  @Test
  void shardsOfConvertAndFeatures_areTogetherTheWhole() throws IOException {
    Path in = temp.resolve("in");
    done(
        "synthetic", "--layout=frames", "--out=" + in, "--videos=3", "--frames=32", "--size=48x32");
    done("convert", "--input=" + in, "--out=" + temp.resolve("whole"));
    List<String> rows = new ArrayList<>();
    for (String shard : List.of("1/2", "2/2")) {
      done("convert", "--input=" + in, "--out=" + temp.resolve("parts"), "--shard=" + shard);
      Path out = temp.resolve("f" + shard.charAt(0));
      done(
          "features",
          "--weights=mean-colour",
          "--records=" + temp.resolve("whole"),
          "--out=" + out,
          "--shard=" + shard);
      rows.addAll(Files.readAllLines(out.resolve("features.csv")).stream().skip(1).toList());
    }
    done("records", "diff", temp.resolve("whole").toString(), temp.resolve("parts").toString());
    done(
        "features",
        "--weights=mean-colour",
        "--records=" + temp.resolve("whole"),
        "--out=" + temp.resolve("f"));
    List<String> all = Files.readAllLines(temp.resolve("f/features.csv"));
    assertEquals(all.stream().skip(1).sorted().toList(), rows.stream().sorted().toList());
    Ran none =
        Ran.endossl("convert", "--input=" + in, "--out=" + temp.resolve("no"), "--shard=4/4");
    assertEquals(2, none.code(), none.err());
  }

  @Test
  void anArchive_isDownloaded_unpacked_converted_checked_andComparedWithTheRecords()
      throws IOException {
    Path records = synthetic("records");
    byte[] archive = zip(synthetic("frames"));
    HttpServer server = serving(archive);
    Path out = temp.resolve("out");
    try {
      String url = url(server);
      Object[] words = {"prepare", "--url", url, "--dir", temp.resolve("down"), "--out", out};
      done(words);
      assertTrue(Files.notExists(temp.resolve("down/cholec80.zip")), "the archive stays");
      done(words); // everything is there
    } finally {
      server.stop(0);
    }
    Ran diff = done("records", "diff", records, out);
    assertTrue(diff.out().contains(" 0 missing, 0 added, 0 of other labels, 0 of other pixels"));
    done("records", "index", out);
    Path json = temp.resolve("data.json");
    Path html = temp.resolve("data.html");
    Ran sound =
        done(
            "doctor",
            "data",
            out,
            "--videos",
            "1-2",
            "--split",
            "train=1",
            "--split",
            "test=2",
            "--json",
            json,
            "--html",
            html);
    assertTrue(sound.out().contains("the data are sound"), sound.out());
    assertTrue(
        JsonParser.parseString(Files.readString(json))
            .getAsJsonObject()
            .get("sound")
            .getAsBoolean());
    assertTrue(Files.readString(html).startsWith("<!doctype html>"));
    Ran leak = Ran.endossl("doctor", "data", out.toString(), "--split=train=1-2", "--split=test=2");
    assertEquals(3, leak.code());
    assertTrue(
        leak.out().contains("video02: in train and in test")
            || leak.out().contains("video02: in test and in train"),
        leak.out());
    Path back = temp.resolve("back");
    done("convert", "--layout", "records", "--input", out, "--out", back);
    assertEquals(
        -1,
        Files.mismatch(
            back.resolve("frames/video01/video01_000003.png"),
            temp.resolve("frames/frames/video01/video01_000003.png")));
  }

  @Test
  void prepare_takesAddressAndChecksumOfAConfiguration() throws Exception {
    byte[] archive = zip(synthetic("frames"));
    HttpServer server = serving(archive);
    try {
      String url = url(server);
      String sum = HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(archive));
      Path config = temp.resolve("source.yaml");
      Files.writeString(config, "url: " + url + "\nchecksum: md5:" + sum + "\n");
      Path out = temp.resolve("out");
      done("prepare", "--config", config, "--dir", temp.resolve("down"), "--out", out);
      assertTrue(Files.exists(out.resolve("video02.tfrecord")));
      Files.writeString(config, "url: " + url + "\nchecksum: md5:" + "0".repeat(32) + "\n");
      String other = temp.resolve("other").toString();
      Ran wrong = Ran.endossl("prepare", "--config", config.toString(), "--dir", other);
      assertEquals(3, wrong.code());
      assertTrue(wrong.err().contains(sum), wrong.err());
      Files.writeString(config, "adress: " + url + "\n");
      Ran unknown = Ran.endossl("prepare", "--config", config.toString(), "--dir", other);
      assertEquals(2, unknown.code());
      assertTrue(unknown.err().contains("source.yaml"), unknown.err());
      Ran both =
          Ran.endossl("prepare", "--config", config.toString(), "--url", url, "--dir", other);
      assertEquals(2, both.code());
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aWrongChecksum_orAddress_isBadData_orAnUnreachableServerTheEnvironment() {
    String dir = temp.resolve("down").toString();
    assertEquals(2, Ran.endossl("prepare", "--dir", dir).code());
    assertEquals(2, Ran.endossl("prepare", "--dir", dir, "--url", "ftp://x/y").code());
    assertEquals(3, Ran.endossl("prepare", "--dir", dir, "--archive", dir + "/none.zip").code());
  }

  @Test
  void generatedMovies_convertToTheGeneratedLabels() {
    assumeTrue(Decoder.AUTO.isThere(), "skipped: no FFmpeg library and no ffmpeg on the PATH");
    Path records = synthetic("records");
    Path out = temp.resolve("out");
    done("convert", "--input", synthetic("videos"), "--out", out);
    // Lossy: pixels differ, frames and labels do not.
    Ran diff = Ran.endossl("records", "diff", records.toString(), out.toString());
    assertEquals(1, diff.code());
    assertTrue(diff.out().contains(" 0 missing, 0 added, 0 of other labels, "), diff.out());
    done("convert", "--input", temp.resolve("videos"), "--out", temp.resolve("again"));
    done(
        "records", "diff", "--bytes", out, temp.resolve("again")); // the same input, the same bytes
  }

  /** The commands as processes of their own: a PATH cannot be taken from this one. */
  private static String withoutPath(int code, Object... words) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                System.getProperty("java.home") + "/bin/java",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    Stream.of(words).map(String::valueOf).forEach(command::add);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("PATH", "/nowhere");
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(code, process.waitFor(), said);
    return said;
  }

  @Test
  void withoutAnFfmpegOnThePath_moviesAreWrittenAndDecodedByThisProcess() throws Exception {
    assumeTrue(Decoder.IN_PROCESS.isThere(), "skipped: no FFmpeg library for this platform");
    Path in = temp.resolve("in");
    Path out = temp.resolve("out");
    withoutPath(
        0,
        "synthetic",
        "--layout=videos",
        "--out=" + in,
        "--videos=1",
        "--frames=32",
        "--size=64x36");
    String said = withoutPath(0, "convert", "--input=" + in, "--out=" + out);
    assertTrue(said.matches("(?s).*decoded by FFmpeg .* in this process\n"), said);
    done("records", "verify", out);
    said = withoutPath(4, "convert", "--input=" + in, "--out=" + out + "2", "--decoder=path");
    assertTrue(said.contains("ffmpeg: not found on the PATH"), said);
  }

  @Test
  void views_areDrawnOnASheet() throws IOException {
    Path sheet = temp.resolve("views.png");
    done(
        "views",
        "--config",
        "../configs/pretrain/demo.yaml",
        "--set",
        "data.records=[" + synthetic("records") + "]",
        "--set",
        "data.part=all",
        "--frames",
        2,
        "--out",
        sheet);
    assertTrue(ImageIO.read(sheet.toFile()).getWidth() > 100);
  }
}
