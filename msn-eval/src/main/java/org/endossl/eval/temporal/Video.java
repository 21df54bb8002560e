package org.endossl.eval.temporal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.endossl.eval.features.FeatureSet;
import org.endossl.eval.features.FrameTable;
import org.endossl.eval.features.Matrix;

/** A video's features and phases, frames in order. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Video(String name, Matrix x, int[] phases, List<FrameTable.Row> rows) {
  Video {
    rows = List.copyOf(rows);
  }

  int frames() {
    return phases.length;
  }

  static List<Video> of(FeatureSet features, List<String> names) {
    List<Video> videos = new ArrayList<>();
    for (String name : names) {
      FeatureSet set = features.select(List.of(name));
      List<FrameTable.Row> rows = set.frames().rows();
      int[] order =
          IntStream.range(0, rows.size())
              .boxed()
              .sorted(Comparator.comparingLong(i -> rows.get(i).frame()))
              .mapToInt(Integer::intValue)
              .toArray();
      FrameTable sorted = set.frames().select(order);
      videos.add(new Video(name, set.matrix().select(order), sorted.phases(), sorted.rows()));
    }
    return videos;
  }
}
