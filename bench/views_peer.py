"""MSN's views by tf.data from Python or by torchvision, for bench/views_beside_python.sh.

    python bench/views_peer.py tf|torchvision --frames FOLDER_OF_PNGS [--focal 10] [--batch 8] [--batches 34] [--workers 2]

One target view and one random view of 224 pixels and the focal views of 96 pixels of each PNG: resized crop, flip, colour
jitter of strength 0.5, grey, blur (PIL's in torchvision, a Gaussian depthwise convolution in tf.data), normalisation. `tf` needs
tensorflow-cpu, `torchvision` torch, torchvision and pillow. Prints frames per second; the first two batches do not count.
"""

import argparse
import glob
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def rate(batches, args):
    for _ in range(2):
        next(batches)
    begun = time.perf_counter()
    for _ in range(args.batches - 2):
        next(batches)
    return (args.batches - 2) * args.batch / (time.perf_counter() - begun)


def tensorflow(files, args):
    import tensorflow as tf

    def maybe(p, f, x):
        return tf.cond(tf.random.uniform([]) < p, lambda: f(x), lambda: x)

    def jitter(x):
        x = tf.image.random_brightness(x, 0.4)
        x = tf.image.random_contrast(x, 0.6, 1.4)
        x = tf.image.random_saturation(x, 0.6, 1.4)
        return tf.clip_by_value(tf.image.random_hue(x, 0.1), 0.0, 1.0)

    def blur(x):
        sigma = tf.random.uniform([], 0.1, 2.0)
        taps = tf.exp(-tf.square(tf.range(-4.0, 5.0)) / (2 * sigma * sigma))
        taps = taps / tf.reduce_sum(taps)
        for shape in ([9, 1, 1, 1], [1, 9, 1, 1]):
            kernel = tf.tile(tf.reshape(taps, shape), [1, 1, 3, 1])
            x = tf.nn.depthwise_conv2d(x[None], kernel, [1, 1, 1, 1], "SAME")[0]
        return x

    def view(image, size, scale):
        begin, extent, _ = tf.image.sample_distorted_bounding_box(
            tf.shape(image), tf.zeros([0, 0, 4]), aspect_ratio_range=(3 / 4, 4 / 3), area_range=scale,
            use_image_if_no_bounding_boxes=True)
        x = tf.slice(image, begin, extent)
        x = tf.image.resize(tf.cast(x, tf.float32) / 255, [size, size], antialias=True)
        x = maybe(0.8, jitter, tf.image.random_flip_left_right(x))
        x = maybe(0.2, lambda v: tf.image.grayscale_to_rgb(tf.image.rgb_to_grayscale(v)), x)
        return (maybe(0.5, blur, x) - MEAN) / STD

    def views(file):
        image = tf.io.decode_png(tf.io.read_file(file), channels=3)
        large = [view(image, 224, (0.3, 1.0)) for _ in range(2)]
        return tuple(large + [view(image, 96, (0.05, 0.3)) for _ in range(args.focal)])

    data = tf.data.Dataset.from_tensor_slices(files).repeat().map(views, num_parallel_calls=args.workers)
    return rate(iter(data.batch(args.batch).prefetch(2)), args)


def torchvision(files, args):
    import torch
    from PIL import Image
    from torchvision import transforms as t
    from torchvision.transforms import functional as F

    class Blur:
        def __call__(self, image):
            from PIL import ImageFilter
            return image.filter(ImageFilter.GaussianBlur(radius=float(torch.empty(1).uniform_(0.1, 2.0))))

    def make(size, scale):
        return t.Compose([
            t.RandomResizedCrop(size, scale=scale), t.RandomHorizontalFlip(),
            t.RandomApply([t.ColorJitter(0.4, 0.4, 0.4, 0.1)], p=0.8), t.RandomGrayscale(0.2), t.RandomApply([Blur()], p=0.5),
            t.ToTensor(), t.Normalize(MEAN, STD)])

    large, small = make(224, (0.3, 1.0)), make(96, (0.05, 0.3))

    class Frames(torch.utils.data.Dataset):
        def __len__(self):
            return args.batch * (args.batches + 8)

        def __getitem__(self, i):
            image = Image.open(files[i % len(files)]).convert("RGB")
            return [large(image) for _ in range(2)] + [small(image) for _ in range(args.focal)]

    torch.set_num_threads(1)
    loader = torch.utils.data.DataLoader(Frames(), batch_size=args.batch, num_workers=args.workers)
    return rate(iter(loader), args)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("library", choices=["tf", "torchvision"])
    parser.add_argument("--frames", required=True)
    parser.add_argument("--focal", type=int, default=10)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--batches", type=int, default=34)
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    files = sorted(glob.glob(os.path.join(args.frames, "**", "*.png"), recursive=True))
    found = tensorflow(files, args) if args.library == "tf" else torchvision(files, args)
    print(f"{found:.1f} frames/s")


if __name__ == "__main__":
    main()
