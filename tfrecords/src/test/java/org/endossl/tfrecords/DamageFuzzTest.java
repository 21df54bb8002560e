package org.endossl.tfrecords;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.Example;

/** Whatever the bytes: a DataException or a frame that keeps the rules. */
class DamageFuzzTest {

  private static final List<Compression> KINDS =
      List.of(Compression.NONE, Compression.GZIP, Compression.ZLIB);

  /** Files take most of the time. */
  private static final int FILE_EVERY = 4;

  /** Behind the image: so many bytes of an Example are its other features. */
  private static final int TAIL = 140;

  private static final Place WHERE = new Place(Path.of("fuzz"), 0, 0);

  @TempDir Path directory;

  @Test
  void mutations_areDataExceptions() throws IOException {
    fuzz(1, 20_000);
  }

  @Test
  @Tag("slow")
  void aMillionFilesAndThreeMillionExamples_areDataExceptions() throws IOException {
    fuzz(2, 4_000_000);
  }

  private void fuzz(long seed, int runs) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    long begun = System.nanoTime();
    int[] fileRuns = new int[2];
    int[] exampleRuns = new int[2];
    for (int run = 0; run < runs; run++) {
      if (run % FILE_EVERY == 0) {
        fileRuns[readFile(random, run / FILE_EVERY)]++;
      } else {
        exampleRuns[decode(random)]++;
      }
    }
    String figures =
        String.format(
            Locale.ROOT,
            "%d files (%d refused), %d Examples (%d refused), %.1f s",
            fileRuns[0] + fileRuns[1],
            fileRuns[1],
            exampleRuns[0] + exampleRuns[1],
            exampleRuns[1],
            (System.nanoTime() - begun) / 1e9);
    Files.writeString(Path.of("target", "fuzz-" + runs + ".txt"), figures + "\n");
    assertTrue(fileRuns[1] > runs / FILE_EVERY / 2, figures);
    assertTrue(exampleRuns[0] > runs / 1000, figures);
    assertTrue(exampleRuns[1] > runs / 50, figures);
  }

  private final List<byte[]> examples = new ArrayList<>();
  private final List<byte[]> files = new ArrayList<>();

  @BeforeEach
  void seeds() throws IOException {
    for (int i = 0; i < 9; i++) {
      examples.add(FrameCodec.encode(TestFrames.frame("video01", i, 9, 3)));
    }
    for (Compression kind : KINDS) {
      Path file = directory.resolve("seed.tfrecord" + kind.suffix());
      files.add(Files.readAllBytes(TestFrames.file(file, "video01", 2)));
    }
  }

  private int readFile(SplittableRandom random, int run) throws IOException {
    Compression compression = KINDS.get(run % 3);
    Path damaged = directory.resolve("x.tfrecord" + compression.suffix());
    Files.write(damaged, mutated(files.get(run % 3).clone(), random));
    try {
      FrameIndex index = FrameIndex.scan(List.of(damaged));
      assertTrue(index.entries().size() <= 2);
      return 0;
    } catch (DataException e) {
      assertTrue(String.valueOf(e.getMessage()).startsWith(damaged.toString()), e.getMessage());
      return 1;
    }
  }

  private int decode(SplittableRandom random) throws IOException {
    byte[] bytes = mutated(examples.get(random.nextInt(examples.size())).clone(), random);
    try {
      FrameRecord frame = FrameCodec.decode(bytes, WHERE);
      // What this codec takes, Protobuf must read the same.
      Example example = Example.parseFrom(bytes);
      assertTrue(
          Arrays.equals(
              frame.image(),
              example
                  .getFeatures()
                  .getFeatureOrThrow("frame")
                  .getBytesList()
                  .getValue(0)
                  .toByteArray()));
      assertTrue(
          example.getFeatures().getFeatureOrThrow("phase").getInt64List().getValue(0)
              == frame.phase());
      return 0;
    } catch (DataException e) {
      return 1;
    }
  }

  private static byte[] mutated(byte[] bytes, SplittableRandom random) {
    byte[] out = bytes;
    for (int i = random.nextInt(3); i >= 0; i--) {
      out = mutatedOnce(out.length == 0 ? bytes.clone() : out, random);
    }
    return out;
  }

  private static byte[] mutatedOnce(byte[] bytes, SplittableRandom random) {
    int at = random.nextInt(bytes.length);
    if (bytes.length > TAIL && random.nextInt(4) > 0) {
      at = bytes.length - 1 - random.nextInt(TAIL);
    }
    switch (random.nextInt(6)) {
      case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes[at] = (byte) random.nextInt();
      case 2 -> {
        return Arrays.copyOf(bytes, at);
      }
      case 3 -> { // a piece twice
        byte[] longer = Arrays.copyOf(bytes, bytes.length + random.nextInt(40));
        System.arraycopy(bytes, 0, longer, at, Math.min(bytes.length, longer.length - at));
        return longer;
      }
      case 4 -> { // a length with the right checksum
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length >= 12) {
          buffer.putLong(0, random.nextLong() >>> random.nextInt(64));
          buffer.putInt(8, TestFrames.maskedCrc(Arrays.copyOf(bytes, 8)));
        }
      }
      default -> Arrays.fill(bytes, at, Math.min(bytes.length, at + 8), (byte) -1);
    }
    return bytes;
  }
}
