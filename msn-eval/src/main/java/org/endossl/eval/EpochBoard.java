package org.endossl.eval;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.endossl.train.board.EventFile;
import org.jspecify.annotations.Nullable;

/**
 * TensorBoard's curves of a training by epochs, in the folders and under the tags of Keras' {@code
 * TensorBoard} callback: {@code train} and {@code validation}, {@code epoch_loss} and so on, the
 * epoch as the step. Each epoch is flushed, so that TensorBoard can read along.
 */
public final class EpochBoard implements Closeable {
  private static final String FOLDER = "tensorboard";

  private final Path folder;
  private @Nullable EventFile train;
  private @Nullable EventFile validation;

  private EpochBoard(Path folder) {
    this.folder = folder;
  }

  /** In {@code tensorboard/} of the folder of a training; a file is made with its first value. */
  public static EpochBoard in(Path out) {
    return new EpochBoard(out.resolve(FOLDER));
  }

  /**
   * Writes an epoch's values; those that are no numbers are left out.
   *
   * @param epoch from 0
   * @param training by name, without {@code epoch_}: loss, learning_rate, ...
   * @param validated by name, as Keras calls them: without {@code val_}
   */
  public void epoch(int epoch, Map<String, Double> training, Map<String, Double> validated)
      throws IOException {
    train = write(train, "train", epoch, training);
    validation = write(validation, "validation", epoch, validated);
  }

  private @Nullable EventFile write(
      @Nullable EventFile file, String part, int epoch, Map<String, Double> values)
      throws IOException {
    Map<String, Double> tagged = new LinkedHashMap<>();
    values.forEach(
        (name, value) -> {
          if (!Double.isNaN(value)) {
            tagged.put("epoch_" + name, value);
          }
        });
    if (tagged.isEmpty()) {
      return file;
    }
    EventFile open = file == null ? EventFile.create(folder.resolve(part), epoch) : file;
    open.scalars(epoch, tagged);
    return open;
  }

  @Override
  public void close() throws IOException {
    try {
      if (train != null) {
        train.close();
      }
    } finally {
      if (validation != null) {
        validation.close();
      }
    }
  }
}
