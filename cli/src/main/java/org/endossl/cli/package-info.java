/** The endossl command line: parse, validate, call one library entry point, print. */
package org.endossl.cli;
