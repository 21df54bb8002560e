package org.endossl.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.EntryReader;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.FrameRecord;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TString;

/** Finds the record behind an error of the pipeline, which TensorFlow does not name. */
public final class InputErrors {
  /** The name of the node whose errors are the pipeline's. */
  static final String NEXT = "endossl_next_frames";

  private InputErrors() {}

  /** Whether an exception of a run came out of {@link MsnInput} or {@link FrameInput}. */
  public static boolean concern(RuntimeException e) {
    // TensorFlow Java's exception for a bad image is an IllegalArgumentException.
    return (e instanceof TensorFlowException || e instanceof TFInvalidArgumentException)
        && String.valueOf(e.getMessage()).contains(NEXT);
  }

  /**
   * Reads and decodes the frames one by one until one fails as it did in the pipeline. Takes as
   * long as the pipeline took to get there.
   *
   * @param e what a run threw
   * @return the exception to throw: it names file, byte and record where one is found
   */
  public static IOException explain(RuntimeException e, FrameFiles files) {
    try {
      find(files);
    } catch (IOException found) {
      found.addSuppressed(e);
      return found;
    }
    return new DataException(
        "input pipeline: " + firstLine(e) + "; every frame could be read afterwards", e);
  }

  private static void find(FrameFiles files) throws IOException {
    Map<Path, List<FrameIndex.Entry>> byFile = new LinkedHashMap<>();
    for (FrameIndex.Entry entry : files.entries()) {
      byFile.computeIfAbsent(entry.file(), f -> new ArrayList<>()).add(entry);
    }
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Placeholder<TString> encoded =
          tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
      Operand<?> image = Frames.decode(tf, encoded);
      try (Session session = new Session(graph)) {
        for (Map.Entry<Path, List<FrameIndex.Entry>> file : byFile.entrySet()) {
          file.getValue().sort(Comparator.comparingLong(FrameIndex.Entry::offset));
          try (EntryReader reader = EntryReader.open(file.getKey())) {
            find(reader, file.getValue(), session, encoded, image);
          }
        }
      }
    }
  }

  private static void find(
      EntryReader reader,
      List<FrameIndex.Entry> entries,
      Session session,
      Placeholder<TString> encoded,
      Operand<?> image)
      throws IOException {
    for (FrameIndex.Entry entry : entries) {
      FrameRecord frame = reader.frame(entry);
      try (TString value = TString.tensorOfBytes(NdArrays.scalarOfObject(frame.image()))) {
        session.runner().feed(encoded, value).addTarget(image).run().close();
      } catch (TensorFlowException | TFInvalidArgumentException undecodable) {
        throw entry
            .place()
            .fail(
                "frame does not decode: "
                    + firstLine(undecodable)
                    + "; leave the record out or make it again",
                undecodable);
      }
    }
  }

  private static String firstLine(RuntimeException e) {
    return Objects.toString(e.getMessage(), e.getClass().getSimpleName())
        .lines()
        .findFirst()
        .orElse("");
  }
}
