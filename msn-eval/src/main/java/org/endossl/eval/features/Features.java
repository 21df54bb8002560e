package org.endossl.eval.features;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.endossl.data.FrameFiles;
import org.endossl.data.FrameInput;
import org.endossl.data.InputErrors;
import org.endossl.eval.Encoder;
import org.endossl.eval.Hashes;
import org.endossl.eval.Preprocessing;
import org.endossl.eval.Progress;
import org.endossl.eval.ProgressListener;
import org.endossl.model.WeightsException;
import org.endossl.tfrecords.BadRecords;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.RecordFiles;
import org.endossl.train.SessionOptions;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.TensorFlow;
import org.tensorflow.exceptions.TFOutOfRangeException;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** Computes the features of frames by a frozen encoder, or finds them on disk. */
public final class Features {
  /** Changes when the same inputs give other values. */
  private static final String VERSION = "endossl-features 1";

  private Features() {}

  /**
   * Reads the frames' index, then the cache; what is not there is computed.
   *
   * @throws DataException if records are missing, damaged or lack a video that is wanted
   * @throws WeightsException if the weights are damaged
   */
  public static FeatureSet run(FeaturesRequest request, ProgressListener listener)
      throws IOException {
    Encoder encoder = request.weights().open();
    Preprocessing preprocessing =
        request.preprocessing() == null ? encoder.preprocessing() : request.preprocessing();
    FrameIndex index = scan(RecordFiles.list(request.records()), request.badRecords(), listener);
    List<String> wanted = request.videos().isEmpty() ? index.videos() : request.videos();
    List<String> videos = request.share().of(wanted.stream().sorted().toList());
    FrameFiles files = FrameFiles.select(index, videos);
    FeatureInfo info = info(encoder, preprocessing, files);
    FeatureCache cache = request.cache() == null ? null : new FeatureCache(request.cache());
    FeatureSet found = cache == null ? null : cache.find(info.key());
    FeatureSet features =
        found == null
            ? compute(encoder, info, files, request.batch(), request.workers(), listener)
            : found;
    if (cache != null && found == null) {
      cache.put(features);
    }
    if (request.out() != null) {
      features.write(request.out());
      request.badRecords().write(request.out());
    }
    return features;
  }

  /**
   * Computes the features of frames that were chosen already, preprocessed as the weights want it;
   * nothing is looked up or kept.
   *
   * @param batch frames that the encoder sees at once
   * @param workers threads that decode; 0 lets TensorFlow choose
   * @throws WeightsException if the weights are damaged
   */
  public static FeatureSet of(
      Encoder encoder, FrameFiles files, int batch, int workers, ProgressListener listener)
      throws IOException {
    FeatureInfo info = info(encoder, encoder.preprocessing(), files);
    return compute(encoder, info, files, batch, workers, listener);
  }

  private static FrameIndex scan(List<Path> files, BadRecords bad, ProgressListener listener)
      throws IOException {
    long bytes = 0;
    for (Path file : files) {
      bytes += Files.size(file);
    }
    long total = bytes;
    long start = System.nanoTime();
    return FrameIndex.scan(
        files,
        bad,
        done ->
            listener.progress(
                new Progress(
                    "index",
                    done,
                    total,
                    "bytes",
                    done / Math.max(1e-9, (System.nanoTime() - start) * 1e-9),
                    "")));
  }

  /** What the features of these frames are made from; reads the weights' files for their hash. */
  public static FeatureInfo info(Encoder encoder, Preprocessing preprocessing, FrameFiles files)
      throws IOException {
    String data = dataHash(files);
    String weights = encoder.hash();
    return new FeatureInfo(
        Hashes.ofText(
            String.join(
                "\n", VERSION, weights, encoder.description(), preprocessing.toString(), data)),
        encoder.source(),
        weights,
        encoder.description(),
        data,
        names(files),
        files.videos(),
        Math.toIntExact(files.frames()),
        encoder.width(),
        preprocessing,
        files.phaseOrder().key(),
        List.of(VERSION));
  }

  private static List<String> names(FrameFiles files) {
    TreeSet<String> names = new TreeSet<>();
    files.entries().forEach(e -> names.add(String.valueOf(e.file().getFileName())));
    return List.copyOf(names);
  }

  /** Of what the index says of every frame, and the files' sizes and times of change. */
  private static String dataHash(FrameFiles files) throws IOException {
    StringBuilder text = new StringBuilder(files.phaseOrder().key());
    Path last = null;
    for (FrameIndex.Entry e : files.entries()) {
      if (!e.file().equals(last)) {
        last = e.file();
        text.append('\n')
            .append(last.getFileName())
            .append(' ')
            .append(Files.size(last))
            .append(' ')
            .append(Files.getLastModifiedTime(last).toMillis());
      }
      text.append('\n').append(e.videoId()).append(' ').append(e.frameId()).append(' ');
      text.append(e.record()).append(' ').append(e.length()).append(' ').append(e.phase());
      e.instruments().forEach(text::append);
    }
    return Hashes.ofText(text.toString());
  }

  private static FeatureSet compute(
      Encoder encoder,
      FeatureInfo info,
      FrameFiles files,
      int batch,
      int workers,
      ProgressListener listener)
      throws IOException {
    Matrix matrix = Matrix.zeros(info.frames(), info.width());
    Preprocessing preprocessing = info.preprocessing();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      try (FrameInput input =
              FrameInput.build(
                  tf, files, preprocessing.size(), preprocessing.normalization(), batch, workers);
          Session session = new Session(graph, SessionOptions.DEFAULT.config())) {
        Encoder.Network network = encoder.create(tf);
        Operand<TFloat32> features = network.features(input.images());
        network.load(session);
        input.start(session);
        fill(matrix, session, features, input, listener);
      } catch (RuntimeException e) {
        if (InputErrors.concern(e)) {
          throw InputErrors.explain(e, files);
        }
        throw e;
      }
    }
    requireFinite(matrix, files, encoder);
    return new FeatureSet(
        matrix,
        FrameTable.of(files.entries(), files.phaseOrder()),
        info.withVersions(
            List.of(
                "tensorflow " + TensorFlow.version(),
                "java " + Runtime.version().feature(),
                VERSION)));
  }

  private static void fill(
      Matrix matrix,
      Session session,
      Operand<TFloat32> features,
      FrameInput input,
      ProgressListener listener)
      throws DataException {
    boolean[] seen = new boolean[matrix.rows()];
    int done = 0;
    long start = System.nanoTime();
    listener.progress(new Progress("features", 0, matrix.rows(), "frames", 0, ""));
    while (true) {
      try (Result result = session.runner().fetch(features).fetch(input.rows()).run()) {
        done += store(matrix, seen, (TFloat32) result.get(0), (TInt64) result.get(1));
      } catch (TFOutOfRangeException end) {
        break;
      }
      double seconds = Math.max(1e-9, (System.nanoTime() - start) * 1e-9);
      listener.progress(
          new Progress("features", done, matrix.rows(), "frames", done / seconds, ""));
    }
    if (done != matrix.rows()) {
      throw new DataException(
          "features: the records gave "
              + done
              + " frames, their index "
              + matrix.rows()
              + "; they changed meanwhile, run again");
    }
  }

  private static int store(Matrix matrix, boolean[] seen, TFloat32 features, TInt64 rows)
      throws DataException {
    int n = (int) rows.shape().get(0);
    long[] at = new long[n];
    float[] values = new float[n * matrix.columns()];
    rows.copyTo(DataBuffers.of(at, false, false));
    features.copyTo(DataBuffers.of(values, false, false));
    for (int i = 0; i < n; i++) {
      int row = Math.toIntExact(at[i]);
      if (seen[row]) {
        throw new DataException("features: frame " + row + " of the index came twice");
      }
      seen[row] = true;
      System.arraycopy(
          values, i * matrix.columns(), matrix.values(), matrix.start(row), matrix.columns());
    }
    return n;
  }

  private static void requireFinite(Matrix matrix, FrameFiles files, Encoder encoder)
      throws WeightsException {
    for (int i = 0; i < matrix.values().length; i++) {
      if (!Float.isFinite(matrix.values()[i])) {
        FrameIndex.Entry e = files.entries().get(i / matrix.columns());
        throw new WeightsException(
            encoder.source()
                + ": gives "
                + matrix.values()[i]
                + " for "
                + e.videoId()
                + " frame "
                + e.frameId()
                + "; the weights are not usable");
      }
    }
  }
}
