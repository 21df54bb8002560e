package org.endossl.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Every command of this build. */
enum CommandName {
  DEMO("demo", "the whole chain on generated data, with a report"),
  SYNTHETIC("synthetic", "write a generated Cholec80-like data set"),
  VIEWS("views", "a picture of what pretrain will see"),
  PRETRAIN("pretrain", "pre-train by Masked Siamese Networks on TFRecords"),
  FEATURES("features", "one vector per frame by a frozen encoder"),
  EMBED("embed", "one image or a folder of images to vectors"),
  PROBE("probe", "linear probe, tools, temporal heads or image classes on frozen encoders"),
  FINETUNE("finetune", "fine-tune a whole encoder for phases or tools, endossl's protocol"),
  KNN("knn", "nearest-neighbour scores of a frozen encoder"),
  LOWSHOT("lowshot", "how many labels a frozen encoder needs"),
  SUITE_RUN("suite run", "scores held against bars, with JUnit XML for CI"),
  REPRODUCE("reproduce", "the papers' numbers, as far as weights and data are there"),
  METRICS("metrics", "score a file of predictions under every convention"),
  PREPARE("prepare", "download, check, unpack and convert an archive of Cholec80"),
  CONVERT("convert", "Cholec80's videos or frames to TFRecords"),
  RECORDS_INSPECT("records inspect", "what record files hold, one line per record"),
  RECORDS_VERIFY("records verify", "everything that is wrong with record files"),
  RECORDS_STATS("records stats", "frames per video, phase and instrument"),
  RECORDS_INDEX("records index", "side files that say where every record is"),
  RECORDS_DIFF("records diff", "in what two data sets differ"),
  RECORDS_RESHARD("records reshard", "the same records in other files or another phase order"),
  REPORT("report", "one HTML file of what lies in a run's folder"),
  IMPORT("import", "weights of facebookresearch/msn, scenic or Hugging Face into a directory"),
  EXPORT("export", "an encoder as a SavedModel or a Hugging Face directory"),
  BENCH_FEATURES("bench features", "what loading and running an encoder costs on this machine"),
  BENCH_STEP("bench step", "what a training step costs on this machine"),
  BENCH_EMA("bench ema", "the target update beside the memory's bandwidth"),
  BENCH_INPUT("bench input", "frames per second that decoding and views give"),
  BENCH_RECORDS("bench records", "megabytes per second of reading and writing records"),
  PARITY("parity", "compare this build with golden values of the Python originals"),
  DOCTOR_DATA("doctor data", "whether a data set is what one believes it to be"),
  DOCTOR("doctor", "what this machine has and what it lacks");

  private final String text;
  private final String summary;

  CommandName(String text, String summary) {
    this.text = text;
    this.summary = summary;
  }

  /** As typed: {@code records inspect}. */
  String text() {
    return text;
  }

  String summary() {
    return summary;
  }

  int words() {
    return text.indexOf(' ') < 0 ? 1 : 2;
  }

  /** A new instance, its options at their defaults. Only the chosen command's class is loaded. */
  Command create() {
    return switch (this) {
      case SYNTHETIC -> new SyntheticCommand();
      case METRICS -> new MetricsCommand();
      case LOWSHOT -> new LowshotCommand();
      case SUITE_RUN -> new SuiteRunCommand();
      case REPRODUCE -> new ReproduceCommand();
      case RECORDS_INSPECT -> new RecordsInspectCommand();
      case RECORDS_VERIFY -> new RecordsVerifyCommand();
      case PREPARE -> new PrepareCommand();
      case CONVERT -> new ConvertCommand();
      case RECORDS_STATS -> new RecordsStatsCommand();
      case RECORDS_INDEX -> new RecordsIndexCommand();
      case RECORDS_DIFF -> new RecordsDiffCommand();
      case RECORDS_RESHARD -> new RecordsReshardCommand();
      case VIEWS -> new ViewsCommand();
      case PRETRAIN -> new PretrainCommand();
      case IMPORT -> new ImportCommand();
      case EXPORT -> new ExportCommand();
      case BENCH_FEATURES -> new BenchFeaturesCommand();
      case BENCH_STEP -> new BenchStepCommand();
      case BENCH_EMA -> new BenchEmaCommand();
      case BENCH_INPUT -> new BenchInputCommand();
      case BENCH_RECORDS -> new BenchRecordsCommand();
      case FEATURES -> new FeaturesCommand();
      case EMBED -> new EmbedCommand();
      case PROBE -> new ProbeCommand();
      case FINETUNE -> new FinetuneCommand();
      case KNN -> new KnnCommand();
      case DEMO -> new DemoCommand();
      case REPORT -> new ReportCommand();
      case PARITY -> new ParityCommand();
      case DOCTOR_DATA -> new DoctorDataCommand();
      case DOCTOR -> new DoctorCommand();
    };
  }

  /**
   * The command that begins a line.
   *
   * @throws UsageException if there is none; says the nearest one
   */
  static CommandName of(List<String> args) {
    String one = args.get(0);
    String two = args.size() > 1 ? one + " " + args.get(1) : one;
    for (CommandName command : values()) {
      if (command.text.equals(one) || command.text.equals(two)) {
        return command;
      }
    }
    List<String> below =
        Arrays.stream(values()).map(c -> c.text).filter(t -> t.startsWith(one + " ")).toList();
    if (!below.isEmpty()) {
      String words =
          String.join(", ", below.stream().map(t -> t.substring(one.length() + 1)).toList());
      throw new UsageException(
          (args.size() > 1
                  ? String.format(Locale.ROOT, "%s has no command \"%s\"", one, args.get(1))
                  : one + " needs a command after it")
              + "; wanted one of "
              + words);
    }
    List<String> names = Arrays.stream(values()).map(CommandName::text).toList();
    throw new UsageException(
        "no command \"" + one + "\"" + Nearest.hint(one, names) + "; endossl --help lists them");
  }
}
