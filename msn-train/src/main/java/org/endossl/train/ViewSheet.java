package org.endossl.train;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.endossl.data.FrameFiles;
import org.endossl.data.InputErrors;
import org.endossl.data.MsnInput;
import org.endossl.data.Normalization;
import org.endossl.tfrecords.BadRecords;
import org.endossl.tfrecords.FrameIndex;
import org.endossl.tfrecords.RecordFiles;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * A contact sheet of what a run's first step sees: a row per frame with its target view, its random
 * views without the patches that the masking drops, and its focal views.
 */
public final class ViewSheet {
  private static final int GAP = 8;
  private static final int LINE = 20;
  private static final Color PAPER = new Color(0x20, 0x22, 0x26);
  private static final Color INK = new Color(0xe8, 0xe8, 0xe8);
  private static final Color DROPPED = new Color(0x48, 0x4c, 0x54);

  private final PretrainConfig config;
  private final FrameFiles files;
  private final int frames;

  private ViewSheet(PretrainConfig config, FrameFiles files, int frames) {
    this.config = config;
    this.files = files;
    this.frames = frames;
  }

  /**
   * Draws the sheet.
   *
   * @param config a run's; its data, views, masking and seed count
   * @param frames rows of the sheet
   * @param epoch whose views, from 0
   * @param bad what is done about bad records
   * @throws org.endossl.tfrecords.DataException if records are missing or damaged
   */
  public static BufferedImage draw(PretrainConfig config, int frames, long epoch, BadRecords bad)
      throws IOException {
    FrameIndex index = FrameIndex.scan(RecordFiles.list(config.data().records()), bad, bytes -> {});
    String part = config.data().part();
    List<String> videos =
        part.equals("all") ? index.videos() : config.data().split().videos().videos(part);
    FrameFiles files = FrameFiles.select(index, videos);
    if (frames < 1 || frames > Math.min(64, files.frames())) {
      throw new IllegalArgumentException(
          "frames: got " + frames + ", wanted 1 to " + Math.min(64, files.frames()));
    }
    return new ViewSheet(config, files, frames).draw(epoch);
  }

  private BufferedImage draw(long epoch) throws IOException {
    int patches = config.encoder().patches();
    int kept = config.masking().kept(patches);
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      try (MsnInput input =
              MsnInput.build(
                  tf,
                  files,
                  config.views(),
                  frames,
                  config.data().shuffle(),
                  config.data().workers());
          Session session = new Session(graph, SessionOptions.DEFAULT.config())) {
        Placeholder<TInt64> seed = tf.placeholder(TInt64.class, Placeholder.shape(Shape.of(2)));
        Operand<TInt32> keep = PatchMask.draw(tf, patches, kept, seed);
        input.start(session, config.seed(), epoch, 0);
        return run(session, input, seed, keep);
      } catch (RuntimeException e) {
        if (InputErrors.concern(e)) {
          throw InputErrors.explain(e, files);
        }
        throw e;
      }
    }
  }

  private BufferedImage run(
      Session session, MsnInput input, Placeholder<TInt64> seed, Operand<TInt32> keep) {
    Operand<TFloat32> focal = input.focal();
    try (TInt64 value = TInt64.vectorOf(config.seed(), 0)) {
      Session.Runner runner =
          session
              .runner()
              .feed(seed, value)
              .fetch(input.rows())
              .fetch(keep)
              .fetch(input.target())
              .fetch(input.random());
      if (focal != null) {
        runner.fetch(focal);
      }
      try (Result r = runner.run()) {
        Set<Integer> kept = new TreeSet<>();
        ((TInt32) r.get(1)).scalars().forEach(i -> kept.add(i.getInt()));
        List<Cell> cells = new ArrayList<>();
        add(cells, "target", (TFloat32) r.get(2), 1, config.views().randSize(), null);
        add(
            cells,
            "random",
            (TFloat32) r.get(3),
            config.views().randViews(),
            config.views().randSize(),
            kept);
        if (focal != null) {
          add(
              cells,
              "focal",
              (TFloat32) r.get(4),
              config.views().focalViews(),
              config.views().focalSize(),
              null);
        }
        return sheet(cells, (TInt64) r.get(0));
      }
    }
  }

  /** A view's column: one picture per frame. */
  private record Cell(String title, List<BufferedImage> pictures) {}

  private void add(
      List<Cell> cells,
      String title,
      TFloat32 views,
      int count,
      int size,
      @Nullable Set<Integer> kept) {
    float[] values = new float[Math.toIntExact(views.size())];
    views.copyTo(DataBuffers.of(values, false, false));
    for (int v = 0; v < count; v++) {
      List<BufferedImage> pictures = new ArrayList<>();
      for (int f = 0; f < frames; f++) {
        BufferedImage picture = picture(values, (v * frames + f) * size * size * 3, size);
        if (kept != null) {
          dropPatches(picture, kept);
        }
        pictures.add(picture);
      }
      cells.add(new Cell(count == 1 ? title : title + " " + (v + 1), pictures));
    }
  }

  private BufferedImage picture(float[] values, int at, int size) {
    Normalization normalization = config.views().normalization();
    BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < size * size; i++) {
      int rgb = 0;
      for (int c = 0; c < 3; c++) {
        double x = values[at + 3 * i + c];
        x = 255 * (x * normalization.std().get(c) + normalization.mean().get(c));
        rgb = rgb << 8 | (int) Math.max(0, Math.min(255, Math.round(x)));
      }
      image.setRGB(i % size, i / size, rgb);
    }
    return image;
  }

  private void dropPatches(BufferedImage picture, Set<Integer> kept) {
    int side = config.encoder().patchSize();
    int columns = picture.getWidth() / side;
    Graphics2D g = picture.createGraphics();
    g.setColor(DROPPED);
    for (int patch = 0; patch < columns * columns; patch++) {
      if (!kept.contains(patch)) {
        g.fillRect(patch % columns * side, patch / columns * side, side, side);
      }
    }
    g.dispose();
  }

  private BufferedImage sheet(List<Cell> cells, TInt64 rows) {
    int width = GAP;
    int height = 0;
    for (Cell cell : cells) {
      width += cell.pictures().get(0).getWidth() + GAP;
      height = Math.max(height, cell.pictures().get(0).getHeight());
    }
    int row = LINE + height + GAP;
    BufferedImage sheet =
        new BufferedImage(width, LINE + GAP + frames * row, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = sheet.createGraphics();
    g.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
    g.setColor(PAPER);
    g.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
    int x = GAP;
    for (Cell cell : cells) {
      g.setColor(INK);
      g.drawString(cell.title(), x, LINE - 5);
      for (int f = 0; f < frames; f++) {
        g.drawImage(cell.pictures().get(f), x, LINE + f * row + LINE, null);
      }
      x += cell.pictures().get(0).getWidth() + GAP;
    }
    for (int f = 0; f < frames; f++) {
      FrameIndex.Entry entry = files.entries().get(Math.toIntExact(rows.getLong(f)));
      String phase = files.phaseOrder().names().get(entry.phase());
      g.setColor(INK);
      g.drawString(
          entry.videoId() + " frame " + entry.frameId() + ", " + phase, GAP, LINE + f * row + 14);
    }
    g.dispose();
    return sheet;
  }
}
