package org.endossl.tfrecords;

/** Text from a file made safe for a one-line message. */
public final class Quoted {

  private static final int LIMIT = 60;

  private Quoted() {}

  /** In double quotes, control and non-ASCII characters escaped, cut after 60 characters. */
  public static String of(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < Math.min(text.length(), LIMIT); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c > '~' || c == '"' || c == '\\') {
        out.append("\\u").append(Integer.toHexString(0x10000 | c).substring(1));
      } else {
        out.append(c);
      }
    }
    return out.append(text.length() > LIMIT ? "\"..." : "\"").toString();
  }
}
