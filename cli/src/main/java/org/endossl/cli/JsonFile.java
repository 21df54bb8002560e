package org.endossl.cli;

import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.file.Path;
import org.endossl.eval.AtomicFiles;

/** Figures as a JSON file. */
final class JsonFile {
  private JsonFile() {}

  static void write(Path file, Object figures) throws IOException {
    String text =
        new GsonBuilder()
            .setPrettyPrinting()
            .serializeSpecialFloatingPointValues()
            .create()
            .toJson(figures);
    AtomicFiles.writeText(file, text + "\n");
  }
}
