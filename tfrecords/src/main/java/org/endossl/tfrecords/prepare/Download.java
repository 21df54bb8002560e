package org.endossl.tfrecords.prepare;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.HttpURLConnection;
import java.net.URLConnection;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.OutputFiles;
import org.jspecify.annotations.Nullable;

/**
 * Downloads one file by HTTP. What came before a connection broke, or before the program was ended,
 * is kept as {@code FILE.part} and gone on with by a Range request, as long as the server's file is
 * still the same one (ETag or Last-Modified, kept beside it); a server that ignores or refuses
 * ranges sends it all again. The file gets its name when it is complete and its checksum right.
 */
public final class Download {

  private static final Pattern RANGE = Pattern.compile("bytes (\\d+)-\\d*/(\\d+|\\*)");
  private static final int BLOCK = 1 << 16;
  private static final long LONGEST_PAUSE_MILLIS = 60_000;
  private static final int RANGE_NOT_SATISFIABLE = 416;
  private static final int TOO_MANY_REQUESTS = 429;

  private final DownloadRequest request;
  private final Listener listener;
  private final Path part;
  private final Path tag;

  /** Told how far it is. */
  public interface Listener {

    /**
     * Bytes came.
     *
     * @param done so far, those of earlier tries included
     * @param total in all, or -1 when the server does not say
     */
    void bytes(long done, long total);

    /** A try failed and the next one follows. */
    default void retry(String why) {}
  }

  private Download(DownloadRequest request, Listener listener) {
    this.request = request;
    this.listener = listener;
    this.part = OutputFiles.part(request.file());
    this.tag = request.file().resolveSibling(request.file().getFileName() + ".part.tag");
  }

  /**
   * Downloads, or takes the file that is there if it has the checksum.
   *
   * @return the file
   * @throws DataException when the server has no such file, or the file has another checksum; it is
   *     then removed
   * @throws DownloadException when the server cannot be reached or stops sending, time and again;
   *     what came is kept
   */
  public static Path run(DownloadRequest request, Listener listener) throws IOException {
    Path directory = request.file().toAbsolutePath().getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
    Download download = new Download(request, listener);
    if (!Files.exists(request.file())) {
      download.fetch();
    }
    download.verify(request.file());
    return request.file();
  }

  private void verify(Path file) throws IOException {
    Checksum checksum = request.checksum();
    if (checksum != null) {
      checksum.verify(file, bytes -> {});
    }
  }

  private void fetch() throws IOException {
    int failed = 0;
    long before = size();
    while (true) {
      try {
        attempt();
        break;
      } catch (DataException e) {
        throw e;
      } catch (IOException e) {
        if (isLocal(e)) {
          throw OutputFiles.explained(request.file(), e);
        }
        failed = size() > before ? 1 : failed + 1;
        before = size();
        if (failed >= request.tries()) {
          throw new DownloadException(
              request.url()
                  + ": "
                  + why(e)
                  + ", tried "
                  + request.tries()
                  + " times in a row; "
                  + (size() > 0
                      ? size() + " bytes are kept, run again to go on"
                      : "run again later"),
              e);
        }
        listener.retry(why(e) + " after " + size() + " bytes, trying again");
        pause(failed);
      }
    }
    try {
      verify(part);
    } catch (DataException e) {
      Files.deleteIfExists(part);
      Files.deleteIfExists(tag);
      throw e;
    }
    Files.move(part, request.file(), StandardCopyOption.ATOMIC_MOVE);
    Files.deleteIfExists(tag);
  }

  private static boolean isLocal(IOException e) {
    return e instanceof java.nio.file.FileSystemException
        || String.valueOf(e.getMessage()).contains("No space left");
  }

  private static String why(IOException e) {
    String message = e.getMessage();
    String name = e.getClass().getSimpleName();
    return e instanceof java.net.UnknownHostException
        ? "no such host"
        : message == null || message.isBlank() ? name : message.strip();
  }

  private void pause(int failed) throws IOException {
    long millis = request.pause().toMillis() << Math.min(failed - 1, 20);
    try {
      Thread.sleep(Math.min(millis, LONGEST_PAUSE_MILLIS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while downloading " + request.url());
    }
  }

  private long size() throws IOException {
    return Files.exists(part) ? Files.size(part) : 0;
  }

  /** One request; returns when the file is complete. */
  private void attempt() throws IOException {
    long have = size();
    String known = Files.exists(tag) ? Files.readString(tag, StandardCharsets.UTF_8) : "";
    boolean resumes = have > 0 && !known.isEmpty();
    URLConnection opened = request.url().toURL().openConnection();
    HttpURLConnection connection = (HttpURLConnection) opened;
    try {
      connection.setConnectTimeout(Math.toIntExact(request.timeout().toMillis()));
      connection.setReadTimeout(Math.toIntExact(request.timeout().toMillis()));
      connection.setRequestProperty("Accept-Encoding", "identity");
      if (resumes) {
        connection.setRequestProperty("Range", "bytes=" + have + "-");
        connection.setRequestProperty("If-Range", known);
      }
      int code = connection.getResponseCode();
      switch (code) {
        case HttpURLConnection.HTTP_OK -> receive(connection, 0, length(connection, 0));
        case HttpURLConnection.HTTP_PARTIAL -> partial(connection, have);
        case RANGE_NOT_SATISFIABLE -> refused(connection, have);
        default -> throw answered(code);
      }
    } finally {
      connection.disconnect();
    }
  }

  private void partial(HttpURLConnection connection, long have) throws IOException {
    Matcher range = RANGE.matcher(String.valueOf(connection.getHeaderField("Content-Range")));
    if (!range.matches() || Long.parseLong(range.group(1)) != have) {
      Files.deleteIfExists(part); // not what was asked for: from the beginning, by the next try
      throw new IOException("the server sent another range than asked for");
    }
    boolean known = !range.group(2).equals("*");
    receive(connection, have, known ? Long.parseLong(range.group(2)) : length(connection, have));
  }

  /** There is nothing behind what is here: it is complete, or of another file. */
  private void refused(HttpURLConnection connection, long have) throws IOException {
    String range = String.valueOf(connection.getHeaderField("Content-Range"));
    if (!range.equals("bytes */" + have)) {
      Files.deleteIfExists(part);
      Files.deleteIfExists(tag);
      throw new IOException("the server refused to send the rest");
    }
  }

  private IOException answered(int code) {
    boolean later = code >= 500 || code == HttpURLConnection.HTTP_CLIENT_TIMEOUT;
    return later || code == TOO_MANY_REQUESTS
        ? new IOException("the server answered " + code)
        : new DataException(
            request.url() + ": the server answered " + code + ", wanted 200; check the address");
  }

  /** What the whole file has, or -1. */
  private static long length(HttpURLConnection connection, long have) {
    long length = connection.getContentLengthLong();
    return length < 0 ? -1 : have + length;
  }

  private void receive(HttpURLConnection connection, long from, long total) throws IOException {
    if (from == 0) {
      keepTag(connection);
    }
    long done = from;
    listener.bytes(done, total);
    try (InputStream in = connection.getInputStream();
        FileChannel out =
            FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      out.truncate(from);
      out.position(from);
      byte[] block = new byte[BLOCK];
      int got;
      while ((got = in.read(block)) >= 0) {
        ByteBuffer bytes = ByteBuffer.wrap(block, 0, got);
        while (bytes.hasRemaining()) {
          out.write(bytes);
        }
        done += got;
        listener.bytes(done, total);
      }
      out.force(true);
    }
    if (total >= 0 && done != total) {
      throw new IOException("the connection ended after " + done + " of " + total + " bytes");
    }
  }

  private void keepTag(HttpURLConnection connection) throws IOException {
    Files.deleteIfExists(part); // so that no old bytes ever go with the new tag
    String value = strong(connection.getHeaderField("ETag"));
    if (value == null) {
      value = connection.getHeaderField("Last-Modified");
    }
    if (value == null) {
      Files.deleteIfExists(tag); // nothing to tell the file by: no resuming
    } else {
      OutputFiles.write(tag, value.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static @Nullable String strong(@Nullable String etag) {
    return etag == null || etag.startsWith("W/") ? null : etag;
  }
}
