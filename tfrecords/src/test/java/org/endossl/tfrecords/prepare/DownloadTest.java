package org.endossl.tfrecords.prepare;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.endossl.tfrecords.DataException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a server of this test's own, which drops connections, ignores or refuses ranges. */
class DownloadTest {

  private static final byte[] CONTENT = content(400_000, 1);

  @TempDir Path directory;
  private HttpServer server;
  private ExecutorService threads;
  private final List<String> ranges = Collections.synchronizedList(new ArrayList<>());
  private final Behaviour behaviour = new Behaviour();

  /** What the server does. */
  private static final class Behaviour {
    volatile byte[] content = CONTENT;
    volatile @Nullable String etag = "\"one\"";
    volatile int dropAfter = Integer.MAX_VALUE;
    final AtomicInteger drops = new AtomicInteger();
    volatile boolean ignoresRange;
    volatile boolean refusesRange;
    final AtomicInteger failures = new AtomicInteger();
    volatile int failure = 503;
    volatile boolean silent;
    volatile boolean chunked;
  }

  private static byte[] content(int length, long seed) {
    byte[] bytes = new byte[length];
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    threads = Executors.newCachedThreadPool();
    server.setExecutor(threads);
    server.createContext("/data.tar.gz", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String range = exchange.getRequestHeaders().getFirst("Range");
      ranges.add(range == null ? "" : range);
      if (behaviour.failures.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
        exchange.sendResponseHeaders(behaviour.failure, -1);
        return;
      }
      byte[] all = behaviour.content;
      String etag = behaviour.etag;
      if (etag != null) {
        exchange.getResponseHeaders().set("ETag", etag);
      }
      int from = 0;
      boolean same = etag != null && etag.equals(exchange.getRequestHeaders().getFirst("If-Range"));
      if (range != null && behaviour.refusesRange) {
        exchange.getResponseHeaders().set("Content-Range", "bytes */" + all.length);
        exchange.sendResponseHeaders(416, -1);
        return;
      }
      if (range != null && same && !behaviour.ignoresRange) {
        from = Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
        exchange
            .getResponseHeaders()
            .set("Content-Range", "bytes " + from + "-" + (all.length - 1) + "/" + all.length);
      }
      int length = behaviour.chunked ? 0 : all.length - from;
      exchange.sendResponseHeaders(from > 0 ? 206 : 200, length);
      if (behaviour.silent) {
        Thread.sleep(3000);
        return;
      }
      OutputStream out = exchange.getResponseBody();
      if (all.length - from > behaviour.dropAfter
          && behaviour.drops.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
        out.write(all, from, behaviour.dropAfter);
        out.flush();
        return; // closing with bytes owed breaks the connection
      }
      out.write(all, from, all.length - from);
      out.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private DownloadRequest request(@Nullable Checksum checksum, int tries) {
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/data.tar.gz");
    return new DownloadRequest(
        url,
        directory.resolve("data.tar.gz"),
        checksum,
        tries,
        Duration.ofMillis(2),
        Duration.ofMillis(700));
  }

  private static Checksum md5(byte[] bytes) throws Exception {
    return Checksum.parse(HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes)));
  }

  private static Checksum sha256(byte[] bytes) throws Exception {
    return Checksum.parse(
        "sha256:" + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
  }

  private void downloads(DownloadRequest request, byte[] wanted) throws IOException {
    List<String> told = new ArrayList<>();
    Path file =
        Download.run(
            request,
            new Download.Listener() {
              @Override
              public void bytes(long done, long total) {
                assertTrue(total < 0 || done <= total);
              }

              @Override
              public void retry(String why) {
                told.add(why);
              }
            });
    assertArrayEquals(wanted, Files.readAllBytes(file), told.toString());
    assertEquals(List.of("data.tar.gz"), names());
  }

  private List<String> names() throws IOException {
    try (var list = Files.list(directory)) {
      return list.map(f -> String.valueOf(f.getFileName())).sorted().toList();
    }
  }

  @Test
  void aFile_comesWhole_withEitherChecksum() throws Exception {
    downloads(request(md5(CONTENT), 1), CONTENT);
    Files.delete(directory.resolve("data.tar.gz"));
    downloads(request(sha256(CONTENT), 1), CONTENT);
    int before = ranges.size();
    downloads(request(md5(CONTENT), 1), CONTENT); // is there: nothing is asked for
    assertEquals(before, ranges.size());
  }

  @Test
  void afterDroppedConnections_itGoesOnWhereItWas() throws Exception {
    behaviour.dropAfter = 90_000;
    behaviour.drops.set(4);
    downloads(request(md5(CONTENT), 2), CONTENT);
    assertEquals(5, ranges.size());
    assertEquals("", ranges.get(0));
    for (String range : ranges.subList(1, 5)) {
      assertTrue(range.matches("bytes=[1-9]\\d*-"), ranges.toString());
    }
  }

  @Test
  void anotherRun_goesOnToo() throws Exception {
    behaviour.dropAfter = 150_000;
    behaviour.drops.set(1);
    DownloadException e =
        assertThrows(
            DownloadException.class, () -> Download.run(request(null, 1), (done, total) -> {}));
    assertTrue(String.valueOf(e.getMessage()).contains("bytes are kept, run again to go on"));
    assertTrue(Files.size(directory.resolve("data.tar.gz.part")) > 0);
    downloads(request(md5(CONTENT), 1), CONTENT);
    assertTrue(ranges.get(1).startsWith("bytes="), ranges.toString());
  }

  @Test
  void aServerThatIgnoresRanges_sendsAllAgain() throws Exception {
    behaviour.dropAfter = 150_000;
    behaviour.drops.set(2);
    behaviour.ignoresRange = true;
    downloads(request(md5(CONTENT), 3), CONTENT);
    assertEquals(3, ranges.size());
  }

  @Test
  void aServerThatRefusesRanges_isAskedForAll() throws Exception {
    behaviour.dropAfter = 150_000;
    behaviour.drops.set(1);
    behaviour.refusesRange = true;
    downloads(request(md5(CONTENT), 3), CONTENT);
    assertEquals("", ranges.get(ranges.size() - 1));
  }

  @Test
  void aFileThatChangedMeanwhile_isTakenFromItsBeginning() throws Exception {
    behaviour.dropAfter = 150_000;
    behaviour.drops.set(1);
    assertThrows(
        DownloadException.class, () -> Download.run(request(null, 1), (done, total) -> {}));
    byte[] other = content(500_000, 2);
    behaviour.content = other;
    behaviour.etag = "\"two\"";
    downloads(request(md5(other), 1), other);
  }

  @Test
  void withoutATag_nothingIsGoneOnWith() throws Exception {
    behaviour.etag = null;
    behaviour.dropAfter = 150_000;
    behaviour.drops.set(1);
    downloads(request(md5(CONTENT), 2), CONTENT);
    assertEquals(List.of("", ""), ranges);
  }

  @Test
  void aCompletePart_isNotAskedForAgain() throws Exception {
    behaviour.refusesRange = true; // answers 416 with the length, as servers do
    Files.write(directory.resolve("data.tar.gz.part"), CONTENT);
    Files.writeString(directory.resolve("data.tar.gz.part.tag"), "\"one\"");
    downloads(request(md5(CONTENT), 1), CONTENT);
    assertEquals(1, ranges.size());
  }

  @Test
  void aBusyServer_isTriedAgain_aMissingFileIsNot() throws Exception {
    behaviour.failures.set(2);
    downloads(request(md5(CONTENT), 3), CONTENT);
    Files.delete(directory.resolve("data.tar.gz"));
    behaviour.failures.set(9);
    behaviour.failure = 404;
    DataException e =
        assertThrows(
            DataException.class, () -> Download.run(request(null, 3), (done, total) -> {}));
    assertTrue(String.valueOf(e.getMessage()).contains("answered 404"), e.getMessage());
    assertEquals(8, behaviour.failures.get());
  }

  @Test
  void aWrongChecksum_isRefused_andNothingIsLeft() throws Exception {
    Checksum wrong = md5(new byte[1]);
    DataException e =
        assertThrows(
            DataException.class, () -> Download.run(request(wrong, 1), (done, total) -> {}));
    assertTrue(String.valueOf(e.getMessage()).contains("wanted " + wrong.hex()), e.getMessage());
    assertEquals(List.of(), names());
  }

  @Test
  void aSilentServer_isGivenUp() {
    behaviour.silent = true;
    long begun = System.nanoTime();
    assertThrows(
        DownloadException.class, () -> Download.run(request(null, 2), (done, total) -> {}));
    assertTrue((System.nanoTime() - begun) / 1e9 < 4, "waited too long");
  }

  @Test
  void aServerThatDoesNotSayTheLength_isReadToItsEnd() throws Exception {
    behaviour.chunked = true;
    downloads(request(md5(CONTENT), 1), CONTENT);
  }

  @Test
  void checksumsAndAddresses_areRead() {
    assertEquals("MD5", Checksum.parse("MD5:" + "0A".repeat(16)).algorithm());
    assertEquals("SHA-256", Checksum.parse("ab".repeat(32)).algorithm());
    for (String text : List.of("", "md5:12", "xyz", "sha256:" + "0a".repeat(16), "g".repeat(32))) {
      assertThrows(IllegalArgumentException.class, () -> Checksum.parse(text), text);
    }
    for (String url : List.of("ftp://host/x", "file:///etc/passwd", "data.tar.gz", "http:/x")) {
      assertThrows(
          IllegalArgumentException.class,
          () -> DownloadRequest.of(URI.create(url), directory, null),
          url);
    }
    assertFalse(Arrays.equals(CONTENT, content(400_000, 2)));
  }
}
