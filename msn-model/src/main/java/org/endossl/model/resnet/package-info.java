/**
 * ResNetV2 as {@code keras.applications} defines it, endossl's baseline backbone, and its weights
 * from Keras' .h5 files. Not here: heads, training, images.
 */
@org.jspecify.annotations.NullMarked
package org.endossl.model.resnet;
