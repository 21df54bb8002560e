package org.endossl.model.resnet;

import java.util.List;

/**
 * The shape of a ResNetV2. Source: {@code ResNet} with {@code stack2} in keras.applications'
 * resnet.py and resnet_v2.py.
 *
 * @param stem channels of the first convolution; 64 in Keras
 * @param stages at least one, from large maps to small ones
 */
public record ResNetV2Config(int stem, List<Stage> stages) {
  /** ResNet50V2: 3, 4, 6 and 3 blocks of 64, 128, 256 and 512 filters. */
  public static final ResNetV2Config RESNET50V2 = of(64, List.of(3, 4, 6, 3), 1);

  /** A block's output channels over its filters. */
  static final int EXPANSION = 4;

  /**
   * Blocks at one width.
   *
   * @param filters of the blocks' middle convolutions; they give four times as many channels
   * @param blocks at least 2, as Keras builds a first and a last one that differ
   * @param stride of the last block
   */
  public record Stage(int filters, int blocks, int stride) {
    public Stage {
      if (filters < 1 || blocks < 2 || stride < 1) {
        throw new IllegalArgumentException(
            "stage: got "
                + filters
                + " filters, "
                + blocks
                + " blocks, stride "
                + stride
                + ", wanted at least 1, 2 and 1");
      }
    }

    /** Channels that it gives. */
    int channels() {
      return Math.multiplyExact(EXPANSION, filters);
    }
  }

  public ResNetV2Config {
    stages = List.copyOf(stages);
    if (stem < 1 || stages.isEmpty()) {
      throw new IllegalArgumentException(
          "ResNetV2: got " + stem + " channels, " + stages + ", wanted at least one of each");
    }
  }

  /**
   * Keras' usual form: filters double from stage to stage, every stage but the last has stride 2.
   *
   * @param base filters of the first stage
   * @param blocks of each stage
   * @param lastStride of the last stage
   */
  public static ResNetV2Config of(int base, List<Integer> blocks, int lastStride) {
    Stage[] stages = new Stage[blocks.size()];
    for (int i = 0; i < stages.length; i++) {
      int stride = i == stages.length - 1 ? lastStride : 2;
      stages[i] = new Stage(Math.multiplyExact(base, 1 << i), blocks.get(i), stride);
    }
    return new ResNetV2Config(64, List.of(stages));
  }

  /** Features of an image: the last stage's channels. */
  public int width() {
    return stages.get(stages.size() - 1).channels();
  }

  /** Parameters, with the moving averages, as Keras counts them. */
  public long parameters() {
    long sum = 7L * 7 * 3 * stem + stem;
    long in = stem;
    for (Stage stage : stages) {
      long filters = stage.filters();
      long out = stage.channels();
      sum += in * out + out; // the first block's shortcut
      for (int b = 0; b < stage.blocks(); b++) {
        sum += 4 * in + in * filters + 4 * filters + 9 * filters * filters + 4 * filters;
        sum += filters * out + out;
        in = out;
      }
    }
    return sum + 4 * in;
  }
}
