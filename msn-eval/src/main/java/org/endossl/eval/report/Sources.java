package org.endossl.eval.report;

import java.util.List;

/**
 * What a run's folder names without holding it.
 *
 * @param records where its frames are; empty if it does not say
 * @param weights as {@link org.endossl.eval.WeightsSource#parse} takes them; empty if it does not
 *     say
 * @param weightsNote the weights in words; empty where their name says enough
 * @param videos whose frames are shown; empty if it does not say
 */
record Sources(List<String> records, String weights, String weightsNote, List<String> videos) {
  Sources {
    records = List.copyOf(records);
    videos = List.copyOf(videos);
  }
}
