package org.endossl.cli;

import com.beust.jcommander.converters.IParameterSplitter;
import java.util.List;

/** Keeps commas: {@code --set data.records=[a, b]} is one value. */
public final class WholeValue implements IParameterSplitter {
  /** Made by JCommander. */
  public WholeValue() {}

  @Override
  public List<String> split(String value) {
    return List.of(value);
  }
}
