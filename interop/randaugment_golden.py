"""Writes golden values of RandAugment's operations, computed by TensorFlow Model Garden itself.

    pip install tensorflow-cpu==2.18.0 tf-keras==2.18.0 safetensors
    pip download --no-deps tf-models-official==2.18.0
    unzip tf_models_official-2.18.0-*.whl official/vision/ops/augment.py
    TF_USE_LEGACY_KERAS=1 python interop/randaugment_golden.py official/vision/ops/augment.py OUT.safetensors

The image is drawn from a seed: waves, noise, a flat patch and one channel that uses few values. Keys are `Op` or
`Op@level`, as `endossl parity OUT.safetensors` reads them. Cutout draws its place and is left out.
"""

import importlib.util
import sys
import types

import numpy as np
import tensorflow as tf
from safetensors.numpy import save_file

HEIGHT, WIDTH = 33, 48
CUTOUT, TRANSLATE = 40.0, 100.0
LEVELS = [0.3, 2.8, 5.0, 7.0, 9.6]
SIGNED = {"Rotate": "wrapped_rotate", "ShearX": "shear_x", "ShearY": "shear_y", "TranslateX": "translate_x",
          "TranslateY": "translate_y"}
FACTORS = {"Color": "color", "Contrast": "contrast", "Brightness": "brightness", "Sharpness": "sharpness"}


def load(path):
    """The module by itself; of what it imports only TensorFlow and Keras are used here."""
    for name in ["official", "official.vision", "official.vision.configs", "official.vision.configs.common",
                 "official.vision.ops", "official.vision.ops.box_ops"]:
        sys.modules[name] = types.ModuleType(name)
    sys.modules["official.vision.configs"].common = sys.modules["official.vision.configs.common"]
    sys.modules["official.vision.ops"].box_ops = sys.modules["official.vision.ops.box_ops"]
    spec = importlib.util.spec_from_file_location("augment", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["official.vision.configs.common"].__getattr__ = lambda name: object
    spec.loader.exec_module(module)
    return module


def picture():
    random = np.random.default_rng(7)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    red = 120 + 70 * np.sin(x / 7.0) + 40 * np.cos(y / 5.0) + random.normal(0, 6, (HEIGHT, WIDTH))
    green = 30 + x * 2 + random.integers(0, 12, (HEIGHT, WIDTH))
    blue = 64 + 16 * ((x // 8 + y // 8) % 3)
    image = np.clip(np.stack([red, green, blue], -1), 0, 255).astype(np.uint8)
    image[5:15, 30:42] = (200, 10, 80)
    return image


def main():
    augment = load(sys.argv[1])
    image = picture()
    given = tf.constant(image)
    fill = [128] * 3
    out = {"input": image}
    for name, function in [("AutoContrast", "autocontrast"), ("Equalize", "equalize"), ("Invert", "invert")]:
        out[name] = getattr(augment, function)(given).numpy()
    arguments = augment.level_to_arg(CUTOUT, TRANSLATE)
    for level in LEVELS:
        for name, function in FACTORS.items():
            out[f"{name}@{level}"] = getattr(augment, function)(given, *arguments[name](level)).numpy()
        for name in ["Posterize", "Solarize"]:
            function = getattr(augment, name.lower())
            out[f"{name}@{level}"] = function(given, *arguments[name](level)).numpy()
        out[f"SolarizeAdd@{level}"] = augment.solarize_add(given, *arguments["SolarizeAdd"](level)).numpy()
        for name, function in SIGNED.items():
            # The sign is drawn: take the size and give both.
            size = abs(float(arguments[name](level)[0]))
            for sign in (1, -1):
                result = getattr(augment, function)(given, sign * size, fill)
                out[f"{name}@{sign * level}"] = result.numpy()
    save_file({k: np.ascontiguousarray(v) for k, v in out.items()}, sys.argv[2])


if __name__ == "__main__":
    main()
