"""Reads a run's event files with TensorBoard's own reader and checks what must be in them.

usage: python interop/tensorboard_check.py RUN [--views] [--attention]

RUN is the folder of `endossl pretrain`; needs `pip install tensorboard` (no TensorFlow). Exit code 0 if TensorBoard finds
every scalar of metrics.csv with its values, each step once, and the pictures asked for; else 1.
"""
import argparse, csv, io, os, struct, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

NAMES = {"loss": "loss/total", "msn": "loss/cross_entropy", "me_max": "loss/me_max", "entropy": "loss/entropy",
         "mean_entropy": "collapse/mean_entropy", "max_target": "collapse/max_target", "prototypes": "collapse/prototypes",
         "gradient_norm": "gradient/norm", "learning_rate": "schedule/learning_rate", "weight_decay": "schedule/weight_decay",
         "momentum": "schedule/momentum", "sharpening": "schedule/sharpening"}

arguments = argparse.ArgumentParser()
arguments.add_argument("run")
arguments.add_argument("--views", action="store_true")
arguments.add_argument("--attention", action="store_true")
options = arguments.parse_args()

events = EventAccumulator(os.path.join(options.run, "tensorboard"), size_guidance={"scalars": 0, "images": 0})
events.Reload()
with open(os.path.join(options.run, "metrics.csv"), newline="") as file:
    rows = list(csv.DictReader(file))
faults = []
for column, tag in NAMES.items():
    if tag not in events.Tags()["scalars"]:
        faults.append(f"scalar {tag}: missing")
        continue
    got = [(event.step, event.value) for event in events.Scalars(tag)]
    wanted = [(int(row["step"]), float(row[column])) for row in rows]
    if [step for step, _ in got] != [step for step, _ in wanted]:
        faults.append(f"scalar {tag}: got {len(got)} steps, wanted the {len(wanted)} of metrics.csv, each once")
    elif any(abs(a - b) > 1e-6 * abs(b) + 1e-12 for (_, a), (_, b) in zip(got, wanted)):
        faults.append(f"scalar {tag}: values differ from metrics.csv")
for tag, asked in (("views", options.views), ("attention", options.attention)):
    if not asked:
        continue
    if tag not in events.Tags()["images"]:
        faults.append(f"image {tag}: missing")
        continue
    for image in events.Images(tag):
        png = image.encoded_image_string
        if png[:8] != b"\x89PNG\r\n\x1a\n" or struct.unpack(">II", png[16:24]) != (image.width, image.height):
            faults.append(f"image {tag} of step {image.step}: not a PNG of {image.width} x {image.height}")
print("\n".join(faults) if faults else f"{len(rows)} steps, {len(NAMES)} curves"
      + "".join(f", {len(events.Images(t))} pictures of {t}" for t in events.Tags()["images"]) + ": as TensorBoard reads them")
sys.exit(1 if faults else 0)
