package org.endossl.tfrecords;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameRowsTest {

  /** Files of random frames, some without any, some longer than a block, and what is in them. */
  private static List<FrameIndex.Entry> fill(List<FrameColumns> files, Random random) {
    List<FrameIndex.Entry> all = new ArrayList<>();
    for (int f = 0; f < 12; f++) {
      Path file = Path.of("f" + f + ".tfrecord");
      FrameColumns columns = new FrameColumns(file, Compression.NONE);
      int count = f % 4 == 0 ? 0 : random.nextInt(1500);
      for (int i = 0; i < count; i++) {
        int video = random.nextInt(9);
        long total = 3_000_000_000L + video;
        long frame = f % 2 == 0 ? i : random.nextInt(1_000_000); // in order or in none
        int bits = random.nextInt(128);
        columns.add(
            i, i * 9L, 100 + i, new FrameColumns.Video("v" + video, total), frame, i % 7, bits);
        all.add(
            new FrameIndex.Entry(
                file,
                Compression.NONE,
                i,
                i * 9L,
                100 + i,
                "v" + video,
                frame,
                total,
                i % 7,
                FrameLabels.flags(bits)));
      }
      files.add(columns);
    }
    return all;
  }

  @Test
  void orders_areThoseOfAPlainList() {
    for (int seed = 0; seed < 20; seed++) {
      List<FrameColumns> files = new ArrayList<>();
      List<FrameIndex.Entry> lying = fill(files, new Random(seed));
      List<FrameIndex.Entry> sorted = new ArrayList<>(lying);
      sorted.sort(
          Comparator.comparing(FrameIndex.Entry::videoId)
              .thenComparingLong(FrameIndex.Entry::frameId));
      FrameRows rows = FrameRows.sorted(files);
      assertEquals(sorted, rows);
      assertEquals(lying, rows.asTheyLie());
      List<FrameIndex.Entry> drawn = new ArrayList<>(lying);
      Collections.shuffle(drawn, new Random(5));
      assertEquals(drawn, rows.asTheyLie().shuffled(new Random(5)));
      List<FrameIndex.Entry> third = new ArrayList<>();
      for (int i = 0; i < sorted.size(); i += 3) {
        third.add(sorted.get(i));
      }
      assertEquals(third, rows.where(i -> i % 3 == 0));
    }
    assertEquals(List.of(), FrameRows.sorted(List.of()));
  }

  @Test
  void places_areThoseOfAMap() {
    Random random = new Random(1);
    FramePlaces places = new FramePlaces();
    Map<Long, Place> map = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      long frame = i % 2 == 0 ? random.nextInt(15_000) : random.nextLong() >>> 1;
      Place place = new Place(Path.of("f" + i / 3000), (long) i << 20, i);
      assertEquals(map.putIfAbsent(frame, place), places.putIfAbsent(frame, place));
    }
    assertEquals(map.size(), places.size());
    assertNull(places.putIfAbsent(Long.MAX_VALUE, new Place(Path.of("x"), 0, 0)));
  }
}
