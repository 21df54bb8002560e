package org.endossl.tfrecords;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Files that are read in turn, a few open at a time.
 *
 * @param <T> what reads one
 */
public final class OpenFiles<T extends Closeable> implements Closeable {
  private static final int MOST = 64;

  /** Opens a file. */
  public interface Opener<T> {
    /** Opens it; whoever asks for it through {@link OpenFiles} does not close it. */
    T open(Path file) throws IOException;
  }

  private final Opener<T> opener;
  private final Map<Path, T> readers = new LinkedHashMap<>(16, 0.75f, true);

  /** None yet. */
  public OpenFiles(Opener<T> opener) {
    this.opener = opener;
  }

  /** A file's reader; the one that was asked for longest ago may be closed for it. */
  public T of(Path file) throws IOException {
    T reader = readers.get(file);
    if (reader == null) {
      if (readers.size() == MOST) {
        T oldest = readers.remove(readers.keySet().iterator().next());
        if (oldest != null) {
          oldest.close();
        }
      }
      reader = opener.open(file);
      readers.put(file, reader);
    }
    return reader;
  }

  @Override
  public void close() throws IOException {
    for (T reader : readers.values()) {
      reader.close();
    }
    readers.clear();
  }
}
