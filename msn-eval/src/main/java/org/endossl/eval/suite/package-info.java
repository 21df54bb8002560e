/**
 * Suites: lists of weights, data, protocols and the bars that their scores must reach, for CI and
 * for the numbers of papers. Results are XML of JUnit's form and JSON; nothing that was not run
 * passes.
 */
@org.jspecify.annotations.NullMarked
package org.endossl.eval.suite;
