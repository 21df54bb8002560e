#!/usr/bin/env python3
"""Training steps of facebookresearch/msn itself, as `endossl parity DIR` repeats them.

    pip install torch==2.5.1 torchvision==0.20.1 opencv-python-headless safetensors
    MSN=<clone of facebookresearch/msn> python interop/msn_golden.py DIR [--seed 1 --embed 36 --rand-views 2 ...]

DIR then holds log.json, initial.safetensors, steps.safetensors and after_N.safetensors (org.endossl.train.MsnParity says
what is in them). The network, the losses, init_opt with its schedules, the momentum and sharpening schedules and the order
of a step are the original's (src/msn_train.py); images are noise and waves. Sinkhorn runs in every second step.
"""

import argparse
import copy
import json
import os
import pathlib
import sys
from collections import OrderedDict
from functools import partial

import numpy
import torch
from safetensors.torch import save_file

sys.path.insert(0, os.environ["MSN"])
import src.deit as deit  # noqa: E402
from src.losses import init_msn_loss  # noqa: E402
from src.msn_train import init_opt  # noqa: E402

a = argparse.ArgumentParser()
a.add_argument("out")
for name, value in dict(seed=0, embed=24, depth=2, heads=3, mlp=4, size=224, focal_size=96, patch=16, batch=4, rand_views=1,
                        focal_views=1, hidden=48, output=24, K=32, steps=4, ipe=4, epochs=8, warmup=2).items():
    a.add_argument("--" + name.replace("_", "-"), type=int, default=value)
for name, value in dict(drop=0.5, tau=0.1, start_T=0.25, final_T=0.25, start_lr=2e-4, ref_lr=1e-3, final_lr=1e-6, wd=0.04,
                        final_wd=0.4, clip_grad=3.0, memax_weight=1.0, ent_weight=0.0).items():
    a.add_argument("--" + name.replace("_", "-"), type=float, default=value)
a.add_argument("--no-bn", action="store_true")
o = a.parse_args()
torch.manual_seed(o.seed)
rng = numpy.random.default_rng(o.seed)


def network():
    encoder = deit.VisionTransformer(
        img_size=[o.size], patch_size=o.patch, embed_dim=o.embed, depth=o.depth, num_heads=o.heads, mlp_ratio=o.mlp,
        qkv_bias=True, norm_layer=partial(torch.nn.LayerNorm, eps=1e-6))
    layers = OrderedDict(fc1=torch.nn.Linear(o.embed, o.hidden))
    if not o.no_bn:
        layers["bn1"] = torch.nn.BatchNorm1d(o.hidden)
    layers["gelu1"] = torch.nn.GELU()
    layers["fc2"] = torch.nn.Linear(o.hidden, o.hidden)
    if not o.no_bn:
        layers["bn2"] = torch.nn.BatchNorm1d(o.hidden)
    layers["gelu2"] = torch.nn.GELU()
    layers["fc3"] = torch.nn.Linear(o.hidden, o.output)
    encoder.fc = torch.nn.Sequential(layers)
    with torch.no_grad():  # away from the initial values, where too much is 0
        for name, p in encoder.named_parameters():
            if p.dim() > 1:
                p.normal_(0, 0.15)
            elif "norm" in name or "bn" in name:
                p.add_(torch.randn_like(p) * 0.1)
            else:
                p.normal_(0, 0.05)
    return encoder


def images(side):
    y, x = numpy.mgrid[0:side, 0:side]
    batch = []
    for _ in range(o.batch):
        planes = [127 + 100 * numpy.sin(x / rng.uniform(2, 20) + y / rng.uniform(2, 20) + rng.uniform(0, 6)) for _ in "rgb"]
        batch.append(numpy.stack(planes) + rng.normal(0, 20, (3, side, side)))
    return torch.from_numpy(numpy.stack(batch).clip(0, 255).astype(numpy.uint8))


def seen(view):
    return view.float() / 127.5 - 1


def state(anchor, target, prototypes):
    tensors = {"anchor." + k: v for k, v in anchor.state_dict().items()}
    tensors.update({"target." + k: v for k, v in target.state_dict().items()})
    tensors["prototypes"] = prototypes.data
    return {k: v.detach().clone().contiguous() for k, v in tensors.items()}


anchor = network()
target = copy.deepcopy(anchor)
prototypes = torch.nn.Parameter(torch.empty(o.K, o.output).uniform_(-(1 / o.output) ** 0.5, (1 / o.output) ** 0.5))
labels = torch.eye(o.K)
_, optimizer, scheduler, wd_scheduler = init_opt(
    anchor, o.ipe, o.start_lr, o.ref_lr, o.warmup, o.epochs, prototypes=prototypes, wd=o.wd, final_wd=o.final_wd,
    final_lr=o.final_lr)
msn = init_msn_loss(num_views=o.focal_views + o.rand_views, tau=o.tau, me_max=True, return_preds=True)
total = o.ipe * o.epochs * 1.25
out = pathlib.Path(o.out)
out.mkdir(parents=True, exist_ok=True)
save_file(state(anchor, target, prototypes), out / "initial.safetensors")
patches = (o.size // o.patch) ** 2
tensors, log = {}, []
for step in range(o.steps):
    key = f"s{step}."
    views = {"target_view": images(o.size)}
    for kind, count, side in (("rand_view", o.rand_views, o.size), ("focal_view", o.focal_views, o.focal_size)):
        for i in range(count):
            views[kind + (f"_{i}" if count > 1 else "")] = images(side)
    tensors.update({key + name: view for name, view in views.items()})
    kept = int(numpy.floor(patches * (1 - o.drop)))
    if o.drop > 0:
        # The original draws this within the network; here it is drawn first and handed over.
        order = torch.randperm(patches)
        tensors[key + "kept_patches"] = 1 + order[:kept]
        drawn, torch.randperm = torch.randperm, lambda n: order
    optimizer.zero_grad()
    anchors = [seen(view) for name, view in views.items() if name != "target_view"]
    _, z = anchor(anchors, return_before_head=True, patch_drop=o.drop)
    if o.drop > 0:
        torch.randperm = drawn
    with torch.no_grad():
        h, _ = target([seen(views["target_view"])], return_before_head=True)
    sharpening = o.start_T + (o.final_T - o.start_T) / total * step
    sinkhorn = step % 2 == 1
    loss, me_max, entropy, stats, targets = msn(
        T=sharpening, use_sinkhorn=sinkhorn, use_entropy=True, anchor_views=z, target_views=h.detach(),
        proto_labels=labels, prototypes=prototypes)
    rate, decay = scheduler.step(), wd_scheduler.step()
    (loss + o.memax_weight * me_max + o.ent_weight * entropy).backward()
    norm = torch.nn.utils.clip_grad_norm_(anchor.parameters(), o.clip_grad)
    momentum = 0.996 + (1.0 - 0.996) / total * step
    log.append({
        "step": step, "msn": float(loss), "me_max": float(me_max), "entropy": float(entropy), "max_t": float(stats["max_t"]),
        "num_ps": stats["np"], "lr": rate, "wd": decay, "momentum": momentum, "grad_norm_before_clip": float(norm),
        "sinkhorn": sinkhorn})
    if step < 2:
        first = anchor.blocks[0]
        found = {
            "z_anchor": z, "h_target": h, "targets": targets, "grad_prototypes": prototypes.grad,
            "grad_pos": anchor.pos_embed.grad, "grad_cls": anchor.cls_token.grad,
            "grad_patch": anchor.patch_embed.proj.weight.grad, "grad_qkv": first.attn.qkv.weight.grad,
            "grad_proj": first.attn.proj.weight.grad, "grad_fc1": first.mlp.fc1.weight.grad,
            "grad_fc2": first.mlp.fc2.weight.grad, "grad_fc.fc3.weight": anchor.fc.fc3.weight.grad}
        tensors.update({key + name: value.detach().clone().contiguous() for name, value in found.items()})
    optimizer.step()
    with torch.no_grad():
        for q, k in zip(anchor.parameters(), target.parameters()):
            k.data.mul_(momentum).add_((1.0 - momentum) * q.detach().data)
save_file(tensors, out / "steps.safetensors")
save_file(state(anchor, target, prototypes), out / f"after_{o.steps}.safetensors")
settings = {k: getattr(o, k) for k in (
    "ipe", "epochs", "warmup", "start_lr", "ref_lr", "final_lr", "wd", "final_wd", "clip_grad", "tau", "start_T", "final_T",
    "memax_weight", "ent_weight", "embed", "depth", "heads", "K", "hidden", "output")}
settings.update(T=o.start_T, patch_drop=o.drop, note="made by interop/msn_golden.py, seed %d" % o.seed, log=log)
(out / "log.json").write_text(json.dumps(settings, indent=1))
