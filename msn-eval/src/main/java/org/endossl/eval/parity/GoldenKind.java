package org.endossl.eval.parity;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.endossl.data.augment.RandAugmentOp;
import org.endossl.model.Safetensors;
import org.jspecify.annotations.Nullable;

/** The kinds of golden values, recognised by what is in a file or folder. */
enum GoldenKind {
  VIT_MSN("a ViT as a Hugging Face directory"),
  MSN("training steps of facebookresearch/msn"),
  METRICS("endossl's scores"),
  OPTIMIZERS("endossl's optimizers and callbacks"),
  VIEWS("view operations"),
  RESIZING("Keras' resizing"),
  RECORDS("records in TF-Cholec80's schema"),
  RANDAUGMENT("RandAugment operations"),
  RESNET("a Keras ResNetV2"),
  SAVED_MODEL("SavedModels of endossl");

  private static final String EXPECTED = "expected.safetensors";

  private final String text;

  GoldenKind(String text) {
    this.text = text;
  }

  /** For people. */
  String text() {
    return text;
  }

  /** The check. */
  GoldenCheck check() {
    return switch (this) {
      case VIT_MSN -> new VitCheck();
      case METRICS -> new MetricsCheck();
      case RECORDS -> new RecordsCheck();
      case VIEWS -> new ViewsCheck();
      case RESIZING -> new ResizingCheck();
      case MSN -> new MsnCheck();
      case OPTIMIZERS -> new OptimizersCheck();
      case RANDAUGMENT -> new RandAugmentCheck();
      case RESNET -> new ResNetCheck();
      case SAVED_MODEL -> new SavedModelCheck();
    };
  }

  /** The kind of a file or folder, or null if it is none. */
  static @Nullable GoldenKind of(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      return ofFolder(path);
    }
    String name = path.toString();
    if (name.endsWith(".json")) {
      return ofJson(path);
    }
    return name.endsWith(".safetensors")
        ? ofTensors(Safetensors.open(path).entries().keySet())
        : null;
  }

  private static @Nullable GoldenKind ofFolder(Path folder) throws IOException {
    if (has(folder, "log.json", "initial.safetensors", "steps.safetensors")) {
      return MSN;
    }
    if (has(folder, "config.json", EXPECTED)) {
      return VIT_MSN;
    }
    if (has(folder, "expected.json")) {
      return RECORDS;
    }
    if (has(folder, EXPECTED)) {
      return ofExpected(folder);
    }
    return null;
  }

  private static @Nullable GoldenKind ofExpected(Path folder) throws IOException {
    for (Path entry : sorted(folder)) {
      if (entry.toString().endsWith(".h5")) {
        return RESNET;
      }
      if (entry.endsWith("saved_model.pb") || Files.exists(entry.resolve("saved_model.pb"))) {
        return SAVED_MODEL;
      }
    }
    return null;
  }

  private static @Nullable GoldenKind ofJson(Path file) throws IOException {
    JsonElement json = GoldenJson.read(file);
    if (json == null || !json.isJsonObject()) {
      return null;
    }
    JsonObject object = json.getAsJsonObject();
    if (object.has("phase_cases") || object.has("tool_cases")) {
      return METRICS;
    }
    return object.has("results") && object.has("weight") ? OPTIMIZERS : null;
  }

  private static @Nullable GoldenKind ofTensors(Set<String> names) {
    if (!names.contains("input")) {
      return null;
    }
    if (names.stream()
        .anyMatch(n -> n.startsWith("resizing_") || n.startsWith("tf_image_resize"))) {
      return RESIZING;
    }
    if (names.contains("small")
        || names.stream().anyMatch(n -> n.matches("(resized|center)_crop:.*"))) {
      return VIEWS;
    }
    return names.stream().anyMatch(n -> n.contains("@") || randAugment(n)) ? RANDAUGMENT : null;
  }

  private static boolean randAugment(String name) {
    return Stream.of(RandAugmentOp.values()).anyMatch(op -> op.key().equals(name));
  }

  private static boolean has(Path folder, String... names) {
    return Stream.of(names).allMatch(name -> Files.isRegularFile(folder.resolve(name)));
  }

  /** What is in a folder, in a fixed order. */
  static List<Path> sorted(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList();
    }
  }
}
