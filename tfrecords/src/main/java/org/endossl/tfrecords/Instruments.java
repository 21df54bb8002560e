package org.endossl.tfrecords;

import java.util.List;

/** Cholec80's instruments (its "tools") in the order of its annotation files. */
public final class Instruments {

  /** The names by column. */
  public static final List<String> NAMES =
      List.of("Grasper", "Bipolar", "Hook", "Scissors", "Clipper", "Irrigator", "SpecimenBag");

  /** How many there are: 7. */
  public static final int COUNT = NAMES.size();

  private Instruments() {}
}
