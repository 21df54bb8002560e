package org.endossl.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The rooms of docs/design.md and the arrows between them. */
@AnalyzeClasses(packages = "org.endossl", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
  private static final String[] LIBRARIES = {
    "org.endossl.tfrecords..",
    "org.endossl.model..",
    "org.endossl.data..",
    "org.endossl.train..",
    "org.endossl.eval.."
  };

  @ArchTest
  static final ArchRule arrowsPointOneWay =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .withOptionalLayers(true)
          .layer("tfrecords")
          .definedBy("org.endossl.tfrecords..")
          .layer("model")
          .definedBy("org.endossl.model..")
          .layer("data")
          .definedBy("org.endossl.data..")
          .layer("train")
          .definedBy("org.endossl.train..")
          .layer("eval")
          .definedBy("org.endossl.eval..")
          .layer("cli")
          .definedBy("org.endossl.cli..")
          .whereLayer("cli")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("eval")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("train")
          .mayOnlyBeAccessedByLayers("eval", "cli")
          .whereLayer("data")
          .mayOnlyBeAccessedByLayers("train", "eval", "cli")
          .whereLayer("model")
          .mayOnlyBeAccessedByLayers("data", "train", "eval", "cli")
          .whereLayer("tfrecords")
          .mayOnlyBeAccessedByLayers("data", "train", "eval", "cli");

  @ArchTest
  static final ArchRule recordsAndModelKnowNothingOfEachOther =
      noClasses()
          .that()
          .resideInAPackage("org.endossl.model..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.endossl.tfrecords..", "org.endossl.data..");

  @ArchTest
  static final ArchRule recordsRunWithoutTheTensorFlowRuntime =
      noClasses()
          .that()
          .resideInAPackage("org.endossl.tfrecords..")
          .should()
          .dependOnClassesThat(
              new DescribedPredicate<>("are TensorFlow's, but for its protos") {
                @Override
                public boolean test(JavaClass type) {
                  return type.getPackageName().startsWith("org.tensorflow")
                      && !type.getPackageName().startsWith("org.tensorflow.proto");
                }
              });

  @ArchTest
  static final ArchRule librariesDoNotPrintOrExit =
      noClasses()
          .that()
          .resideInAnyPackage(LIBRARIES)
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err")
          .orShould()
          .callMethod(System.class, "exit", int.class)
          .orShould()
          .callMethod(Throwable.class, "printStackTrace");

  @ArchTest
  static final ArchRule librariesDoNotParseArguments =
      noClasses()
          .that()
          .resideInAnyPackage(LIBRARIES)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.beust..");
}
