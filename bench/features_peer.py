"""Peers of `endossl bench features`: the same ViT on the same images by transformers (PyTorch) and by ONNX Runtime.

    pip install torch==2.5.1 transformers==4.46.3 onnx==1.17.0 onnxruntime
    python bench/features_peer.py make --model small --out DIR       # random weights as a Hugging Face directory and model.onnx
    python bench/features_peer.py torch --weights DIR --batch 32 --steps 10 [--bf16] [--threads 2]
    python bench/features_peer.py onnx --weights DIR --batch 32 --steps 10 [--threads 2]

A run prints one line: the fastest and the median batch, images/s, and the first values of the first image, which the
three must have in common. The features are the class token; what transformers computes beside it is part of its cost.
"""

import argparse
import time

import numpy as np

SIZES = {"tiny": (192, 12, 3), "small": (384, 12, 6), "base": (768, 12, 12), "large": (1024, 24, 16)}


def images(batch, side):
    """As endossl bench features makes them, channels first."""
    i = np.arange(batch * side * side * 3, dtype=np.int64)
    values = ((i * 1103515245 + 12345) & 0x7FFFFFFF).astype(np.float32) / np.float32(2**31) * 4 - 2
    return np.ascontiguousarray(values.reshape(batch, side, side, 3).transpose(0, 3, 1, 2))


def make(o):
    import torch
    from transformers import ViTMSNConfig, ViTMSNModel

    torch.manual_seed(0)
    width, depth, heads = SIZES[o.model]
    model = ViTMSNModel(ViTMSNConfig(
        hidden_size=width, num_hidden_layers=depth, num_attention_heads=heads, intermediate_size=4 * width, image_size=224, patch_size=16))
    model.eval().save_pretrained(o.out)

    class Token(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, pixels):
            return self.model(pixels).last_hidden_state[:, 0]

    torch.onnx.export(Token(), torch.from_numpy(images(2, 224)), f"{o.out}/model.onnx", input_names=["images"],
                      output_names=["embedding"], dynamic_axes={"images": {0: "batch"}, "embedding": {0: "batch"}}, opset_version=17)


def timed(run, o, name):
    seconds = []
    for _ in range(o.steps):
        begin = time.perf_counter()
        embedding = run()
        seconds.append(time.perf_counter() - begin)
    counted = sorted(seconds[2:])
    first = " ".join(f"{v:.5f}" for v in np.asarray(embedding[0, :4], dtype=np.float32))
    print(f"{o.batch / counted[0]:.2f} images/s  {counted[0] * 1e3:.0f} ms fastest, {counted[len(counted) // 2] * 1e3:.0f} ms median  "
          f"{name}  batch {o.batch}  embedding {first}")


def by_torch(o):
    import torch
    from transformers import ViTMSNModel

    torch.set_num_threads(o.threads)
    begin = time.perf_counter()
    model = ViTMSNModel.from_pretrained(o.weights).eval()
    loaded = time.perf_counter() - begin
    pixels = torch.from_numpy(images(o.batch, 224))

    def run():
        with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=o.bf16):
            return model(pixels).last_hidden_state[:, 0].float().numpy()

    timed(run, o, f"torch {torch.__version__} {'bf16' if o.bf16 else 'fp32'}, loaded in {loaded:.2f} s")


def by_onnx(o):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = o.threads
    session = onnxruntime.InferenceSession(f"{o.weights}/model.onnx", options, providers=["CPUExecutionProvider"])
    pixels = images(o.batch, 224)
    timed(lambda: session.run(None, {"images": pixels})[0], o, f"onnxruntime {onnxruntime.__version__} fp32")


if __name__ == "__main__":
    a = argparse.ArgumentParser()
    a.add_argument("what", choices=["make", "torch", "onnx"])
    a.add_argument("--model", default="small", choices=SIZES)
    a.add_argument("--out")
    a.add_argument("--weights")
    a.add_argument("--batch", type=int, default=32)
    a.add_argument("--steps", type=int, default=10)
    a.add_argument("--threads", type=int, default=2)
    a.add_argument("--bf16", action="store_true")
    options = a.parse_args()
    {"make": make, "torch": by_torch, "onnx": by_onnx}[options.what](options)
