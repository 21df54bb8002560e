package org.endossl.eval.suite;

import java.io.StringWriter;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** A suite's result in the XML that Jenkins and GitHub's actions read as JUnit's. */
final class JUnitXml {
  private JUnitXml() {}

  static String of(SuiteResult result) {
    StringWriter text = new StringWriter();
    try {
      XMLStreamWriter xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
      xml.writeStartDocument("UTF-8", "1.0");
      xml.writeCharacters("\n");
      xml.writeStartElement("testsuite");
      xml.writeAttribute("name", "endossl." + result.name());
      xml.writeAttribute("tests", String.valueOf(result.rows().size()));
      xml.writeAttribute("failures", String.valueOf(result.count(SuiteResult.State.MISSED)));
      xml.writeAttribute("errors", "0");
      xml.writeAttribute("skipped", String.valueOf(result.count(SuiteResult.State.NOT_RUN)));
      double seconds = result.rows().stream().mapToDouble(SuiteResult.Row::seconds).sum();
      xml.writeAttribute("time", time(seconds));
      for (SuiteResult.Row row : result.rows()) {
        row(xml, result.name(), row);
      }
      xml.writeCharacters("\n");
      xml.writeEndElement();
      xml.writeEndDocument();
      xml.close();
    } catch (XMLStreamException e) {
      throw new IllegalStateException(e);
    }
    return text + "\n";
  }

  private static void row(XMLStreamWriter xml, String suite, SuiteResult.Row row)
      throws XMLStreamException {
    xml.writeCharacters("\n  ");
    xml.writeStartElement("testcase");
    xml.writeAttribute("classname", "endossl." + suite);
    xml.writeAttribute("name", row.row().name());
    xml.writeAttribute("time", time(row.seconds()));
    if (row.state() == SuiteResult.State.MISSED) {
      xml.writeStartElement("failure");
      xml.writeAttribute("type", "bar missed");
      xml.writeAttribute("message", row.text());
      xml.writeEndElement();
    } else if (row.state() == SuiteResult.State.NOT_RUN) {
      xml.writeStartElement("skipped");
      xml.writeAttribute("message", row.why());
      xml.writeEndElement();
    }
    xml.writeStartElement("system-out");
    xml.writeCharacters(
        row.text()
            + "; source: "
            + row.row().source()
            + " ("
            + row.row().status().name().toLowerCase(Locale.ROOT)
            + ")");
    xml.writeEndElement();
    xml.writeEndElement();
  }

  private static String time(double seconds) {
    return String.format(Locale.ROOT, "%.3f", seconds);
  }
}
