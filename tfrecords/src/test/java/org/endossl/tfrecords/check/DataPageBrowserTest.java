package org.endossl.tfrecords.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.logging.Level;
import java.util.regex.Pattern;
import org.endossl.tfrecords.PhaseOrder;
import org.endossl.tfrecords.RecordStats;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** The page of a data check in the machine's chromium, headless; skipped where there is none. */
class DataPageBrowserTest {

  @TempDir Path directory;

  private static String page() {
    List<Long> counts = List.of(5L, 40L, 3L, 52L, 0L, 0L, 0L);
    String file = "/a/very/long/path/without/a/place/to/break/it/video01.tfrecord".repeat(3);
    return new DataReport(
            new RecordStats(
                PhaseOrder.TF_CHOLEC80,
                List.of(new RecordStats.Video("video01", 100, 101, 5000, counts, counts, 1))),
            5000,
            List.of(
                Finding.of("records", "", "1 cannot be used", List.of(file)),
                Finding.of("gaps", "", "21 gaps", java.util.Collections.nCopies(21, "a gap")),
                Finding.note("black frames", "1 video has some", List.of("video01: 3")),
                Finding.good("image size", "224x128")))
        .toHtml();
  }

  @Test
  void page_isReadOnAPhone_byKeysAndWithoutColours() throws Exception {
    String browser = program("chromium");
    String driver = program("chromedriver");
    assumeTrue(!browser.isEmpty(), "skipped: no chromium on this machine");
    assumeTrue(!driver.isEmpty(), "skipped: no chromedriver (Debian's chromium-driver)");
    Path file = Files.writeString(directory.resolve("data.html"), page());
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
      words(chrome);
      keys(chrome);
      chrome.manage().window().setSize(new Dimension(390, 800)); // a phone
      Object wide = chrome.executeScript("return document.documentElement.scrollWidth");
      Object width = chrome.executeScript("return document.documentElement.clientWidth");
      assertEquals(width, wide, "pixels of the page and of the screen");
      Object fetched = chrome.executeScript("return performance.getEntriesByType('resource')");
      assertEquals(List.of(), fetched);
      assertEquals(List.of(), chrome.manage().logs().get(LogType.BROWSER).getAll());
    } finally {
      chrome.quit();
    }
  }

  /** Each result is a word, each table's heads and rows are named. */
  private static void words(ChromeDriver chrome) {
    List<String> words =
        chrome.findElements(By.cssSelector(".checks .word")).stream()
            .map(WebElement::getText)
            .toList();
    assertEquals(List.of("WRONG", "WRONG", "note", "ok"), words);
    assertEquals(
        List.of(), chrome.findElements(By.cssSelector("th:not([scope])")), "heads without scope");
    assertTrue(chrome.findElement(By.tagName("p")).getText().startsWith("4 checks: 2 wrong"));
  }

  /** Tab reaches what can be opened and what can be scrolled; Enter opens. */
  private static void keys(ChromeDriver chrome) {
    List<WebElement> details = chrome.findElements(By.tagName("details"));
    assertEquals("true", details.get(0).getDomAttribute("open"));
    assertEquals(null, details.get(1).getDomAttribute("open"), "21 lines are not shown unasked");
    WebElement body = chrome.findElement(By.tagName("body"));
    body.sendKeys(Keys.TAB);
    chrome.switchTo().activeElement().sendKeys(Keys.TAB);
    chrome.switchTo().activeElement().sendKeys(Keys.ENTER);
    assertEquals("true", details.get(1).getDomAttribute("open"));
    chrome.switchTo().activeElement().sendKeys(Keys.TAB);
    chrome.switchTo().activeElement().sendKeys(Keys.TAB);
    assertEquals("Videos", chrome.switchTo().activeElement().getDomAttribute("aria-label"));
  }

  /** The program's path; empty if it is not there. */
  private static String program(String name) {
    String path = System.getenv("PATH");
    return Arrays.stream(
            path == null ? new String[0] : path.split(Pattern.quote(File.pathSeparator), -1))
        .map(folder -> Path.of(folder).resolve(name))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst()
        .orElse("");
  }
}
