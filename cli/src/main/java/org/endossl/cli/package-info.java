/**
 * The endossl command line: each command parses, validates, calls one library entry point and
 * prints. Nothing is computed here, and nothing here is called by the libraries. {@link
 * org.endossl.cli.Main} starts without TensorFlow; only the commands that need it load it.
 */
@NullMarked
package org.endossl.cli;

import org.jspecify.annotations.NullMarked;
