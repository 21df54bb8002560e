"""Opens what `endossl export` wrote with the programs that it is for, and compares their numbers.

    pip install tensorflow-cpu==2.18.0 torch==2.5.1 transformers==4.46.3 safetensors
    python interop/export_check.py HUGGING_FACE SAVED_MODEL [ORIGINAL]

HUGGING_FACE and SAVED_MODEL are exports of the same encoder, the SavedModel for images of 0..1;
ORIGINAL is the Hugging Face directory that they came from. `interop/export_check.sh` makes them.

One line per check: `ok`, `FAILED` (and exit code 1) or `skipped: REASON`.
"""

import json
import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
BAR = 2e-5
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
failed = False


def line(what, ok, detail):
    global failed
    failed |= not ok
    print(f"{'ok' if ok else 'FAILED':8}{what}: {detail}", flush=True)


def skipped(what, why):
    print(f"skipped {what}: skipped: {why}", flush=True)


def package(name, what):
    try:
        return __import__(name)
    except ImportError as missing:
        skipped(what, missing)
        return None


def open_model(directory):
    from transformers import ViTMSNModel

    model, info = ViTMSNModel.from_pretrained(directory, output_loading_info=True)
    wrong = {k: v for k, v in info.items() if v}
    line(f"ViTMSNModel.from_pretrained({pathlib.Path(directory).name})", not wrong,
         f"{len(model.state_dict())} tensors, {wrong or 'none missing, none unexpected'}")
    return model.eval()


def hugging_face(exported, original, images):
    """The exported model's tokens for images [b, 3, side, side], normalised."""
    import torch

    model = open_model(exported)
    with torch.no_grad():
        tokens = model(torch.from_numpy(images(model.config.image_size))).last_hidden_state
    if original is None:
        return tokens.numpy()
    before = open_model(original)
    differ = [n for (n, a), (_, b) in zip(before.state_dict().items(), model.state_dict().items(), strict=True)
              if not torch.equal(a, b)]
    line("round trip, tensors", not differ, f"bit-equal" if not differ else f"these differ: {differ}")
    with torch.no_grad():
        again = before(torch.from_numpy(images(model.config.image_size))).last_hidden_state
    worst = (again - tokens).abs().max().item()
    line("round trip, hidden states", worst == 0, f"differ by {worst}")
    golden = pathlib.Path(original) / "expected.safetensors"
    if golden.exists():
        from safetensors.torch import load_file

        values = load_file(golden)
        with torch.no_grad():
            got = model(values["pixel_values_nchw"]).last_hidden_state
        worst = (got - values["last_hidden_state"]).abs().max().item()
        line("hidden states of the golden images", worst <= BAR, f"differ by {worst:.2g}, at most {BAR}")
    return tokens.numpy()


def saved_model(directory, images, tokens):
    import numpy as np
    import tensorflow as tf

    facts = json.loads((pathlib.Path(directory) / "assets.extra" / "endossl.json").read_text())
    scale = {"0..1": 1.0, "0..255": 255.0}[facts["image_scale"]]
    channels_last = images(facts["image_size"]).transpose(0, 2, 3, 1)
    raw = ((channels_last * np.float32(STD) + np.float32(MEAN)) * scale).astype(np.float32)
    backbone = tf.saved_model.load(str(directory))
    embedding = backbone(raw)[1].numpy()  # as endossl's inference.py
    line("tf.saved_model.load(dir)(images)[1]", embedding.shape == (len(raw), facts["width"]), f"shape {embedding.shape}")
    in_function = tf.function(lambda x: backbone(x)[1])(tf.constant(raw)).numpy()
    line("the same inside a tf.function", np.abs(in_function - embedding).max() <= 1e-6,
         f"differs by {np.abs(in_function - embedding).max():.2g}")
    one = backbone(tf.expand_dims(raw[0], 0))[1].numpy()
    line("one image alone", np.abs(one[0] - embedding[0]).max() <= BAR, f"differs by {np.abs(one[0] - embedding[0]).max():.2g}")
    served = backbone.signatures["serving_default"](images=tf.constant(raw))
    worst = np.abs(served["embedding"].numpy() - embedding).max()
    line("signature serving_default", worst <= 1e-6, f"{sorted(served)}, differs by {worst:.2g}")
    lengths = np.linalg.norm(served["normalized"].numpy(), axis=1)
    line("normalized", np.abs(lengths - 1).max() <= 1e-5, f"lengths {lengths}")
    if tokens is not None:
        worst = np.abs(embedding - tokens[:, 0]).max()
        line("SavedModel beside ViTMSNModel", worst <= BAR, f"differs by {worst:.2g}, at most {BAR}")
    else:
        skipped("SavedModel beside ViTMSNModel", "no torch or transformers")


def main(exported, saved, original=None):
    numpy = package("numpy", "everything")
    if numpy is None:
        return

    def images(side):
        return numpy.random.default_rng(1).standard_normal((2, 3, side, side), dtype=numpy.float32)

    tokens = None
    if package("torch", "Hugging Face directory") and package("transformers", "Hugging Face directory"):
        tokens = hugging_face(exported, original, images)
    tensorflow = package("tensorflow", "SavedModel")
    if tensorflow:
        print(f"        tensorflow {tensorflow.__version__}")
        saved_model(saved, images, tokens)


if __name__ == "__main__":
    main(*sys.argv[1:4])
    sys.exit(failed)
