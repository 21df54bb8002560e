package org.endossl.eval.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.endossl.eval.metrics.Confusion;
import org.endossl.eval.metrics.EndosslMetrics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** The report in the machine's chromium, headless; skipped where there is none. */
class BrowserTest {
  @TempDir Path directory;

  @Test
  void page_hasNoErrors_itsRibbonsCountAsTheMetrics_andReadsFrames() throws Exception {
    String browser = program("chromium");
    String driver = program("chromedriver");
    assumeTrue(!browser.isEmpty(), "skipped: no chromium on this machine");
    assumeTrue(!driver.isEmpty(), "skipped: no chromedriver (Debian's chromium-driver)");
    Path file = directory.resolve("report.html");
    HtmlReport.write(file, HtmlReportTest.data("A run"));
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(browser);
    options.addArguments(
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage");
    options.setCapability("goog:loggingPrefs", logs);
    ChromeDriver chrome =
        new ChromeDriver(
            new ChromeDriverService.Builder().usingDriverExecutable(new File(driver)).build(),
            options);
    try {
      chrome.get(file.toUri().toString());
      counts(chrome);
      reads(chrome);
      showsFrames(chrome);
      map(chrome);
      prototypes(chrome);
      chrome.manage().window().setSize(new Dimension(390, 800)); // a phone
      long wide = number(chrome, "return document.documentElement.scrollWidth");
      long width = number(chrome, "return document.documentElement.clientWidth");
      assertTrue(wide <= width, wide + " pixels wide on a screen of " + width);
      assertEquals(List.of(), chrome.manage().logs().get(LogType.BROWSER).getAll());
    } finally {
      chrome.quit();
    }
  }

  private static void counts(ChromeDriver chrome) {
    String sum =
        "return [...document.querySelectorAll('rect.wrong')]"
            + ".reduce((n, r) => n + +r.getAttribute('width'), 0)";
    Confusion pooled = new Confusion(7);
    HtmlReportTest.PREDICTIONS.confusions().values().forEach(pooled::addAll);
    assertEquals(pooled.total() - pooled.correct(), number(chrome, sum));
    double accuracy = EndosslMetrics.of(HtmlReportTest.PREDICTIONS.confusions()).frameAcc();
    long wrong = number(chrome, sum);
    assertEquals(accuracy, 100 - 100.0 * wrong / HtmlReportTest.PREDICTIONS.size(), 0.005);
    for (int c = 0; c < 7; c++) {
      String row =
          "return +document.querySelector('.confusion tbody').rows["
              + Phases.place(c, HtmlReportTest.PREDICTIONS.order())
              + "].cells["
              + (Phases.place(c, HtmlReportTest.PREDICTIONS.order()) + 1)
              + "].firstChild.textContent";
      assertEquals(pooled.count(c, c), number(chrome, row));
    }
  }

  private static void reads(ChromeDriver chrome) {
    WebElement ribbon = chrome.findElement(By.cssSelector(".ribbon"));
    WebElement piece = ribbon.findElement(By.cssSelector("rect[data-says]"));
    new Actions(chrome).moveToElement(piece).perform();
    String reading = ribbon.findElement(By.cssSelector(".reading")).getText();
    assertTrue(reading.matches("frame \\d+; true: 1 .*"), reading);
    ribbon.findElement(By.cssSelector(".bars")).sendKeys(Keys.ARROW_RIGHT);
    assertEquals(1, ribbon.findElements(By.cssSelector("rect.on")).size());
  }

  /** Every section that a complete run has, reached from the top, and pictures that decode. */
  private static void showsFrames(ChromeDriver chrome) {
    for (String id :
        List.of(
            "scores",
            "phases-of-the-test-videos",
            "worst-transitions",
            "confusion",
            "calibration",
            "frames-and-attention",
            "map-of-the-features",
            "prototypes",
            "data",
            "environment")) {
      String link = "nav a[href='#" + id + "']";
      assertEquals(1, chrome.findElements(By.cssSelector(link)).size(), link);
      assertEquals(1, chrome.findElements(By.cssSelector("h2[id='" + id + "']")).size(), id);
    }
    assertEquals(4, number(chrome, "return document.querySelectorAll('.look img').length"));
    String broken = "return [...document.images].filter(i => !i.naturalWidth).length";
    assertEquals(0, number(chrome, broken));
    String bare =
        "return [...document.querySelectorAll('main .thumb, section .thumb')].filter(t =>"
            + " !getComputedStyle(t).backgroundImage.startsWith('url') || !t.offsetHeight).length";
    assertEquals(0, number(chrome, bare));
    assertTrue(number(chrome, "return document.querySelectorAll('.thumb').length") > 30);
  }

  /** As many points as frames; the one under the pointer, or reached by keys, is read out. */
  private static void map(ChromeDriver chrome) {
    String points = "JSON.parse(document.getElementById('map-data').textContent).points";
    assertEquals(HtmlReportTest.PREDICTIONS.size(), number(chrome, "return " + points + ".length"));
    String discs = "return document.querySelectorAll('.map svg text').length";
    assertEquals(HtmlReportTest.PREDICTIONS.size(), number(chrome, discs), "one number a frame");
    WebElement map = chrome.findElement(By.cssSelector(".map"));
    chrome.executeScript("arguments[0].scrollIntoView({block: 'center'})", map);
    new Actions(chrome).moveToElement(map).perform();
    WebElement reading = chrome.findElement(By.cssSelector("section > .reading"));
    String pointed = reading.getText();
    assertTrue(pointed.matches("video0[78] frame \\d+: [1-7] .*"), pointed);
    assertTrue(chrome.findElement(By.id("card")).isDisplayed());
    map.sendKeys(Keys.ARROW_RIGHT);
    assertTrue(!reading.getText().equals(pointed), "the arrow key stays on " + pointed);
    map.sendKeys(Keys.ESCAPE);
    assertTrue(!chrome.findElement(By.id("card")).isDisplayed());
  }

  /** What the prototypes are said to draw are all frames. */
  private static void prototypes(ChromeDriver chrome) {
    String sum =
        "return [...document.querySelectorAll('.prototypes > li > p')]"
            + ".reduce((n, p) => n + +p.textContent.match(/: (\\d+) frames/)[1], 0)";
    assertEquals(HtmlReportTest.PREDICTIONS.size(), number(chrome, sum));
  }

  private static long number(ChromeDriver chrome, String script) {
    Object value = ((JavascriptExecutor) chrome).executeScript(script);
    return value instanceof Number n ? n.longValue() : -1;
  }

  /** The program's path; empty if it is not there. */
  private static String program(String name) {
    String path = System.getenv("PATH");
    return Stream.of(path == null ? new String[0] : path.split(":", -1))
        .map(folder -> Path.of(folder).resolve(name))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst()
        .orElse("");
  }
}
