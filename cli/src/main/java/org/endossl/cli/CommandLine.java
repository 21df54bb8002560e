package org.endossl.cli;

import com.beust.jcommander.JCommander;
import com.beust.jcommander.ParameterDescription;
import com.beust.jcommander.ParameterException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Fills a command's options by JCommander and runs it. */
final class CommandLine {
  /** {@code "FILE: what it is"}: the value's name in the help, then the text. */
  private static final Pattern DESCRIPTION = Pattern.compile("(?:([A-Z][A-Za-z0-9_.=|,]*): )?(.*)");

  private CommandLine() {}

  static int run(CommandName name, List<String> args, Terminal terminal) throws Exception {
    Command command = name.create();
    if (args.contains("--help") || args.contains("-h")) {
      terminal.out().print(help(name, command, parser(command)));
      return ExitCode.DONE;
    }
    parse(command, args);
    if (command.usesTensorFlow()) {
      GpuCheck.requireDriver();
    }
    return command.run(terminal);
  }

  /**
   * Fills the command's options.
   *
   * @throws UsageException if one is unknown, missing or has a wrong value
   */
  static void parse(Command command, List<String> args) {
    JCommander parser = parser(command);
    List<String> words = split(args);
    refuseUnknown(words, parser);
    try {
      parser.parse(words.toArray(String[]::new));
    } catch (ParameterException e) {
      throw new UsageException(oneLine(String.valueOf(e.getMessage())));
    }
    for (ParameterDescription option : parser.getParameters()) {
      if (option.getParameter().required() && !option.isAssigned()) {
        throw new UsageException("wanted " + label(option) + ": " + part(option, 2, ""));
      }
    }
  }

  private static JCommander parser(Command command) {
    JCommander parser = JCommander.newBuilder().addObject(command).build();
    parser.createDescriptions(); // so that the options can be listed before anything is parsed
    return parser;
  }

  /** {@code --name=value} as two words. */
  private static List<String> split(List<String> args) {
    List<String> words = new ArrayList<>();
    for (String arg : args) {
      int equals = arg.indexOf('=');
      if (arg.startsWith("--") && equals > 2) {
        words.add(arg.substring(0, equals));
        words.add(arg.substring(equals + 1));
      } else {
        words.add(arg);
      }
    }
    return words;
  }

  /** JCommander would take an unknown flag for a file name where files are expected. */
  private static void refuseUnknown(List<String> words, JCommander parser) {
    Map<String, ParameterDescription> known = new LinkedHashMap<>();
    for (ParameterDescription option : parser.getParameters()) {
      for (String name : option.getParameter().names()) {
        known.put(name, option);
      }
    }
    for (int i = 0; i < words.size() && !words.get(i).equals("--"); i++) {
      String word = words.get(i);
      ParameterDescription option = known.get(word);
      if (option != null && !isSwitch(option)) {
        i++;
        if (i == words.size()) {
          throw new UsageException(
              word + " needs a value: " + part(option, 2, option.getDescription()));
        }
      } else if (option == null && word.length() > 1 && word.startsWith("-")) {
        throw new UsageException("no option " + word + Nearest.hint(word, known.keySet()));
      }
    }
  }

  private static boolean isSwitch(ParameterDescription option) {
    return option.getParameterized().getType() == boolean.class;
  }

  private static String help(CommandName name, Command command, JCommander parser) {
    StringBuilder text = new StringBuilder(1024);
    text.append("endossl ").append(name.text()).append(": ").append(name.summary()).append("\n\n");
    text.append("usage: endossl ").append(name.text());
    if (!command.arguments().isEmpty()) {
      text.append(' ').append(command.arguments());
    }
    text.append(" [OPTIONS]\n");
    if (!command.details().isEmpty()) {
      text.append('\n').append(command.details().strip()).append('\n');
    }
    text.append('\n');
    List<ParameterDescription> options = new ArrayList<>(parser.getParameters());
    options.sort(Comparator.comparing(CommandLine::weight).thenComparing(o -> o.getNames()));
    int width = options.stream().mapToInt(o -> label(o).length()).max().orElse(0) + 2;
    for (ParameterDescription option : options) {
      text.append("  ").append(label(option)).append(" ".repeat(width - label(option).length()));
      text.append(part(option, 2, option.getDescription()));
      Object value = option.getDefault();
      if (option.getParameter().required()) {
        text.append(" (required)");
      } else if (value != null
          && !isSwitch(option)
          && !value.toString().isEmpty()
          && !value.equals(List.of())) {
        text.append(" (default ").append(value).append(')');
      }
      text.append('\n');
    }
    text.append("\nexample:\n  endossl ").append(command.example()).append('\n');
    return text.toString();
  }

  /** Required options first, the common ones last. */
  private static int weight(ParameterDescription option) {
    if (option.getParameter().required()) {
      return 0;
    }
    return option.getLongestName().equals("--help") || option.getLongestName().equals("--verbose")
        ? 2
        : 1;
  }

  private static String label(ParameterDescription option) {
    String names = String.join(", ", option.getParameter().names());
    return isSwitch(option) ? names : names + " " + part(option, 1, otherwise(option));
  }

  private static String otherwise(ParameterDescription option) {
    Class<?> type = option.getParameterized().getType();
    return type == int.class || type == long.class ? "N" : type == double.class ? "X" : "VALUE";
  }

  private static String part(ParameterDescription option, int group, String otherwise) {
    Matcher described = DESCRIPTION.matcher(option.getDescription());
    return described.matches() && described.group(group) != null
        ? described.group(group)
        : otherwise;
  }

  private static String oneLine(String message) {
    return message.replaceAll("\\s*\\R\\s*", " ");
  }
}
