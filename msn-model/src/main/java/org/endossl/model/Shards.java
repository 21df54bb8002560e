package org.endossl.model;

import com.google.gson.JsonElement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.ndarray.Shape;

/**
 * Several files of weights under one index, {@code model.safetensors.index.json} or {@code
 * pytorch_model.bin.index.json}.
 */
final class Shards implements TensorSource {
  private static final int MOST = 10_000;

  private final Path index;
  private final Map<String, TensorSource> files; // by tensor
  private final Map<String, Shape> shapes = new LinkedHashMap<>();

  private Shards(Path index, Map<String, TensorSource> files) {
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
   * @param ending of the shards' names, {@code .safetensors} or {@code .bin}
   * @throws WeightsException if the index is damaged, names a file outside its directory, or a
   *     shard lacks a tensor
   */
  static Shards open(Path index, String ending) throws IOException {
    JsonElement map = HuggingFaceConfig.read(index).get("weight_map");
    if (map == null || !map.isJsonObject()) {
      throw new WeightsException(index + ": wanted a weight_map");
    }
    Map<String, HuggingFaceFiles.Opened> opened = new LinkedHashMap<>();
    Map<String, TensorSource> files = new LinkedHashMap<>();
    for (Map.Entry<String, JsonElement> entry : map.getAsJsonObject().entrySet()) {
      String shard = entry.getValue().isJsonPrimitive() ? entry.getValue().getAsString() : "";
      HuggingFaceFiles.Opened file = opened.get(shard);
      if (file == null) {
        if (opened.size() == MOST) {
          throw new WeightsException(index + ": names more than " + MOST + " files");
        }
        file = HuggingFaceFiles.open(beside(index, shard, ending));
        opened.put(shard, file);
      }
      if (!file.names().contains(entry.getKey())) {
        throw new WeightsException(index + ": " + shard + " has no tensor " + entry.getKey());
      }
      files.put(entry.getKey(), file.source());
    }
    return new Shards(index, files);
  }

  private static Path beside(Path index, String shard, String ending) throws WeightsException {
    if (!shard.endsWith(ending) || !shard.matches("[A-Za-z0-9_][A-Za-z0-9_.-]{0,250}")) {
      throw new WeightsException(
          index + ": got the file name \"" + shard + "\", wanted NAME" + ending + " beside it");
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
  public Map<String, String> unread() {
    Map<String, String> types = new LinkedHashMap<>();
    files.forEach(
        (name, file) -> {
          String type = file.unread().get(name);
          if (type != null) {
            types.put(name, type);
          }
        });
    return types;
  }

  @Override
  public HostTensor tensor(String name) throws IOException {
    TensorSource file = files.get(name);
    if (file == null) {
      throw new WeightsException(index + ": no tensor " + name);
    }
    return file.tensor(name);
  }
}
