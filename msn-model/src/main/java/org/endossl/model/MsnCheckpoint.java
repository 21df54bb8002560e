package org.endossl.model;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.endossl.model.NameTable.Entry;
import org.endossl.model.NameTable.Layout;
import org.jspecify.annotations.Nullable;
import org.tensorflow.ndarray.Shape;

/**
 * facebookresearch/msn's training checkpoints ({@code .pth.tar}): encoder, target encoder,
 * prototypes and optimizer, with or without {@code module.} in front of the names.
 */
public final class MsnCheckpoint {
  /**
   * What it holds.
   *
   * @param config read off the tensors' shapes; the eps is deit.py's 1e-6
   * @param head likewise; null where the encoder has none
   * @param prediction whether the encoders have a {@link PredictionHead} too
   * @param prototypes how many
   * @param epoch that it was written after
   * @param loss that was logged last; NaN where the file has none
   * @param weights {@code anchor.*}, {@code target.*} and {@code prototypes}, under our names
   * @param optimizer AdamW's state, read when it is asked for
   */
  public record Model(
      VitConfig config,
      @Nullable HeadConfig head,
      boolean prediction,
      int prototypes,
      long epoch,
      double loss,
      TensorSource weights,
      Optimizer optimizer) {}

  /** The optimizer's state in a file. */
  @FunctionalInterface
  public interface Optimizer {
    /**
     * Reads it.
     *
     * @return null where the file has none
     * @throws WeightsException if it is not AdamW's, or does not fit the parameters
     */
    @Nullable MsnOptimizer read() throws IOException;
  }

  private MsnCheckpoint() {}

  /**
   * Opens a checkpoint whose heads are 64 wide, as those of all its models but ViT-H.
   *
   * @throws WeightsException if it is damaged, or its tensors are no Vision Transformer's
   */
  public static Model open(Path file) throws IOException {
    return open(file, 0);
  }

  /**
   * Opens a checkpoint.
   *
   * @param heads attention heads, which no tensor tells; 0 for heads 64 wide
   */
  public static Model open(Path file, int heads) throws IOException {
    TorchFile torch = TorchFile.open(file);
    String anchor = prefix(torch, "encoder.");
    String target = prefix(torch, "target_encoder.");
    VitConfig config;
    HeadConfig head;
    try {
      config = config(torch, anchor, heads);
      head = head(torch, anchor);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new WeightsException(torch.where() + ": " + e.getMessage(), e);
    }
    Shape prototypes = shape(torch, "prototypes", 2);
    NameTable encoder = head == null ? MsnNames.encoder(config) : MsnNames.encoder(config, head);
    boolean prediction = false;
    if (head != null && torch.shapes().containsKey(anchor + "pred.fc1.weight")) {
      prediction = true;
      encoder = encoder.and(PredictionHead.names(head.output()));
    }
    Entry last = new Entry("prototypes", prototypes, "prototypes", Layout.SAME);
    NameTable trained = encoder.prefixed("anchor.", anchor).and(NameTable.of(List.of(last)));
    NameTable table =
        trained
            .and(encoder.prefixed("target.", target))
            .ignoring(name -> name.startsWith("opt.") || name.equals("loss"));
    return new Model(
        config,
        head,
        prediction,
        Math.toIntExact(prototypes.get(0)),
        torch.numbers().getOrDefault("epoch", 0L).longValue(),
        torch.numbers().getOrDefault("loss", Double.NaN).doubleValue(),
        table.toOurs(torch),
        () -> MsnOptimizer.isIn(torch) ? MsnOptimizer.read(torch, trained, anchor) : null);
  }

  private static String prefix(TorchFile torch, String name) throws WeightsException {
    for (String prefix : List.of(name + "module.", name)) {
      if (torch.shapes().containsKey(prefix + "cls_token")) {
        return prefix;
      }
    }
    throw new WeightsException(
        torch.where()
            + ": not a checkpoint of facebookresearch/msn: wanted a tensor "
            + name
            + "cls_token, with or without module.");
  }

  private static Shape shape(TorchFile torch, String name, int dimensions) throws WeightsException {
    Shape shape = torch.shapes().get(name);
    if (shape == null || shape.numDimensions() != dimensions) {
      throw new WeightsException(
          torch.where()
              + ": "
              + name
              + ": got "
              + (shape == null ? "none" : shape)
              + ", wanted a tensor of "
              + dimensions
              + " dimensions");
    }
    return shape;
  }

  private static VitConfig config(TorchFile torch, String prefix, int heads)
      throws WeightsException {
    Shape conv = shape(torch, prefix + "patch_embed.proj.weight", 4);
    int width = Math.toIntExact(conv.get(0));
    int patch = Math.toIntExact(conv.get(2));
    long patches = shape(torch, prefix + "pos_embed", 3).get(1) - 1;
    int side = (int) Math.round(Math.sqrt((double) patches));
    int depth = 0;
    Map<String, Shape> shapes = torch.shapes();
    while (shapes.containsKey(prefix + "blocks." + depth + ".norm1.weight")) {
      depth++;
    }
    long hidden = shape(torch, prefix + "blocks.0.mlp.fc1.weight", 2).get(0);
    if (heads == 0 && width % 64 != 0) {
      throw new WeightsException(
          torch.where()
              + ": its width is "
              + width
              + ", no multiple of 64: give the number of attention heads");
    }
    return new VitConfig(
        Math.multiplyExact(side, patch),
        patch,
        width,
        depth,
        heads == 0 ? width / 64 : heads,
        HuggingFaceConfig.ratio(width, Math.toIntExact(hidden)),
        1e-6,
        0);
  }

  private static @Nullable HeadConfig head(TorchFile torch, String prefix) throws WeightsException {
    if (!torch.shapes().containsKey(prefix + "fc.fc1.weight")) {
      return null;
    }
    return new HeadConfig(
        Math.toIntExact(shape(torch, prefix + "fc.fc1.weight", 2).get(0)),
        Math.toIntExact(shape(torch, prefix + "fc.fc3.weight", 2).get(0)),
        torch.shapes().containsKey(prefix + "fc.bn1.weight"));
  }
}
