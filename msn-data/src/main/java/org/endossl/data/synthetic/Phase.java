package org.endossl.data.synthetic;

/** Cholec80's phases in the order of an operation, with their mean durations there. */
enum Phase {
  PREPARATION("Preparation", 125),
  CALOT("CalotTriangleDissection", 954),
  CLIPPING("ClippingCutting", 168),
  DISSECTION("GallbladderDissection", 857),
  PACKAGING("GallbladderPackaging", 98),
  CLEANING("CleaningCoagulation", 178),
  RETRACTION("GallbladderRetraction", 83);

  /** As {@code PhaseOrder} names it. */
  final String label;

  /** Mean duration in Cholec80 (Twinanda et al. 2017), seconds. */
  final double meanSeconds;

  Phase(String label, double meanSeconds) {
    this.label = label;
    this.meanSeconds = meanSeconds;
  }
}
