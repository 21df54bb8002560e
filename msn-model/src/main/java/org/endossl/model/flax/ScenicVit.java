package org.endossl.model.flax;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.endossl.model.NameTable;
import org.endossl.model.NameTable.Entry;
import org.endossl.model.NameTable.Layout;
import org.endossl.model.TensorSource;
import org.endossl.model.VitConfig;
import org.endossl.model.WeightsException;
import org.tensorflow.ndarray.Shape;

/**
 * scenic's Vision Transformer in our own. Two namings are known: {@code baselines/vit.py}'s ({@code
 * Transformer/encoderblock_N}, {@code cls}, {@code embedding}, positions for the class token too)
 * and that of endossl's checkpoints ({@code ToTokenSequence_0/cls}, {@code encoderblock_N},
 * positions as a grid without the class token, whose slot becomes 0). LayerNorm's eps is Flax'
 * 1e-6, GELU Flax' tanh. Heads (projection, prototypes, classifier) are not read.
 *
 * <p>Not converted, with an error that says so: networks without class token (pooled over the
 * patches), with a layer {@code pre_logits} between encoder and embedding, with fixed positions.
 */
public final class ScenicVit {
  private static final String FIRST = "encoderblock_0/LayerNorm_0/scale";
  private static final String TRANSFORMER = "Transformer/";
  private static final String TO_TOKENS = "ToTokenSequence_0/";
  private static final String ATTENTION = "MultiHeadDotProductAttention_0/";
  private static final Set<String> NOT_WEIGHTS =
      Set.of("opt_state", "optimizer", "optimizer_state", "mu", "nu", "momentum", "param_states");

  /**
   * A converted encoder.
   *
   * @param config as the shapes say
   * @param weights under our names, converted when asked for
   */
  public record Model(VitConfig config, TensorSource weights) {}

  private ScenicVit() {}

  /** Whether these are such weights. */
  public static boolean isOne(TensorSource source) {
    return source.shapes().keySet().stream().anyMatch(name -> name.endsWith(FIRST));
  }

  /**
   * Converts.
   *
   * @param source of a SavedModel's variables or a Flax file
   * @param tree which of several networks in it: the start of a name on the path, as {@code
   *     teacher}; of no matter where there is one
   * @throws WeightsException if it is not that network; both sides of a difference are listed
   */
  public static Model open(TensorSource source, String tree) throws WeightsException {
    String encoder = encoder(source, tree);
    boolean nested = encoder.endsWith(TRANSFORMER);
    String root = nested ? encoder.substring(0, encoder.length() - TRANSFORMER.length()) : encoder;
    String blocks = nested ? TRANSFORMER : "";
    String tokens =
        source.shapes().containsKey(root + TO_TOKENS + "embedding/kernel") ? TO_TOKENS : "";
    requireConvertible(source, root, tokens);
    String positions = positions(source, root, blocks, tokens);
    ScenicTensors tensors = new ScenicTensors(source, root, positions);
    VitConfig config = config(tensors, blocks, tokens, positions);
    return new Model(config, names(config, blocks, tokens, positions).toOurs(tensors));
  }

  /** The path of the encoder's blocks. */
  private static String encoder(TensorSource source, String tree) throws WeightsException {
    List<String> found = new ArrayList<>();
    for (String name : source.shapes().keySet()) {
      if (name.endsWith(FIRST)) {
        String path = name.substring(0, name.length() - FIRST.length());
        if (List.of(path.split("/")).stream().noneMatch(NOT_WEIGHTS::contains)) {
          found.add(path);
        }
      }
    }
    List<String> named =
        found.stream()
            .filter(p -> List.of(p.split("/")).stream().anyMatch(s -> s.startsWith(tree)))
            .toList();
    if (found.size() == 1) {
      return found.get(0);
    } else if (named.size() == 1) {
      return named.get(0);
    }
    throw new WeightsException(
        source.where()
            + ": no scenic Vision Transformer that can be told: wanted one "
            + FIRST
            + ", below "
            + tree
            + " where there are several; got "
            + (found.isEmpty() ? shown(source) : found));
  }

  private static String shown(TensorSource source) {
    TreeSet<String> names = new TreeSet<>(source.shapes().keySet());
    return names.size() + " tensors such as " + names.stream().limit(6).toList();
  }

  private static void requireConvertible(TensorSource source, String root, String tokens)
      throws WeightsException {
    String where = source.where() + ": " + root;
    if (source.shapes().containsKey(root + "pre_logits/kernel")) {
      throw new WeightsException(
          where
              + "pre_logits: a layer after the encoder, for which our Vision Transformer has no"
              + " place; it can be used as a frozen SavedModel, not converted");
    }
    if (!source.shapes().containsKey(root + tokens + "cls")) {
      throw new WeightsException(
          where
              + tokens
              + "cls: no class token (scenic's classifier gap or the like); it can be used as a"
              + " frozen SavedModel, not converted");
    }
  }

  private static String positions(TensorSource source, String root, String blocks, String tokens)
      throws WeightsException {
    List<String> names =
        List.of(
            tokens + "posembed_input",
            blocks + "posembed_input/pos_embedding",
            blocks + "pos_embedding");
    for (String name : names) {
      if (source.shapes().containsKey(root + name)) {
        return name;
      }
    }
    throw new WeightsException(
        source.where()
            + ": "
            + root
            + ": no learned positions; wanted one of "
            + names
            + " (fixed positions are not supported)");
  }

  private static VitConfig config(
      ScenicTensors tensors, String blocks, String tokens, String positions)
      throws WeightsException {
    Shape patch = shape(tensors, tokens + "embedding/kernel", 4);
    Shape query = shape(tensors, blocks + "encoderblock_0/" + ATTENTION + "query/kernel", 3);
    Shape hidden = shape(tensors, blocks + "encoderblock_0/MlpBlock_0/Dense_0/kernel", 2);
    if (patch.get(0) != patch.get(1) || patch.get(2) != 3) {
      throw new WeightsException(
          tensors.where() + ": embedding/kernel: got " + patch + ", wanted [side, side, 3, width]");
    }
    int depth = 0;
    while (tensors.shapes().containsKey(blocks + "encoderblock_" + depth + "/LayerNorm_0/scale")) {
      depth++;
    }
    Shape learned = tensors.shapes().get(positions);
    long patches = learned == null ? 0 : learned.get(1) - 1;
    int width = Math.toIntExact(patch.get(3));
    int side = Math.toIntExact(patch.get(0));
    try {
      return new VitConfig(
          Math.toIntExact(side * Math.round(Math.sqrt((double) patches))),
          side,
          width,
          depth,
          Math.toIntExact(query.get(1)),
          ratio(width, hidden.get(1)),
          1e-6,
          0,
          VitConfig.Activation.GELU_TANH);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new WeightsException(tensors.where() + ": " + e.getMessage(), e);
    }
  }

  private static double ratio(int width, long hidden) {
    double ratio = (double) hidden / width;
    return (long) (width * ratio) == hidden ? ratio : Math.nextUp(ratio);
  }

  private static Shape shape(ScenicTensors tensors, String name, int rank) throws WeightsException {
    Shape shape = tensors.theirShapes().get(name);
    if (shape == null || shape.numDimensions() != rank) {
      throw new WeightsException(
          tensors.where() + ": " + name + ": got " + shape + ", wanted rank " + rank);
    }
    return shape;
  }

  /**
   * Our names beside scenic's; heads and their widths are joined as {@link ScenicTensors} says.
   *
   * @param blocks in front of {@code encoderblock_N}
   * @param tokens in front of {@code cls} and {@code embedding}
   * @param positions the name of the positions
   */
  static NameTable names(VitConfig config, String blocks, String tokens, String positions) {
    int width = config.width();
    int hidden = config.hidden();
    List<Entry> entries = new ArrayList<>();
    same(entries, "cls_token", tokens + "cls", Shape.of(1, 1, width));
    same(entries, "pos_embed", positions, Shape.of(1, config.tokens(), width));
    dense(entries, "patch_embed.proj", tokens + "embedding", config.patchValues(), width);
    for (int i = 0; i < config.depth(); i++) {
      String ours = "blocks." + i + ".";
      String theirs = blocks + "encoderblock_" + i + "/";
      norm(entries, ours + "norm1", theirs + "LayerNorm_0", width);
      List<String> parts =
          List.of("query", "key", "value").stream().map(p -> theirs + ATTENTION + p).toList();
      entries.add(
          new Entry(
              ours + "attn.qkv.kernel",
              Shape.of(width, 3L * width),
              parts.stream().map(p -> p + "/kernel").toList(),
              Layout.LINEAR));
      entries.add(
          new Entry(
              ours + "attn.qkv.bias",
              Shape.of(3L * width),
              parts.stream().map(p -> p + "/bias").toList(),
              Layout.SAME));
      dense(entries, ours + "attn.proj", theirs + ATTENTION + "out", width, width);
      norm(entries, ours + "norm2", theirs + "LayerNorm_1", width);
      dense(entries, ours + "mlp.fc1", theirs + "MlpBlock_0/Dense_0", width, hidden);
      dense(entries, ours + "mlp.fc2", theirs + "MlpBlock_0/Dense_1", hidden, width);
    }
    norm(entries, "norm", blocks + "encoder_norm", width);
    return NameTable.of(entries).ignoring(ScenicVit::isHead);
  }

  private static boolean isHead(String name) {
    String first = name.split("/", 2)[0].toLowerCase(Locale.ROOT);
    return first.contains("head") || first.contains("projection") || first.contains("prototype");
  }

  private static void norm(List<Entry> entries, String ours, String theirs, int width) {
    same(entries, ours + ".weight", theirs + "/scale", Shape.of(width));
    same(entries, ours + ".bias", theirs + "/bias", Shape.of(width));
  }

  private static void dense(List<Entry> entries, String ours, String theirs, int in, int out) {
    same(entries, ours + ".kernel", theirs + "/kernel", Shape.of(in, out));
    same(entries, ours + ".bias", theirs + "/bias", Shape.of(out));
  }

  private static void same(List<Entry> entries, String ours, String theirs, Shape shape) {
    entries.add(new Entry(ours, shape, List.of(theirs), Layout.SAME));
  }
}
