package org.endossl.data.synthetic;

/** Something in a frame, painted over what lies behind it. */
interface Layer {
  void paint(Pixel p);
}
