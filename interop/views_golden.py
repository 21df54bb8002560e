#!/usr/bin/env python3
"""Golden values of MSN's view operations, from torchvision and PIL as facebookresearch/msn uses them.

    pip install torch==2.5.1 torchvision==0.20.1 safetensors pillow
    python interop/views_golden.py OUT.safetensors [SEED [HEIGHT WIDTH]]
    C=msn-eval/src/test/resources/org/endossl/eval/embed
    python interop/views_golden.py $C/center_crop.safetensors 3 53 37 crops
    python interop/views_golden.py $C/center_crop_wide.safetensors 4 30 64 crops

`input` is a made-up frame (waves, discs, noise, flat patches), `small` a square cut of it. Keys are as `endossl parity`
reads them: resized_crop:top,left,height,width,size and center_crop:shorter,size on `input`; on `small` brightness,
contrast, saturation, hue, grayscale, hflip, gaussian_blur:radius, normalized. Numbers are drawn from the seed within the
ranges of MSN's recipe. With `crops` only center crops are written.
"""

import sys

import numpy
import torch
import torchvision.transforms.functional as F
from PIL import Image, ImageFilter
from safetensors.torch import save_file

IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


def frame(rng, height, width):
    y, x = numpy.mgrid[0:height, 0:width]
    image = numpy.stack([
        127 + 110 * numpy.sin(x / rng.uniform(3, 30) + y / rng.uniform(3, 30) + rng.uniform(0, 6)) for _ in range(3)], -1)
    for _ in range(6):
        inside = (x - rng.uniform(0, width)) ** 2 + (y - rng.uniform(0, height)) ** 2 < rng.uniform(3, height / 3) ** 2
        image[inside] = rng.uniform(0, 255, 3)
    image += rng.normal(0, 12, image.shape)
    image[: height // 6, : width // 5] = rng.choice([0, 255], 3)  # flat and saturated
    image[-(height // 7):, -(width // 6):] = rng.uniform(0, 255)  # grey
    return image.clip(0, 255).astype(numpy.uint8)


def main():
    out = sys.argv[1]
    numbers = [int(a) for a in sys.argv[2:] if a.isdigit()]
    seed = numbers[0] if numbers else 0
    height, width = numbers[1:3] if len(numbers) >= 3 else (240, 427)
    rng = numpy.random.default_rng(seed)
    pixels = frame(rng, height, width)
    image = Image.fromarray(pixels)
    tensors = {"input": torch.from_numpy(pixels.copy())}

    def keep(name, result):
        tensors[name] = torch.from_numpy(numpy.array(result, copy=True))

    for size in {32, min(height, width) // 3}:
        shorter = round(size * 256 / 224)
        keep(f"center_crop:{shorter},{size}", F.center_crop(F.resize(image, shorter), size))
    if "crops" in sys.argv:
        save_file(tensors, out)
        return
    for size in (224, 96, 64, int(rng.integers(8, 200))):
        for _ in range(2):
            h, w = int(rng.integers(4, height + 1)), int(rng.integers(4, width + 1))
            top, left = int(rng.integers(0, height - h + 1)), int(rng.integers(0, width - w + 1))
            keep(f"resized_crop:{top},{left},{h},{w},{size}", F.resized_crop(image, top, left, h, w, [size, size]))
    side = min(96, height, width)
    small = Image.fromarray(pixels[:side, :side])
    tensors["small"] = torch.from_numpy(pixels[:side, :side].copy())
    for value in [0.0, 1.8] + list(rng.uniform(0.2, 1.8, 3).round(3)):
        keep(f"brightness:{value}", F.adjust_brightness(small, value))
        keep(f"contrast:{value}", F.adjust_contrast(small, value))
        keep(f"saturation:{value}", F.adjust_saturation(small, value))
    for value in [-0.5, 0.5] + list(rng.uniform(-0.2, 0.2, 3).round(3)):
        keep(f"hue:{value}", F.adjust_hue(small, float(value)))
    keep("grayscale", F.rgb_to_grayscale(small, 3))
    keep("hflip", F.hflip(small))
    for radius in [0.1, 2.0] + list(rng.uniform(0.1, 2, 3).round(3)):
        keep(f"gaussian_blur:{radius}", small.filter(ImageFilter.GaussianBlur(float(radius))))
    tensors["normalized"] = F.normalize(F.to_tensor(small), *IMAGENET).permute(1, 2, 0).contiguous()
    save_file(tensors, out)


main()
