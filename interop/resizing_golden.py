#!/usr/bin/env python3
"""Golden values of Keras' Resizing layer, as `endossl parity OUT.safetensors` repeats them.

    pip install tensorflow-cpu==2.18.0 safetensors
    python interop/resizing_golden.py OUT.safetensors [SEED HEIGHT WIDTH SIZE ...]
"""

import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy  # noqa: E402
import tensorflow as tf  # noqa: E402
from safetensors.numpy import save_file  # noqa: E402

seed, height, width, *sizes = [int(v) for v in sys.argv[2:]] or [0, 240, 427, 224]
image = numpy.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=numpy.uint8)
out = {"input": image}
for size in sizes:
    out[f"resizing_{size}"] = tf.keras.layers.Resizing(size, size)(image.astype("float32")).numpy()
    out[f"resizing_{size}_crop"] = tf.keras.layers.Resizing(size, size, crop_to_aspect_ratio=True)(
        image.astype("float32")).numpy()
    out[f"tf_image_resize_{size}"] = tf.image.resize(image, (size, size)).numpy()
save_file(out, sys.argv[1])
