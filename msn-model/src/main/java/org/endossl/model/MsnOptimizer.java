package org.endossl.model;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.endossl.model.NameTable.Entry;
import org.jspecify.annotations.Nullable;
import org.tensorflow.ndarray.Shape;

/**
 * The state of AdamW in a training checkpoint of facebookresearch/msn.
 *
 * <p>PyTorch numbers parameters by group. Groups as its {@code init_opt} makes them: what is
 * decayed, in the order of the encoder's parameters; biases, BatchNorm and everything 1-D; the
 * prototypes.
 *
 * @param steps taken, the same for every parameter
 * @param moments {@code optimizer.first_moment.NAME} and {@code optimizer.second_moment.NAME} of
 *     {@code anchor.*} and {@code prototypes}, in our layout
 */
public record MsnOptimizer(long steps, TensorSource moments) {
  private static final String STATE = "opt.state.";
  private static final String GROUPS = "opt.param_groups.";

  /** Whether the file has any state. */
  static boolean isIn(TorchFile torch) {
    return torch.shapes().keySet().stream().anyMatch(name -> name.startsWith(STATE));
  }

  /**
   * Reads it.
   *
   * @param anchor the encoder's parameters under both names, and the prototypes
   * @param prefix of the encoder's parameters in the file
   * @throws WeightsException if it is another optimizer's, or lacks a parameter
   */
  static MsnOptimizer read(TorchFile torch, NameTable anchor, String prefix) throws IOException {
    Map<String, Entry> byName = new HashMap<>();
    anchor.entries().forEach(entry -> byName.put(entry.theirs().get(0), entry));
    List<List<String>> groups =
        List.of(new ArrayList<>(), new ArrayList<>(), List.of("prototypes"));
    torch
        .shapes()
        .forEach(
            (name, shape) -> {
              if (name.startsWith(prefix) && !name.contains(".running_")) {
                groups.get(decayed(name, shape) ? 0 : 1).add(name);
              }
            });
    Map<String, String> numbers = new LinkedHashMap<>();
    for (int group = 0; group < groups.size(); group++) {
      List<String> names = groups.get(group);
      for (int i = 0; i < names.size(); i++) {
        numbers.put(names.get(i), number(torch, group, i, names.get(i)));
      }
      if (torch.numbers().containsKey(GROUPS + group + ".params." + names.size())) {
        throw new WeightsException(
            torch.where()
                + ": the optimizer's group "
                + group
                + " has more than "
                + names.size()
                + " parameters; wanted those of facebookresearch/msn's init_opt");
      }
    }
    return new MsnOptimizer(steps(torch, numbers), moments(torch, byName, numbers));
  }

  private static boolean decayed(String name, Shape shape) {
    return shape.numDimensions() != 1 && !name.contains("bias") && !name.contains("bn");
  }

  private static String number(TorchFile torch, int group, int at, String name)
      throws WeightsException {
    Number number = torch.numbers().get(GROUPS + group + ".params." + at);
    if (number == null) {
      throw new WeightsException(
          torch.where() + ": the optimizer's group " + group + " lacks " + name);
    }
    return Long.toString(number.longValue());
  }

  private static long steps(TorchFile torch, Map<String, String> numbers) throws IOException {
    Long steps = null;
    for (Map.Entry<String, String> each : numbers.entrySet()) {
      long taken = step(torch, STATE + each.getValue() + ".step", each.getKey());
      if (steps != null && steps != taken) {
        throw new WeightsException(
            torch.where()
                + ": the optimizer took "
                + taken
                + " steps with "
                + each.getKey()
                + " and "
                + steps
                + " with others; wanted one number");
      }
      steps = taken;
    }
    return steps == null ? 0 : steps;
  }

  /** A plain number in files of older PyTorch, a scalar tensor in newer ones. */
  private static long step(TorchFile torch, String key, String name) throws IOException {
    Number plain = torch.numbers().get(key);
    if (plain != null) {
      return plain.longValue();
    }
    Shape shape = torch.shapes().get(key);
    if (shape == null || shape.size() != 1) {
      throw new WeightsException(
          torch.where() + ": the optimizer has no step of " + name + "; wanted AdamW's state");
    }
    return (long) torch.tensor(key).values().get(0);
  }

  private static TensorSource moments(
      TorchFile torch, Map<String, Entry> byName, Map<String, String> numbers)
      throws WeightsException {
    List<Entry> entries = new ArrayList<>();
    for (Map.Entry<String, String> each : numbers.entrySet()) {
      @Nullable Entry entry = byName.get(each.getKey());
      if (entry == null) {
        throw new WeightsException(
            torch.where() + ": the optimizer has " + each.getKey() + ", which is no parameter");
      }
      moment(entries, entry, "first_moment.", each.getValue() + ".exp_avg");
      moment(entries, entry, "second_moment.", each.getValue() + ".exp_avg_sq");
    }
    return NameTable.of(entries)
        .ignoring(name -> !name.startsWith(STATE) || name.endsWith(".step"))
        .toOurs(torch);
  }

  private static void moment(List<Entry> entries, Entry of, String ours, String theirs) {
    entries.add(
        new Entry("optimizer." + ours + of.ours(), of.shape(), STATE + theirs, of.layout()));
  }
}
