package org.endossl.model.resnet;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.endossl.model.Finite;
import org.endossl.model.NameTable;
import org.endossl.model.NameTable.Entry;
import org.endossl.model.NameTable.Layout;
import org.endossl.model.TensorSource;
import org.endossl.model.WeightsException;
import org.tensorflow.ndarray.Shape;

/**
 * Weights of a ResNetV2 in the layout of Keras' published files ({@code
 * resnet50v2_weights_tf_dim_ordering_tf_kernels_notop.h5}), any widths and numbers of blocks: the
 * configuration is read from the weights' shapes, the strides from where Keras put its pooling
 * layers.
 */
public final class KerasResNetV2 {
  /**
   * A backbone.
   *
   * @param config as the shapes say
   * @param weights under our names, read when asked for
   */
  public record Model(ResNetV2Config config, TensorSource weights) {}

  private KerasResNetV2() {}

  /**
   * Opens a file; a classifier in it is not read.
   *
   * @throws WeightsException if it is damaged, no ResNetV2, or its tensors do not fit together;
   *     both sides of a difference are listed
   */
  public static Model open(Path file) throws IOException {
    KerasWeightsFile weights = KerasWeightsFile.open(file);
    ResNetV2Config config = config(weights);
    return new Model(config, names(config).toOurs(weights));
  }

  /**
   * Writes a file that Keras' {@code load_weights} takes, and {@link #open}; it is complete or not
   * there.
   *
   * @param weights under our names; may hold more
   * @throws WeightsException if the weights do not fit the configuration, or one is not finite
   */
  public static void write(Path file, ResNetV2Config config, TensorSource weights)
      throws IOException {
    TensorSource theirs = names(config).toTheirs(new Finite(weights));
    Map<String, List<String>> layers = new LinkedHashMap<>();
    layers(config).forEach(layer -> layers.put(layer, new ArrayList<>()));
    for (Entry entry : names(config).entries()) {
      String name = entry.theirs().get(0);
      String layer = name.substring(0, name.indexOf('/'));
      Objects.requireNonNull(layers.get(layer), layer).add(name);
    }
    KerasWeightsWriter.write(file, layers, theirs);
  }

  /** All layers in the order of Keras' {@code model.layers}. */
  private static List<String> layers(ResNetV2Config config) {
    List<String> layers = new ArrayList<>(List.of("input_1", "conv1_pad", "conv1_conv"));
    layers.addAll(List.of("pool1_pad", "pool1_pool"));
    int pools = 0;
    for (int s = 0; s < config.stages().size(); s++) {
      ResNetV2Config.Stage stage = config.stages().get(s);
      for (int b = 0; b < stage.blocks(); b++) {
        String name = ResNetV2.name(s, b);
        for (String part : List.of("preact_bn", "preact_relu", "1_conv", "1_bn", "1_relu")) {
          layers.add(name + "_" + part);
        }
        for (String part : List.of("2_pad", "2_conv", "2_bn", "2_relu")) {
          layers.add(name + "_" + part);
        }
        if (b == 0) {
          layers.add(name + "_0_conv");
        } else if (b == stage.blocks() - 1 && stage.stride() > 1) {
          layers.add("max_pooling2d" + (pools == 0 ? "" : "_" + pools));
          pools++;
        }
        layers.add(name + "_3_conv");
        layers.add(name + "_out");
      }
    }
    layers.addAll(List.of("post_bn", "post_relu", "avg_pool"));
    return layers;
  }

  /** Our names beside Keras'. */
  public static NameTable names(ResNetV2Config config) {
    List<Entry> entries = new ArrayList<>();
    conv(entries, "conv1_conv", 7, 3, config.stem(), true);
    int in = config.stem();
    for (int s = 0; s < config.stages().size(); s++) {
      ResNetV2Config.Stage stage = config.stages().get(s);
      int filters = stage.filters();
      for (int b = 0; b < stage.blocks(); b++) {
        String name = ResNetV2.name(s, b);
        norm(entries, name + "_preact_bn", in);
        if (b == 0) {
          conv(entries, name + "_0_conv", 1, in, stage.channels(), true);
        }
        conv(entries, name + "_1_conv", 1, in, filters, false);
        norm(entries, name + "_1_bn", filters);
        conv(entries, name + "_2_conv", 3, filters, filters, false);
        norm(entries, name + "_2_bn", filters);
        conv(entries, name + "_3_conv", 1, filters, stage.channels(), true);
        in = stage.channels();
      }
    }
    norm(entries, "post_bn", in);
    return NameTable.of(entries)
        .ignoring(name -> name.startsWith("predictions/") || name.startsWith("probs/"));
  }

  private static void conv(
      List<Entry> entries, String layer, int side, int in, int out, boolean bias) {
    add(entries, layer, "kernel", Shape.of(side, side, in, out));
    if (bias) {
      add(entries, layer, "bias", Shape.of(out));
    }
  }

  private static void norm(List<Entry> entries, String layer, int channels) {
    for (String weight : List.of("gamma", "beta", "moving_mean", "moving_variance")) {
      add(entries, layer, weight, Shape.of(channels));
    }
  }

  private static void add(List<Entry> entries, String layer, String weight, Shape shape) {
    String ours = layer + "." + weight;
    entries.add(new Entry(ours, shape, List.of(layer + "/" + weight + ":0"), Layout.SAME));
  }

  /** What the shapes say; the name table then checks every tensor against it. */
  static ResNetV2Config config(KerasWeightsFile file) throws WeightsException {
    Map<String, Shape> shapes = file.shapes();
    Shape stem = shapes.get("conv1_conv/kernel:0");
    List<ResNetV2Config.Stage> stages = new ArrayList<>();
    Set<Integer> strided = strided(file.layers());
    while (true) {
      int s = stages.size();
      Shape kernel = shapes.get(ResNetV2.name(s, 0) + "_1_conv/kernel:0");
      if (kernel == null) {
        break;
      }
      int blocks = 1;
      while (shapes.containsKey(ResNetV2.name(s, blocks) + "_1_conv/kernel:0")) {
        blocks++;
      }
      stages.add(stage(file, s, kernel, blocks, strided.contains(s) ? 2 : 1));
    }
    if (stem == null || stem.numDimensions() != 4 || stages.isEmpty()) {
      throw new WeightsException(
          file.where()
              + ": no ResNetV2: wanted conv1_conv/kernel:0 and conv2_block1_1_conv/kernel:0, got "
              + shapes.keySet().stream().sorted().limit(8).toList());
    }
    return new ResNetV2Config(Math.toIntExact(stem.get(3)), stages);
  }

  private static ResNetV2Config.Stage stage(
      KerasWeightsFile file, int number, Shape kernel, int blocks, int stride)
      throws WeightsException {
    if (kernel.numDimensions() != 4 || blocks < 2) {
      throw new WeightsException(
          file.where()
              + ": stage conv"
              + (number + 2)
              + ": got "
              + blocks
              + " blocks, first kernel "
              + kernel
              + ", wanted two blocks or more with kernels [1, 1, in, filters]");
    }
    return new ResNetV2Config.Stage(Math.toIntExact(kernel.get(3)), blocks, stride);
  }

  /**
   * The stages whose last block halves the map: Keras puts a layer {@code max_pooling2d} into that
   * block's shortcut. A list of layers without any (one of weights only) leaves Keras' default:
   * every stage but the last.
   */
  private static Set<Integer> strided(List<String> layers) {
    Set<Integer> strided = new HashSet<>();
    int stage = -1;
    int last = -1;
    for (String layer : layers) {
      int underscore = layer.indexOf("_block");
      if (layer.startsWith("conv") && underscore > 4) {
        stage = number(layer.substring(4, underscore)) - 2;
        last = Math.max(last, stage);
      } else if (layer.startsWith("max_pooling2d") && stage >= 0) {
        strided.add(stage);
      }
    }
    if (strided.isEmpty() && layers.stream().noneMatch(layer -> layer.endsWith("_preact_relu"))) {
      for (int s = 0; s < last; s++) {
        strided.add(s);
      }
    }
    return strided;
  }

  private static int number(String digits) {
    return digits.matches("\\d{1,4}") ? Integer.parseInt(digits) : 1;
  }
}
