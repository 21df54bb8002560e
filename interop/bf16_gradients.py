"""bfloat16's gradients of one MSN step in PyTorch beside float32's, on the same weights and input.

    pip install torch==2.5.1 numpy
    PYTHONPATH=<clone of facebookresearch/msn> python interop/bf16_gradients.py msn-train/src/test/resources/msn_tiny \
        > msn-train/src/test/resources/msn_tiny/bf16_gradients.json

Reads `log.json`, `initial.safetensors` and `steps.safetensors` of a folder of golden training steps and takes the gradient of
its first step twice: in float32, and under torch.autocast with bfloat16 as bench/torch_msn_step.py --bf16 does. Prints per group
of parameters the norm of the float32 gradient, the norm of the difference relative to it, and the cosine of the two.
Run by hand; its output is committed.
"""

import json
import re
import struct
import sys
from collections import OrderedDict
from functools import partial

import numpy as np
import torch
import src.deit as deit
from src.losses import init_msn_loss

GROUPS = [
    ("embedding", r"cls_token|pos_embed|patch_embed\..*"),
    (r"blocks.\1.attn", r"blocks\.(\d+)\.attn\..*"),
    (r"blocks.\1.mlp", r"blocks\.(\d+)\.mlp\..*"),
    (r"blocks.\1.norms", r"blocks\.(\d+)\.norm\d\..*"),
    ("norm", r"norm\..*"),
    ("head", r"fc\..*"),
    ("prototypes", r"prototypes"),
]
DTYPES = {"F32": np.float32, "U8": np.uint8, "I64": np.int64, "I32": np.int32}


def group(name):
    for label, pattern in GROUPS:
        match = re.fullmatch(pattern, name)
        if match:
            return match.expand(label)
    raise ValueError(name)


def read(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    return {
        name: torch.from_numpy(
            np.frombuffer(data[slice(*entry["data_offsets"])], DTYPES[entry["dtype"]]).reshape(entry["shape"]).copy())
        for name, entry in header.items() if name != "__metadata__"}


def encoder(log):
    width = log["embed"]
    made = deit.VisionTransformer(
        img_size=[224], patch_size=16, embed_dim=width, depth=log["depth"], num_heads=log["heads"], mlp_ratio=4,
        qkv_bias=True, norm_layer=partial(torch.nn.LayerNorm, eps=1e-6))
    hidden, output = log["hidden"], log["output"]
    made.fc = torch.nn.Sequential(OrderedDict([
        ("fc1", torch.nn.Linear(width, hidden)), ("bn1", torch.nn.BatchNorm1d(hidden)), ("gelu1", torch.nn.GELU()),
        ("fc2", torch.nn.Linear(hidden, hidden)), ("bn2", torch.nn.BatchNorm1d(hidden)), ("gelu2", torch.nn.GELU()),
        ("fc3", torch.nn.Linear(hidden, output))]))
    return made


def gradients(folder, log, bf16):
    weights, steps = read(f"{folder}/initial.safetensors"), read(f"{folder}/steps.safetensors")
    nets = {}
    for side in ("anchor", "target"):
        nets[side] = encoder(log)
        nets[side].load_state_dict({k[len(side) + 1:]: v for k, v in weights.items() if k.startswith(side + ".")})
    prototypes = torch.nn.Parameter(weights["prototypes"])
    image = lambda name: steps["s0." + name].float() / 127.5 - 1
    kept = steps["s0.kept_patches"].long() - 1
    torch.randperm = lambda n: torch.cat([kept, torch.zeros(n - len(kept), dtype=torch.long)])
    cast = lambda: torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16)
    with cast():
        _, z = nets["anchor"]([image("rand_view"), image("focal_view")], return_before_head=True, patch_drop=log["patch_drop"])
    with torch.no_grad(), cast():
        h, _ = nets["target"]([image("target_view")], return_before_head=True)
    msn = init_msn_loss(num_views=2, tau=log["tau"], me_max=True, return_preds=True)
    loss, me_max, *_ = msn(
        T=log["T"], use_sinkhorn=False, use_entropy=False, anchor_views=z.float(), target_views=h.float(),
        proto_labels=torch.eye(log["K"]), prototypes=prototypes)
    (loss + me_max).backward()
    print(f"loss {loss.item():.6f}, {log['log'][0]['msn']:.6f} in the folder", file=sys.stderr)
    found = {name: p.grad for name, p in nets["anchor"].named_parameters()}
    found["prototypes"] = prototypes.grad
    grouped = {}
    for name, gradient in found.items():
        grouped.setdefault(group(name), []).append(gradient.double().flatten())
    return {name: torch.cat(parts) for name, parts in grouped.items()}


def main(folder):
    torch.set_num_threads(1)
    log = json.load(open(f"{folder}/log.json"))
    full, half = gradients(folder, log, False), gradients(folder, log, True)
    print(json.dumps({
        name: {
            "norm": full[name].norm().item(),
            "relative": ((half[name] - full[name]).norm() / full[name].norm()).item(),
            "cosine": torch.nn.functional.cosine_similarity(half[name], full[name], dim=0).item(),
        } for name in full}, indent=1))


main(sys.argv[1])
