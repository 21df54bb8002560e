package org.endossl.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class MainTest {
  @Test
  void help_listsEveryCommand() {
    Ran ran = Ran.endossl("--help");
    assertEquals(0, ran.code());
    for (CommandName command : CommandName.values()) {
      assertTrue(ran.out().contains("  " + command.text() + " "), command.text());
    }
  }

  @ParameterizedTest
  @EnumSource(CommandName.class)
  void helpOfACommand_showsAnExampleThatParses(CommandName command) {
    String[] words = (command.text() + " --help").split(" ", -1);
    Ran ran = Ran.endossl(words);
    assertEquals(0, ran.code(), ran.err());
    assertTrue(ran.out().contains("\nexample:\n  endossl " + command.text()), ran.out());
    List<String> example = List.of(command.create().example().split(" ", -1));
    assertEquals(command, CommandName.of(example));
    CommandLine.parse(command.create(), example.subList(command.words(), example.size()));
  }

  @Test
  void unknownCommand_isWrongUseAndNamesTheNearest() {
    Ran ran = Ran.endossl("docter");
    assertEquals(2, ran.code());
    assertTrue(ran.err().contains("did you mean doctor?"), ran.err());
    assertEquals("", ran.out());
  }

  @Test
  void unknownOption_isWrongUseAndNamesTheNearest() {
    Ran ran = Ran.endossl("doctor", "--no-tensorflo");
    assertEquals(2, ran.code());
    assertTrue(ran.err().contains("did you mean --no-tensorflow?"), ran.err());
  }

  @Test
  void doctorWithoutTensorFlow_namesJava() {
    Ran ran = Ran.endossl("doctor", "--no-tensorflow");
    assertTrue(ran.out().contains("Java"), ran.out());
  }
}
