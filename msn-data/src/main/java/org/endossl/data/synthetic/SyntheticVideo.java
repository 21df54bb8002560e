package org.endossl.data.synthetic;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** One operation: its frames are functions of its seed and their number. */
final class SyntheticVideo {
  private final Look look;
  private final Timeline timeline;
  private final ToolPlan plan;
  private final Tone tone;
  private final Renderer renderer;
  private final double rim;
  private final double side;
  private final long noiseSeed;

  private final Drift panU;
  private final Drift panV;
  private final Drift zoom;
  private final Drift roll;
  private final Drift pull;
  private final Drift smoke;
  private final Drift holderU;
  private final Drift holderV;
  private final Drift workerU;
  private final Drift workerV;
  private final Drift jaws;

  SyntheticVideo(SyntheticConfig config, int number) {
    SplittableRandom random = new SplittableRandom(seed(config.seed(), number));
    look = new Look(random.split(), 2.0 / config.height());
    timeline = Timeline.draw(random.split(), config.framesPerVideo());
    plan = new ToolPlan(random.split());
    tone = new Tone(random.split());
    renderer = new Renderer(config.width(), config.height());
    rim = Renderer.viewRadius(config.width(), config.height()) + 0.4;
    side = random.nextBoolean() ? 1 : -1;
    noiseSeed = random.nextLong();
    panU = new Drift(random, 23);
    panV = new Drift(random, 27);
    zoom = new Drift(random, 33);
    roll = new Drift(random, 41);
    pull = new Drift(random, 19);
    smoke = new Drift(random, 17);
    holderU = new Drift(random, 9);
    holderV = new Drift(random, 11);
    workerU = new Drift(random, 7);
    workerV = new Drift(random, 8);
    jaws = new Drift(random, 6);
  }

  /** Neighbouring videos and seeds have nothing in common. */
  private static long seed(long seed, int number) {
    return new SplittableRandom(seed * 0x9E3779B97F4A7C15L + number).nextLong();
  }

  int frames() {
    return timeline.frames();
  }

  Phase phaseOf(int index) {
    return timeline.phase(index);
  }

  Frame frame(int index) {
    Phase phase = timeline.phase(index);
    double progress = timeline.progress(index);
    return renderer.paint(scene(index, phase, progress), look, tone, phase, index, noise(index));
  }

  private long noise(int index) {
    return noiseSeed + 31L * index;
  }

  private Scene scene(int time, Phase phase, double progress) {
    Scene.Camera camera = camera(time, phase);
    List<Layer> layers = new ArrayList<>();
    layers.add(new Background(look));
    double reveal =
        switch (phase) {
          case PREPARATION, CALOT, CLIPPING -> 0;
          case DISSECTION -> 0.1 + 0.85 * progress;
          case PACKAGING, CLEANING, RETRACTION -> 1.1;
        };
    layers.add(new Bed(look, reveal, phase == Phase.CLEANING ? 1 : 0.7));
    Gallbladder gallbladder = gallbladder(time, phase, progress);
    Ducts ducts = ducts(gallbladder, phase, progress);
    layers.add(ducts);
    switch (phase) {
      case PACKAGING -> {
        Bag bag = openBag();
        layers.add(bag.back());
        layers.add(gallbladder);
        layers.add(bag);
      }
      case CLEANING -> layers.add(new Pool(look, look.ductV() + 0.25 - 0.3 * progress, time));
      case RETRACTION -> {
        layers.add(new Port(look, portU(), portV()));
        layers.add(closedBag(progress));
      }
      case PREPARATION, CALOT, CLIPPING, DISSECTION -> layers.add(gallbladder);
    }
    addTools(layers, camera, gallbladder, ducts, time, phase, progress);
    layers.add(new Smoke(look, Math.max(0, 0.5 * smoke.at(time) - 0.05), time));
    return new Scene(camera, List.copyOf(layers));
  }

  private Scene.Camera camera(int time, Phase phase) {
    double u = look.bedX + 0.2 * panU.at(time);
    double v = look.bedY + 0.3 + 0.16 * panV.at(time);
    if (phase == Phase.RETRACTION) {
      u = portU() + 0.55 + 0.2 * panU.at(time);
      v = portV() + 0.35 + 0.16 * panV.at(time);
    }
    double scale = phase == Phase.PREPARATION ? 0.95 : 0.85;
    return Scene.Camera.of(u, v, scale * (1 + 0.13 * zoom.at(time)), 0.25 * roll.at(time));
  }

  private double portU() {
    return -look.wallOffset - 0.35;
  }

  private double portV() {
    return look.bedY - 0.1;
  }

  private Gallbladder gallbladder(int time, Phase phase, double progress) {
    double fundusU = look.bedU(0.42, 0);
    double fundusV = look.bedV(0.42, 0);
    double turn =
        switch (phase) {
          case PREPARATION -> 0.08 * pull.at(time);
          case CALOT, CLIPPING -> side * (0.32 + 0.16 * pull.at(time));
          default -> side * (0.45 + 1.3 * progress + 0.1 * pull.at(time));
        };
    if (phase == Phase.PACKAGING) {
      // Upside down: the fundus goes into the bag first.
      double depth = -0.25 + 0.3 * progress;
      double lean = 0.3 * pull.at(time);
      return new Gallbladder(
          look,
          bagU() + depth * 0.2,
          bagV() + depth,
          StrictMath.sin(lean),
          -StrictMath.cos(lean),
          0.75);
    }
    double cos = StrictMath.cos(turn);
    double sin = StrictMath.sin(turn);
    double dirU = -(cos * look.axisX - sin * look.axisY);
    double dirV = -(sin * look.axisX + cos * look.axisY);
    return new Gallbladder(look, fundusU, fundusV, dirU, dirV, 1 - 0.1 * Math.min(1, progress));
  }

  private double bagU() {
    return look.bedX + look.bagX;
  }

  private double bagV() {
    return look.bedY + look.bagY + 0.35;
  }

  private Bag openBag() {
    return new Bag(look, bagU(), bagV(), 0.2, 0.98, true, ToolKind.SPECIMEN_BAG.index);
  }

  private Bag closedBag(double progress) {
    double out = 0.35 - 0.3 * progress;
    return new Bag(
        look,
        portU() + out * 0.8,
        portV() + out * 0.6,
        0.8,
        0.6,
        false,
        ToolKind.SPECIMEN_BAG.index);
  }

  private Ducts ducts(Gallbladder gallbladder, Phase phase, double progress) {
    double restU = look.bedU(-0.5, 0);
    double restV = look.bedV(-0.5, 0);
    return switch (phase) {
      case PREPARATION -> new Ducts(look, gallbladder.neckU(), gallbladder.neckV(), 0, 0, false);
      case CALOT ->
          new Ducts(
              look, gallbladder.neckU(), gallbladder.neckV(), 0.15 + 0.85 * progress, 0, false);
      case CLIPPING -> {
        int clips = progress < 0.15 ? 1 : progress < 0.35 ? 2 : 3;
        yield new Ducts(look, gallbladder.neckU(), gallbladder.neckV(), 1, clips, progress > 0.85);
      }
      default -> new Ducts(look, restU, restV, 1, 3, true);
    };
  }

  private void addTools(
      List<Layer> layers,
      Scene.Camera camera,
      Gallbladder gallbladder,
      Ducts ducts,
      int time,
      Phase phase,
      double progress) {
    double workU = ducts.workU();
    double workV = ducts.workV();
    double holdU = gallbladder.holdU();
    double holdV = gallbladder.holdV();
    switch (phase) {
      case DISSECTION -> {
        double front = -0.4 + 0.85 * progress;
        workU = look.bedU(front, 0.1 * workerU.at(time));
        workV = look.bedV(front, 0.1 * workerU.at(time));
      }
      case PREPARATION -> {
        holdU = look.bedU(0.3, 0.1 + 0.25 * holderU.at(time));
        holdV = look.bedV(0.3, 0.1 + 0.25 * holderU.at(time));
      }
      case PACKAGING -> {
        holdU = gallbladder.neckU();
        holdV = gallbladder.neckV();
      }
      case CLEANING -> {
        workU = look.bedU(-0.2, 0.15 * workerV.at(time));
        workV = look.bedV(-0.2, 0.15 * workerV.at(time));
        holdU = look.bedU(0.3, 0.45);
        holdV = look.bedV(0.3, 0.45);
      }
      case RETRACTION -> {
        holdU = portU() + 0.9;
        holdV = portV() + 0.25;
      }
      case CALOT, CLIPPING -> {}
    }
    for (ToolKind kind : ToolKind.values()) {
      double presence = plan.presence(kind, phase, progress);
      if (kind == ToolKind.SPECIMEN_BAG || presence <= 0) {
        continue;
      }
      boolean holder = kind == ToolKind.GRASPER;
      double jitter = holder ? 0.04 : 0.09;
      double port = holder ? look.holderPort : look.workerPort;
      if (kind == ToolKind.BIPOLAR) {
        port = Math.PI - 0.5 + 0.4 * look.holderPort;
      }
      double du = jitter * (holder ? holderU : workerU).at(time);
      double dv = jitter * (holder ? holderV : workerV).at(time);
      double u = (holder ? holdU : workU) + du;
      double v = (holder ? holdV : workV) + dv;
      double portX = rim * StrictMath.cos(port);
      double portY = rim * StrictMath.sin(port);
      double x = portX + presence * (camera.viewX(u, v) - portX);
      double y = portY + presence * (camera.viewY(u, v) - portY);
      double opening = 0.5 + 0.5 * jaws.at(time + kind.index);
      double scale = (1.25 + 0.12 * workerV.at(time + 5.0)) / camera.zoom();
      layers.add(new Tool(look, kind, x, y, portX, portY, opening, scale, jaws.at(time + 3.0) > 0));
    }
  }
}
