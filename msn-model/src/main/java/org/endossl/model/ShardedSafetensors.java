package org.endossl.model;

import com.google.gson.JsonElement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.ndarray.Shape;

/** Several safetensors files under one index, {@code model.safetensors.index.json}. */
final class ShardedSafetensors implements TensorSource {
  private final Path index;
  private final Map<String, Safetensors> files; // by tensor
  private final Map<String, Shape> shapes = new LinkedHashMap<>();

  private ShardedSafetensors(Path index, Map<String, Safetensors> files) {
    this.index = index;
    this.files = files;
    files.forEach(
        (name, file) -> {
          Shape shape = file.shapes().get(name);
          if (shape != null) {
            shapes.put(name, shape);
          }
        });
  }

  /**
   * Opens the index and its shards.
   *
   * @throws WeightsException if the index is damaged, names a file outside its directory, or a
   *     shard lacks a tensor
   */
  static ShardedSafetensors open(Path index) throws IOException {
    JsonElement map = HuggingFaceVit.read(index).get("weight_map");
    if (map == null || !map.isJsonObject()) {
      throw new WeightsException(index + ": wanted a weight_map");
    }
    Map<String, Safetensors> opened = new LinkedHashMap<>();
    Map<String, Safetensors> files = new LinkedHashMap<>();
    for (Map.Entry<String, JsonElement> entry : map.getAsJsonObject().entrySet()) {
      String shard = entry.getValue().isJsonPrimitive() ? entry.getValue().getAsString() : "";
      Safetensors file = opened.get(shard);
      if (file == null) {
        file = Safetensors.open(beside(index, shard));
        opened.put(shard, file);
      }
      if (!file.entries().containsKey(entry.getKey())) {
        throw new WeightsException(index + ": " + shard + " has no tensor " + entry.getKey());
      }
      files.put(entry.getKey(), file);
    }
    return new ShardedSafetensors(index, files);
  }

  private static Path beside(Path index, String shard) throws WeightsException {
    if (!shard.matches("[A-Za-z0-9_][A-Za-z0-9_.-]*\\.safetensors")) {
      throw new WeightsException(
          index + ": got the file name \"" + shard + "\", wanted NAME.safetensors beside it");
    }
    return index.resolveSibling(shard);
  }

  @Override
  public String where() {
    return index.toString();
  }

  @Override
  public Map<String, Shape> shapes() {
    return shapes;
  }

  @Override
  public HostTensor tensor(String name) throws IOException {
    Safetensors file = files.get(name);
    if (file == null) {
      throw new WeightsException(index + ": no tensor " + name);
    }
    return file.tensor(name);
  }
}
