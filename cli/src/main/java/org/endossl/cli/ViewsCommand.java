package org.endossl.cli;

import com.beust.jcommander.Parameter;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.endossl.tfrecords.BadRecords;
import org.endossl.tfrecords.Images;
import org.endossl.tfrecords.OutputFiles;
import org.endossl.train.PretrainConfig;
import org.endossl.train.ViewSheet;
import org.endossl.train.config.YamlConfig;

/** {@code endossl views}: a picture of what the network will see. */
final class ViewsCommand extends Command {
  @Parameter(names = "--config", required = true, description = "FILE.yaml: of a pre-training")
  Path config = Path.of("");

  @Parameter(
      names = "--set",
      splitter = WholeValue.class,
      description = "KEY=VALUE: override a key, such as data.records=[data/cholec80]; repeatable")
  List<String> overrides = new ArrayList<>();

  @Parameter(names = "--out", required = true, description = "FILE.png: the contact sheet")
  Path out = Path.of("");

  @Parameter(names = "--frames", description = "rows, a frame each, up to 64")
  int frames = 4;

  @Parameter(names = "--epoch", description = "whose order and views, from 0")
  long epoch = 0;

  @Parameter(names = "--on-bad-record", description = OnBadRecord.TEXT)
  String onBadRecord = "fail";

  @Override
  String details() {
    return """
        The first frames of an epoch as pretrain reads them: target view, random views with the
        patches that the masking drops in grey, focal views; video, frame and phase above each row.
        """;
  }

  @Override
  String example() {
    return "views --config configs/pretrain/msn-vits16-cholec80.yaml"
        + " --set data.records=[data/cholec80] --out views.png";
  }

  @Override
  boolean usesTensorFlow() {
    return true;
  }

  @Override
  int run(Terminal terminal) throws Exception {
    BadRecords bad = OnBadRecord.of(onBadRecord);
    PretrainConfig run = YamlConfig.load(config, PretrainConfig.class, overrides);
    BufferedImage sheet = ViewSheet.draw(run, frames, epoch, bad);
    OutputFiles.write(out, Images.png(sheet));
    OnBadRecord.report(bad, terminal.err());
    terminal.out().println(out + ": " + sheet.getWidth() + "x" + sheet.getHeight() + " pixels");
    return ExitCode.DONE;
  }
}
