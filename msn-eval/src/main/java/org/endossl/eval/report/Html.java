package org.endossl.eval.report;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/** Builds markup whose text and attributes are always escaped. */
final class Html {
  private final StringBuilder out = new StringBuilder();
  private final Deque<String> open = new ArrayDeque<>();
  private final List<String> headings = new ArrayList<>();

  /** Text with the five characters that mean something replaced. */
  static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> escaped.append("&amp;");
        case '<' -> escaped.append("&lt;");
        case '>' -> escaped.append("&gt;");
        case '"' -> escaped.append("&quot;");
        case '\'' -> escaped.append("&#39;");
        default -> escaped.append(c);
      }
    }
    return escaped.toString();
  }

  /** Opens an element; attributes are name, value, name, value and so on. */
  Html open(String tag, String... attributes) {
    start(tag, attributes);
    open.push(tag);
    return this;
  }

  Html close() {
    out.append("</").append(open.pop()).append('>');
    return this;
  }

  /** An element that has no end tag. */
  Html empty(String tag, String... attributes) {
    start(tag, attributes);
    return this;
  }

  /** A whole element with text in it. */
  Html element(String tag, String text, String... attributes) {
    return open(tag, attributes).text(text).close();
  }

  /** A section's heading, which links can go to. */
  Html heading(String text) {
    headings.add(text);
    return element("h2", text, "id", id(text));
  }

  /** The headings so far. */
  List<String> headings() {
    return List.copyOf(headings);
  }

  /** Of a heading: its words before any colon. */
  static String id(String heading) {
    return heading.replaceAll(":.*", "").toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
  }

  Html text(String text) {
    out.append(escape(text));
    return this;
  }

  /** Markup that is known to be well-formed: this package's own resources and charts. */
  Html raw(String markup) {
    out.append(markup);
    return this;
  }

  private void start(String tag, String... attributes) {
    out.append('<').append(tag);
    for (int i = 0; i + 1 < attributes.length; i += 2) {
      out.append(' ').append(attributes[i]).append("=\"").append(escape(attributes[i + 1]));
      out.append('"');
    }
    out.append('>');
  }

  @Override
  public String toString() {
    if (!open.isEmpty()) {
      throw new IllegalStateException("not closed: " + open);
    }
    return out.toString();
  }
}
