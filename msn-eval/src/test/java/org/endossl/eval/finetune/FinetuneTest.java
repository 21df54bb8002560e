package org.endossl.eval.finetune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.endossl.data.Normalization;
import org.endossl.eval.ProgressListener;
import org.endossl.eval.WeightsSource;
import org.endossl.eval.features.FeatureSet;
import org.endossl.eval.features.Features;
import org.endossl.eval.features.FeaturesRequest;
import org.endossl.eval.features.Frames;
import org.endossl.eval.metrics.Predictions;
import org.endossl.model.Initializer;
import org.endossl.model.ModelVariable;
import org.endossl.model.Safetensors;
import org.endossl.model.VariableStore;
import org.endossl.model.VitConfig;
import org.endossl.model.resnet.ResNetV2Config;
import org.endossl.tfrecords.BadRecords;
import org.endossl.tfrecords.Compression;
import org.endossl.train.config.YamlConfig;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class FinetuneTest {
  private static final WeightsSource WEIGHTS =
      new WeightsSource.RandomVit(
          new VitConfig(16, 8, 16, 2, 2, 2, 1e-6, 0), Normalization.IMAGENET, 1);

  @TempDir private Path folder;

  private FinetuneConfig config(String file, String... more) throws IOException {
    Path records = Frames.write(folder.resolve("frames.tfrecord"), 4, 7, Compression.NONE);
    List<String> overrides =
        new ArrayList<>(
            List.of(
                "data.records=[" + records + "]",
                "data.split={train: \"1,3\", validation: \"2\", test: \"4\"}",
                "data.batch=4",
                "training.batch_size=5"));
    overrides.addAll(List.of(more));
    return YamlConfig.load(Path.of("../configs/probe/" + file), FinetuneConfig.class, overrides);
  }

  private FinetuneResult run(FinetuneConfig config) throws IOException {
    return run(WEIGHTS, config, folder.resolve("out"));
  }

  private static FinetuneResult run(
      WeightsSource weights, FinetuneConfig config, @Nullable Path out) throws IOException {
    return Finetune.run(
        new Finetune.Request("tiny", weights, config, out, BadRecords.fail()),
        ProgressListener.NONE);
  }

  /** Scores of a new linear layer on the encoder that a fine-tuning wrote. */
  private FeatureSet features(WeightsSource weights) throws IOException {
    return Features.run(
        new FeaturesRequest(
            weights,
            List.of(folder.resolve("frames.tfrecord").toString()),
            List.of("video04"),
            null,
            3,
            1,
            null,
            null),
        ProgressListener.NONE);
  }

  /** The tuned encoder and the layer, read again, give the predictions of the test videos. */
  private void assertWritten(FinetuneResult result) throws IOException {
    FinetuneResult.Scores scores = result.test();
    assertNotNull(scores);
    assertNotNull(scores.phases());
    assertNotNull(result.encoder());
    Safetensors head = Safetensors.open(folder.resolve("out/head.safetensors"));
    float[] kernel = head.tensor("classifier.kernel").toArray();
    float[] bias = head.tensor("classifier.bias").toArray();
    FeatureSet features = features(WeightsSource.parse(result.encoder().toString()));
    Predictions.Video video = scores.phases().predictions().videos().get(0);
    int width = features.matrix().columns();
    for (int i = 0; i < features.matrix().rows(); i++) {
      double[] p = new double[7];
      double sum = 0;
      for (int c = 0; c < 7; c++) {
        double z = bias[c];
        for (int k = 0; k < width; k++) {
          z += features.matrix().values()[features.matrix().start(i) + k] * kernel[k * 7 + c];
        }
        p[c] = Math.exp(z);
        sum += p[c];
      }
      for (int c = 0; c < 7; c++) {
        assertEquals(p[c] / sum, video.probability(i, c), 2e-4);
      }
    }
    String record = Files.readString(folder.resolve("out/run.json"));
    assertTrue(record.contains("weights_hash") && record.contains("\"augmentation\""), record);
  }

  /** A frame's green tells its phase, so a network whose weights move learns it. */
  @Test
  void phases_areLearned_andTheBestEpochIsScored() throws IOException {
    FinetuneResult result =
        run(
            config(
                "endossl-finetune.yaml",
                "augmentation=none",
                "training.epochs=25",
                "training.optimizer.learning_rate=5e-3",
                "training.best=val_loss"));
    List<FinetuneResult.Epoch> epochs = result.epochs();
    double first = epochs.get(0).loss();
    double last = epochs.get(epochs.size() - 1).loss();
    assertTrue(last < 0.5 * first, first + " to " + last);
    double best = epochs.stream().mapToDouble(FinetuneResult.Epoch::valLoss).min().orElseThrow();
    assertEquals(best, epochs.get(result.bestEpoch()).valLoss());
    FinetuneResult.Scores scores = result.validation();
    assertNotNull(scores);
    assertNotNull(scores.phases());
    assertEquals(7, scores.phases().predictions().size());
    int right = 0;
    var video = scores.phases().predictions().videos().get(0);
    for (int i = 0; i < video.size(); i++) {
      right += video.labels()[i] == video.predictions()[i] ? 1 : 0;
    }
    assertEquals(epochs.get(result.bestEpoch()).valAcc(), right / 7.0, 1e-6);
    assertTrue(Files.exists(folder.resolve("out/predictions-test.csv")));
    assertTrue(Files.readString(folder.resolve("out/scores.json")).contains("best_epoch"));
    assertWritten(result);
  }

  @Test
  void aResNet_learnsByItsBatchesStatistics_andIsScoredByItsAverages() throws IOException {
    WeightsSource resNet =
        new WeightsSource.RandomResNet(
            new ResNetV2Config(
                8, List.of(new ResNetV2Config.Stage(4, 2, 2), new ResNetV2Config.Stage(8, 2, 1))),
            1);
    FinetuneResult result =
        run(
            resNet,
            config(
                "endossl-finetune.yaml",
                "augmentation=none",
                "training.batch_size=7",
                "training.epochs=6",
                "training.optimizer.learning_rate=1e-2",
                "training.best=val_loss"),
            folder.resolve("out"));
    List<FinetuneResult.Epoch> epochs = result.epochs();
    double first = epochs.get(0).loss();
    assertTrue(epochs.get(5).loss() < 0.7 * first, epochs.toString());
    assertTrue(String.valueOf(result.encoder()).endsWith("encoder.h5"));
    assertWritten(result);
  }

  @Test
  void tools_haveAveragePrecisions_andRunsRepeat() throws IOException {
    FinetuneConfig config = config("endossl-finetune-tools.yaml", "training.epochs=2");
    FinetuneResult one = run(config);
    FinetuneResult.Scores scores = one.test();
    assertNotNull(scores);
    assertNotNull(scores.tools());
    assertEquals(7, scores.tools().scores().average().perClass().size());
    double prAuc = scores.tools().scores().prAuc();
    assertTrue(prAuc >= 0 && prAuc <= 1);
    List<String> rows = Files.readAllLines(folder.resolve("out/tool-probabilities-test.csv"));
    assertEquals(8, rows.size());
    assertTrue(rows.get(0).startsWith("video,frame,Grasper,p_Grasper"), rows.get(0));
    FinetuneResult two = run(config);
    assertEquals(one.epochs().get(0).loss(), two.epochs().get(0).loss(), 1e-5);
  }

  @Test
  void framesKeptOnDisk_changeNoLoss() throws IOException {
    FinetuneConfig config = config("endossl-finetune.yaml", "training.epochs=2");
    List<FinetuneResult.Epoch> without = run(WEIGHTS, config, null).epochs();
    Path cache = folder.resolve("cache");
    for (int time = 0; time < 2; time++) {
      List<FinetuneResult.Epoch> with =
          Finetune.run(
                  new Finetune.Request("tiny", WEIGHTS, config, null, BadRecords.fail(), cache),
                  ProgressListener.NONE)
              .epochs();
      for (int epoch = 0; epoch < 2; epoch++) {
        assertEquals(without.get(epoch).loss(), with.get(epoch).loss(), 1e-5);
        assertEquals(without.get(epoch).valLoss(), with.get(epoch).valLoss(), 1e-5);
      }
    }
    try (Stream<Path> stores = Files.list(cache)) {
      assertEquals(2, stores.count(), "training and validation");
    }
  }

  @Test
  void meanColours_areRefused() throws IOException {
    FinetuneConfig config = config("endossl-finetune.yaml");
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> run(WeightsSource.parse("mean-colour"), config, null));
    assertTrue(
        String.valueOf(e.getMessage()).contains("a Vision Transformer's or"), e.getMessage());
  }

  @Test
  void toolsWithMonitorsOfPhases_areRefused() {
    Exception e =
        assertThrows(
            IllegalArgumentException.class,
            () -> config("endossl-finetune-tools.yaml", "training.best=val_acc"));
    assertTrue(String.valueOf(e.getMessage()).contains("val_loss"), e.getMessage());
  }

  /** By hand: the decay takes a share of the value, then Adam with TensorFlow's form of epsilon. */
  @Test
  void aStep_isAddonsAdamW() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      VariableStore store = new VariableStore(tf, "", 0);
      ModelVariable x = store.variable("x", Shape.of(1), Initializer.constant(2), true);
      Operand<TFloat32> loss =
          tf.reduceSum(tf.math.mul(x.value(), x.value()), tf.constant(new int[] {0}));
      TuningGraph step = TuningGraph.build(graph, loss, List.of(x), List.of(), 0.1);
      try (Session session = new Session(graph)) {
        session.runner().addTarget(x.initializer()).run().close();
        step.initialize(session);
        double value = 2;
        double m = 0;
        double v = 0;
        for (int t = 1; t <= 3; t++) {
          assertEquals(value * value, step.run(session, t - 1, 0.01f), 1e-4);
          double gradient = 2 * value;
          value -= 0.1 * value;
          m = 0.9 * m + 0.1 * gradient;
          v = 0.999 * v + 0.001 * gradient * gradient;
          double rate = 0.01 * Math.sqrt(1 - Math.pow(0.999, t)) / (1 - Math.pow(0.9, t));
          value -= rate * m / (Math.sqrt(v) + 1e-7);
          try (TFloat32 got =
              (TFloat32)
                  session
                      .runner()
                      .fetch(tf.readVariableOp(x.handle(), TFloat32.class))
                      .run()
                      .get(0)) {
            assertEquals(value, got.getFloat(0), 1e-5);
          }
        }
      }
    }
  }
}
