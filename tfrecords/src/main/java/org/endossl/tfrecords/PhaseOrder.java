package org.endossl.tfrecords;

import com.google.common.collect.ImmutableList;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The orders in which programs number Cholec80's seven phases, and M2CAI's list of eight, which is
 * for predictions only: records have none of it. A directory of records in another order than
 * TF-Cholec80's says so in {@code labels.json}: {@code {"phase_order": "endossl"}}.
 */
public enum PhaseOrder {
  /** CAMMA-public/TF-Cholec80: the order of its records. */
  TF_CHOLEC80(
      "tf-cholec80",
      "Preparation",
      "CalotTriangleDissection",
      "ClippingCutting",
      "GallbladderDissection",
      "GallbladderRetraction",
      "CleaningCoagulation",
      "GallbladderPackaging"),
  /** RoyHirsch/endossl, {@code data/cholec80_images.py}. */
  ENDOSSL(
      "endossl",
      "GallbladderPackaging",
      "CleaningCoagulation",
      "GallbladderDissection",
      "GallbladderRetraction",
      "Preparation",
      "ClippingCutting",
      "CalotTriangleDissection"),
  /** YuemingJin/TMRNet, {@code get_paths_labels.py}; TeCNO and those after them use the same. */
  TMRNET(
      "tmrnet",
      "Preparation",
      "CalotTriangleDissection",
      "ClippingCutting",
      "GallbladderDissection",
      "GallbladderPackaging",
      "CleaningCoagulation",
      "GallbladderRetraction"),
  /**
   * The workflow challenge of M2CAI 2016: eight phases in the order of its label files, those of
   * Cholec80 behind the placing of the trocars.
   */
  M2CAI(
      "m2cai",
      "TrocarPlacement",
      "Preparation",
      "CalotTriangleDissection",
      "ClippingCutting",
      "GallbladderDissection",
      "GallbladderPackaging",
      "CleaningCoagulation",
      "GallbladderRetraction");

  /** The orders of Cholec80's phases, in which records may be. */
  public static final List<PhaseOrder> OF_RECORDS = List.of(TF_CHOLEC80, ENDOSSL, TMRNET);

  /** How many phases Cholec80 has: 7. */
  public static final int PHASES = 7;

  /** The side file's name. */
  public static final String SIDE_FILE = "labels.json";

  private static final String KEY = "phase_order";
  private static final int SIDE_FILE_LIMIT = 1 << 16;

  private final String key;
  private final ImmutableList<String> names;

  PhaseOrder(String key, String... names) {
    this.key = key;
    this.names = ImmutableList.copyOf(names);
  }

  /** The name in side files, configurations and prediction files. */
  public String key() {
    return key;
  }

  /** The phases' names by number. */
  public List<String> names() {
    return names;
  }

  /**
   * The number of a phase.
   *
   * @throws IllegalArgumentException when there is no phase of this name
   */
  public int index(String name) {
    int index = names.indexOf(name);
    if (index < 0) {
      throw new IllegalArgumentException(
          "phase: got " + Quoted.of(name) + ", wanted one of " + String.join(", ", names));
    }
    return index;
  }

  /**
   * The number that another order gives to this order's phase.
   *
   * @throws IllegalArgumentException when the other has no such phase
   */
  public int convert(int phase, PhaseOrder to) {
    Objects.checkIndex(phase, names.size());
    return this == to ? phase : to.index(names.get(phase));
  }

  /**
   * The order of records with a key.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static PhaseOrder of(String key) {
    return of(key, OF_RECORDS);
  }

  /**
   * The order of predictions with a key.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static PhaseOrder ofPredictions(String key) {
    return of(key, List.of(values()));
  }

  private static PhaseOrder of(String key, List<PhaseOrder> orders) {
    for (PhaseOrder order : orders) {
      if (order.key.equals(key)) {
        return order;
      }
    }
    throw new IllegalArgumentException(
        "phase order: got " + Quoted.of(key) + ", wanted one of " + keys(orders));
  }

  /**
   * The order in which the records of a directory are written.
   *
   * @param directory a directory; without a side file the order is TF-Cholec80's
   * @throws DataException when the side file says nothing that is understood
   */
  public static PhaseOrder in(Path directory) throws IOException {
    Path file = directory.resolve(SIDE_FILE);
    if (!Files.exists(file)) {
      return TF_CHOLEC80;
    }
    String key = read(file);
    PhaseOrder order = key == null ? null : find(key);
    if (order == null) {
      throw new DataException(
          file
              + (key == null ? ": no " + KEY : ": " + KEY + " is " + Quoted.of(key))
              + ", wanted one of "
              + keys(OF_RECORDS)
              + "; correct the file");
    }
    return order;
  }

  /** The order of a record file: that of its directory. */
  public static PhaseOrder of(Path recordFile) throws IOException {
    Path directory = recordFile.toAbsolutePath().getParent();
    return directory == null ? TF_CHOLEC80 : in(directory);
  }

  /** Writes the side file; a directory has one order only. */
  public void write(Path directory) throws IOException {
    OutputFiles.write(
        directory.resolve(SIDE_FILE), (toJson() + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** What the side file must say; writers may add to it. */
  public JsonObject toJson() {
    JsonObject json = new JsonObject();
    json.addProperty(KEY, key);
    return json;
  }

  private static @Nullable String read(Path file) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(SIDE_FILE_LIMIT);
    }
    try {
      JsonElement json = JsonParser.parseString(new String(bytes, StandardCharsets.UTF_8));
      JsonElement value = json.isJsonObject() ? json.getAsJsonObject().get(KEY) : null;
      return value != null && value.isJsonPrimitive() ? value.getAsString() : null;
    } catch (JsonParseException e) {
      throw new DataException(
          file + ": not JSON, wanted {\"" + KEY + "\": \"" + TF_CHOLEC80.key + "\"}", e);
    }
  }

  private static @Nullable PhaseOrder find(String key) {
    for (PhaseOrder order : OF_RECORDS) {
      if (order.key.equals(key)) {
        return order;
      }
    }
    return null;
  }

  private static String keys(List<PhaseOrder> orders) {
    return orders.stream().map(PhaseOrder::key).collect(Collectors.joining(", "));
  }
}
