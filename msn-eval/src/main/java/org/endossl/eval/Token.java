package org.endossl.eval;

import org.jspecify.annotations.Nullable;

/** Where a Vision Transformer's class token is taken. */
public enum Token {
  /** After the last LayerNorm: what the encoder gives, and the only choice of other networks. */
  AFTER_NORM,
  /**
   * As the last block leaves it: what facebookresearch/msn's evaluations stand on ({@code
   * forward_blocks} of deit.py).
   */
  BEFORE_NORM;

  /** Behind the description of an encoder that gives tokens before the norm. */
  static final String BEFORE = " before its last LayerNorm";

  /** What a configuration asks for; a missing key is {@link #AFTER_NORM}. */
  public static Token of(@Nullable Token token) {
    return token == null ? AFTER_NORM : token;
  }

  /** What the encoder of this description gives. */
  public static Token of(String encoder) {
    return encoder.endsWith(BEFORE) ? BEFORE_NORM : AFTER_NORM;
  }
}
