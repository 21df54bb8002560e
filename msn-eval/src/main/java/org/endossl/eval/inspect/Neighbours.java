package org.endossl.eval.inspect;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.endossl.eval.features.FeatureSet;
import org.endossl.eval.features.FrameTable;

/**
 * How often frames that are near each other show the same phase.
 *
 * @param k neighbours looked at
 * @param same share of a frame's neighbours of its phase, mean over frames, 0 to 1
 * @param chance the same for neighbours drawn at random
 * @param otherVideos whether neighbours are of other videos than the frame; not with one video
 */
public record Neighbours(int k, double same, double chance, boolean otherVideos) {

  /** Counts the {@code k} nearest by Euclidean distance; NaN where no frame has any. */
  public static Neighbours of(FeatureSet features, int k) {
    List<FrameTable.Row> rows = features.frames().rows();
    boolean others = features.frames().videos().size() > 1;
    double[] distances = Tsne.distances(features.matrix());
    int n = rows.size();
    double same = 0;
    double chance = 0;
    int counted = 0;
    for (int i = 0; i < n; i++) {
      FrameTable.Row row = rows.get(i);
      int frame = i;
      int[] candidates =
          IntStream.range(0, n)
              .filter(j -> j != frame && !(others && rows.get(j).video().equals(row.video())))
              .toArray();
      if (candidates.length > 0) {
        same += share(nearest(candidates, distances, i * n, k), rows, row.phase());
        chance += share(candidates, rows, row.phase());
        counted++;
      }
    }
    return new Neighbours(k, same / counted, chance / counted, others); // 0 / 0 is the NaN meant
  }

  private static int[] nearest(int[] candidates, double[] distances, int start, int k) {
    return Arrays.stream(candidates)
        .boxed()
        .sorted(Comparator.comparingDouble(j -> distances[start + j]))
        .limit(k)
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static double share(int[] frames, List<FrameTable.Row> rows, int phase) {
    return Arrays.stream(frames).filter(j -> rows.get(j).phase() == phase).count()
        / (double) frames.length;
  }
}
