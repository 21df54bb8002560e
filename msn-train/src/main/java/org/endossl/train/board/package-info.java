/**
 * Event files that TensorBoard reads, and the pictures in them. What a run writes into them, and
 * when, is decided elsewhere.
 */
@org.jspecify.annotations.NullMarked
package org.endossl.train.board;
