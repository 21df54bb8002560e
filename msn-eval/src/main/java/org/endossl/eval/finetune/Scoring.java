package org.endossl.eval.finetune;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.endossl.data.FrameFiles;
import org.endossl.data.FrameInput;
import org.endossl.data.FrameStore;
import org.endossl.eval.Encoder;
import org.endossl.eval.features.FrameTable;
import org.endossl.eval.metrics.KerasMetrics;
import org.endossl.eval.metrics.Logits;
import org.endossl.eval.metrics.Predictions;
import org.endossl.eval.probe.ProbeResult;
import org.endossl.eval.probe.ToolProbe;
import org.endossl.model.ClassificationHead;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.PhaseOrder;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFOutOfRangeException;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** Logits of whole parts of the split, and their scores. */
record Scoring(
    Ops tf,
    Encoder encoder,
    Encoder.Network network,
    ClassificationHead.Weights head,
    FinetuneConfig config,
    FrameIndex index) {
  private static final int CLASSES = 7;

  /** What one run over a part gave. */
  record Result(FinetuneResult.Scores scores, double loss, double acc, double macroF1) {}

  /** The frames of videos in the graph; null if there are none. */
  @Nullable Part part(List<String> videos, @Nullable Path frameCache) throws IOException {
    if (videos.isEmpty()) {
      return null;
    }
    FrameFiles files = FrameStore.of(FrameFiles.select(index, videos), frameCache, done -> {});
    FrameInput input =
        FrameInput.build(
            tf.withSubScope("scoring"),
            files,
            encoder.preprocessing().size(),
            encoder.preprocessing().normalization(),
            config.data().batch(),
            config.data().workers());
    return new Part(
        input,
        ClassificationHead.apply(tf, head, network.features(input.images())),
        FrameTable.of(files.entries(), files.phaseOrder()),
        config.task());
  }

  /** One part of the split. */
  record Part(
      FrameInput input, Operand<TFloat32> logits, FrameTable frames, FinetuneConfig.Task task) {
    Result run(Session session) {
      float[][] logits = logits(session);
      return task == FinetuneConfig.Task.PHASES ? phases(logits) : tools(logits);
    }

    private float[][] logits(Session session) {
      float[][] all = new float[frames.size()][];
      input.start(session);
      while (true) {
        try (org.tensorflow.Result got = session.runner().fetch(logits).fetch(input.rows()).run()) {
          TFloat32 values = (TFloat32) got.get(0);
          TInt64 places = (TInt64) got.get(1);
          for (long i = 0; i < places.size(); i++) {
            float[] row = new float[CLASSES];
            for (int c = 0; c < CLASSES; c++) {
              row[c] = values.getFloat(i, c);
            }
            all[Math.toIntExact(places.getLong(i))] = row;
          }
        } catch (TFOutOfRangeException end) {
          return all;
        }
      }
    }

    private Result phases(float[][] logits) {
      Predictions.Builder predictions = new Predictions.Builder();
      int[] labels = new int[logits.length];
      double loss = 0;
      for (int i = 0; i < logits.length; i++) {
        FrameTable.Row row = frames.rows().get(i);
        labels[i] = row.phase();
        float[] p = softmax(logits[i]);
        loss -= Math.log(Math.max(p[row.phase()], Float.MIN_NORMAL));
        predictions.add(row.video(), row.frame(), row.phase(), Logits.argmax(logits[i]), p);
      }
      return new Result(
          FinetuneResult.Scores.of(ProbeResult.Scored.of(predictions.build(PhaseOrder.ENDOSSL))),
          loss / logits.length,
          KerasMetrics.sparseCategoricalAccuracy(labels, logits),
          KerasMetrics.macroF1(labels, logits));
    }

    private Result tools(float[][] logits) {
      double loss = 0;
      for (int i = 0; i < logits.length; i++) {
        for (int c = 0; c < CLASSES; c++) {
          double z = logits[i][c];
          boolean there = Targets.there(frames.rows().get(i), c, task);
          loss += Math.max(z, 0) - (there ? z : 0) + Math.log1p(Math.exp(-Math.abs(z)));
        }
      }
      return new Result(
          FinetuneResult.Scores.of(ToolProbe.Scored.of(frames, logits)),
          loss / logits.length / CLASSES,
          Double.NaN,
          Double.NaN);
    }

    private static float[] softmax(float[] z) {
      float max = z[Logits.argmax(z)];
      double sum = 0;
      float[] p = new float[z.length];
      for (int c = 0; c < z.length; c++) {
        p[c] = (float) Math.exp(z[c] - max);
        sum += p[c];
      }
      for (int c = 0; c < z.length; c++) {
        p[c] = (float) (p[c] / sum);
      }
      return p;
    }
  }
}
