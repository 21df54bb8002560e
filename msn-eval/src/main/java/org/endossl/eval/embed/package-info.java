/** Images that are no records to vectors: endossl's inference.py for one file or a directory. */
@org.jspecify.annotations.NullMarked
package org.endossl.eval.embed;
