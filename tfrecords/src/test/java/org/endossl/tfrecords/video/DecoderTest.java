package org.endossl.tfrecords.video;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.params.provider.EnumSource.Mode.EXCLUDE;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.endossl.tfrecords.DataException;
import org.endossl.tfrecords.ImageSize;
import org.endossl.tfrecords.Images;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DecoderTest {

  private static final int WIDTH = 160;
  private static final int HEIGHT = 90;

  @TempDir Path directory;

  /** A moving pattern with edges and noise. */
  private static int[] picture(int n) {
    int[] rgb = new int[WIDTH * HEIGHT];
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        int red = (x * 3 + n * 5) & 0xff;
        int green = (x - n) * (x - n) + (y - 40) * (y - 40) < 400 ? 230 : y;
        int blue = (((x * 31 + y * 17 + n * 7) * 2654435) >>> 20) & 0x3f;
        rgb[y * WIDTH + x] = red << 16 | green << 8 | blue;
      }
    }
    return rgb;
  }

  private Path movie(Decoder by, int frames) throws IOException {
    Path file = directory.resolve(by + ".mp4");
    try (MovieWriter movie = by.create(file, new MovieWriter.Format(WIDTH, HEIGHT, 1))) {
      for (int n = 0; n < frames; n++) {
        movie.write(picture(n));
      }
      movie.finish();
    }
    return file;
  }

  private static List<int[]> decoded(Decoder by, Path file, FrameChoice choice) throws IOException {
    List<int[]> images = new ArrayList<>();
    try (FrameSource source = by.open(file, choice)) {
      byte[] image;
      while ((image = source.next()) != null) {
        images.add(Images.rgb(Images.decode(image, source.where())));
      }
      assertNull(source.next());
      assertEquals(List.of(), source.warnings());
    }
    return images;
  }

  private static void needBoth() {
    assumeTrue(Decoder.IN_PROCESS.isThere(), "skipped: FFmpeg's libraries do not load");
    assumeTrue(Decoder.PATH.isThere(), "skipped: no ffmpeg on the PATH");
  }

  private static void requireSame(Path file, FrameChoice choice, int frames) throws IOException {
    List<int[]> expected = decoded(Decoder.PATH, file, choice);
    List<int[]> actual = decoded(Decoder.IN_PROCESS, file, choice);
    assertEquals(frames, expected.size());
    assertEquals(frames, actual.size());
    for (int i = 0; i < frames; i++) {
      assertArrayEquals(expected.get(i), actual.get(i), choice + " frame " + i);
    }
  }

  @Test
  void bothDecoders_giveTheSameFrames() throws IOException {
    needBoth();
    Path file = movie(Decoder.IN_PROCESS, 60);
    requireSame(file, new FrameChoice(25, null), 3);
    requireSame(file, new FrameChoice(12.5, new ImageSize(96, 54)), 5);
    requireSame(file, new FrameChoice(1, new ImageSize(200, 120)), 60);
  }

  @ParameterizedTest
  @ValueSource(strings = {"libx264 -bf 3 -crf 18", "libx264 -pix_fmt yuv444p", "mpeg2video -g 12"})
  void bothDecoders_giveTheSameFrames_ofOtherCodecs(String codec) throws Exception {
    needBoth();
    Path file = directory.resolve("other.mp4");
    List<String> command =
        new ArrayList<>(
            List.of(Ffmpeg.find().toString(), "-v", "error", "-nostdin", "-f", "lavfi", "-i"));
    command.add("testsrc2=size=176x120:rate=25:duration=3,noise=alls=12:allf=t");
    command.addAll(List.of("-c:v"));
    command.addAll(Arrays.asList(codec.split(" ", -1)));
    command.add(file.toString());
    Path messages = directory.resolve("messages");
    int code =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(messages.toFile())
            .start()
            .waitFor();
    String said = Files.readString(messages);
    assumeTrue(!said.contains("Unknown encoder"), () -> "skipped: " + said);
    assertEquals(0, code, said);
    requireSame(file, new FrameChoice(25, null), 3);
    requireSame(file, new FrameChoice(5, new ImageSize(100, 70)), 15);
  }

  @Test
  void bothEncoders_writeWhatTheOtherReads() throws IOException {
    needBoth();
    for (Decoder by : List.of(Decoder.IN_PROCESS, Decoder.PATH)) {
      List<int[]> images = decoded(Decoder.AUTO, movie(by, 30), new FrameChoice(1, null));
      assertEquals(30, images.size());
      for (int n = 0; n < 30; n++) {
        double sum = 0;
        int[] wanted = picture(n);
        for (int p = 0; p < wanted.length; p++) { // green is half of what one sees
          sum += Math.abs((images.get(n)[p] >> 8 & 0xff) - (wanted[p] >> 8 & 0xff));
        }
        assertTrue(sum / wanted.length < 5, by + " frame " + n + ": " + sum);
      }
    }
  }

  @Test
  void inProcess_theSameFramesGiveTheSameBytes() throws IOException {
    assumeTrue(Decoder.IN_PROCESS.isThere(), "skipped: FFmpeg's libraries do not load");
    byte[] first = Files.readAllBytes(movie(Decoder.IN_PROCESS, 30));
    assertArrayEquals(first, Files.readAllBytes(movie(Decoder.IN_PROCESS, 30)));
  }

  @ParameterizedTest
  @EnumSource(mode = EXCLUDE, names = "AUTO")
  void damageWithinAVideo_isTold(Decoder by) throws IOException {
    assumeTrue(by.isThere(), () -> "skipped: " + by + " is not there");
    Path file = movie(Decoder.AUTO, 60);
    byte[] bytes = Files.readAllBytes(file);
    Arrays.fill(bytes, bytes.length / 3, bytes.length / 3 + 3000, (byte) 0x5a);
    Files.write(file, bytes);
    try (FrameSource source = by.open(file, new FrameChoice(1, null))) {
      while (source.next() != null) {
        assertTrue(source.frames() < 0);
      }
      assertFalse(source.warnings().isEmpty());
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EXCLUDE, names = "AUTO")
  void aListOfOtherFiles_isNoVideo(Decoder by) throws IOException {
    assumeTrue(by.isThere(), () -> "skipped: " + by + " is not there");
    Path file = directory.resolve("list.mp4");
    String list = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n";
    Files.write(file, list.getBytes(StandardCharsets.UTF_8));
    DataException e =
        assertThrows(
            DataException.class,
            () -> {
              try (FrameSource source = by.open(file, new FrameChoice(25, null))) {
                source.next();
              }
            });
    assertTrue(e.problem().contains("list.mp4"), e.problem());
  }
}
