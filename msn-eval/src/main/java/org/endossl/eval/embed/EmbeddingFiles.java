package org.endossl.eval.embed;

import blue.strategic.parquet.ParquetWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;
import org.endossl.eval.AtomicFiles;
import org.endossl.eval.features.Matrix;
import org.endossl.eval.features.NpyFile;

/** Writes vectors as .npy, .csv or .parquet; a file appears whole or not at all. */
final class EmbeddingFiles {
  private static final String NAME = "name";

  private EmbeddingFiles() {}

  static void write(EmbedRequest request, Embed.Embedding embedding) throws IOException {
    String out = request.out().toString();
    if (out.endsWith(".npy")) {
      StringBuilder csv = new StringBuilder(NAME + "\n");
      embedding.names().forEach(name -> csv.append(quoted(name)).append('\n'));
      NpyFile.write(request.out(), embedding.vectors());
      AtomicFiles.writeText(request.names(), csv.toString());
    } else if (out.endsWith(".csv")) {
      csv(request.out(), embedding);
    } else {
      parquet(request.out(), embedding);
    }
  }

  private static void csv(Path file, Embed.Embedding embedding) throws IOException {
    Matrix vectors = embedding.vectors();
    AtomicFiles.write(
        file,
        out -> {
          try (Writer writer = AtomicFiles.utf8(out)) {
            writer.write(NAME);
            for (int k = 0; k < vectors.columns(); k++) {
              writer.write("," + column(k));
            }
            for (int i = 0; i < vectors.rows(); i++) {
              writer.write("\n" + quoted(embedding.names().get(i)));
              for (int k = 0; k < vectors.columns(); k++) {
                writer.write("," + vectors.values()[vectors.start(i) + k]);
              }
            }
            writer.write("\n");
          }
        });
  }

  /** Columns {@code name} (a string), {@code f0}, {@code f1} and so on (float32). */
  private static void parquet(Path file, Embed.Embedding embedding) throws IOException {
    Matrix vectors = embedding.vectors();
    Types.MessageTypeBuilder schema = Types.buildMessage();
    schema.addField(
        Types.required(PrimitiveTypeName.BINARY)
            .as(LogicalTypeAnnotation.stringType())
            .named(NAME));
    for (int k = 0; k < vectors.columns(); k++) {
      schema.addField(Types.required(PrimitiveTypeName.FLOAT).named(column(k)));
    }
    MessageType type = schema.named("embedding");
    Path target = file.toAbsolutePath();
    Path parent = target.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Path part = target.resolveSibling(target.getFileName() + ".part");
    try {
      try (ParquetWriter<Integer> writer =
          ParquetWriter.writeFile(
              type,
              part.toFile(),
              (row, values) -> {
                values.write(NAME, embedding.names().get(row));
                for (int k = 0; k < vectors.columns(); k++) {
                  values.write(column(k), vectors.values()[vectors.start(row) + k]);
                }
              })) {
        for (int i = 0; i < vectors.rows(); i++) {
          writer.write(i);
        }
      }
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static String column(int k) {
    return "f" + k;
  }

  private static String quoted(String name) {
    return name.matches("[^,\"\r\n]*") ? name : '"' + name.replace("\"", "\"\"") + '"';
  }
}
