package org.endossl.model;

import java.util.ArrayList;
import java.util.List;
import org.endossl.model.NameTable.Entry;
import org.endossl.model.NameTable.Layout;
import org.tensorflow.ndarray.Shape;

/**
 * facebookresearch/msn's names, those of a PyTorch state dict. Ours are the same module paths with
 * {@code kernel} for the matrices. BatchNorm's {@code num_batches_tracked} has no counterpart and
 * is ignored.
 */
public final class MsnNames {
  private MsnNames() {}

  /** The encoder without head; a head in the source ({@code fc.*}, {@code pred.*}) is ignored. */
  public static NameTable encoder(VitConfig config) {
    return NameTable.of(vit(config))
        .ignoring(name -> name.startsWith("fc.") || name.startsWith("pred."));
  }

  /** The encoder with its projection head. */
  public static NameTable encoder(VitConfig config, HeadConfig head) {
    List<Entry> entries = vit(config);
    int in = config.width();
    for (int i = 1; i <= 2; i++) {
      linear(entries, "fc.fc" + i, in, head.hidden());
      in = head.hidden();
      if (head.batchNorm()) {
        batchNorm(entries, "fc.bn" + i, in);
      }
    }
    linear(entries, "fc.fc3", in, head.output());
    return NameTable.of(entries).ignoring(name -> name.endsWith(".num_batches_tracked"));
  }

  /**
   * A whole network: {@code anchor.*}, {@code target.*} and {@code prototypes} on both sides.
   *
   * @param prototypes how many
   */
  public static NameTable network(VitConfig config, HeadConfig head, int prototypes) {
    NameTable encoder = encoder(config, head);
    List<Entry> last = new ArrayList<>();
    same(last, "prototypes", Shape.of(prototypes, head.output()));
    return encoder
        .prefixed("anchor.", "anchor.")
        .and(encoder.prefixed("target.", "target."))
        .and(NameTable.of(last));
  }

  private static List<Entry> vit(VitConfig config) {
    int width = config.width();
    List<Entry> entries = new ArrayList<>();
    same(entries, "cls_token", Shape.of(1, 1, width));
    same(entries, "pos_embed", Shape.of(1, config.tokens(), width));
    entries.add(
        new Entry(
            "patch_embed.proj.kernel",
            Shape.of(config.patchValues(), width),
            "patch_embed.proj.weight",
            Layout.PATCH));
    same(entries, "patch_embed.proj.bias", Shape.of(width));
    for (int i = 0; i < config.depth(); i++) {
      String block = "blocks." + i + ".";
      norm(entries, block + "norm1", width);
      linear(entries, block + "attn.qkv", width, 3 * width);
      linear(entries, block + "attn.proj", width, width);
      norm(entries, block + "norm2", width);
      linear(entries, block + "mlp.fc1", width, config.hidden());
      linear(entries, block + "mlp.fc2", config.hidden(), width);
    }
    norm(entries, "norm", width);
    return entries;
  }

  private static void norm(List<Entry> entries, String name, int width) {
    same(entries, name + ".weight", Shape.of(width));
    same(entries, name + ".bias", Shape.of(width));
  }

  static void batchNorm(List<Entry> entries, String name, int width) {
    for (String part : List.of("weight", "bias", "running_mean", "running_var")) {
      same(entries, name + "." + part, Shape.of(width));
    }
  }

  static void linear(List<Entry> entries, String name, int in, int out) {
    entries.add(new Entry(name + ".kernel", Shape.of(in, out), name + ".weight", Layout.LINEAR));
    same(entries, name + ".bias", Shape.of(out));
  }

  private static void same(List<Entry> entries, String name, Shape shape) {
    entries.add(new Entry(name, shape, name, Layout.SAME));
  }
}
