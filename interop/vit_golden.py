#!/usr/bin/env python3
"""A small ViTMSNModel of transformers with random weights and what it gives, as `endossl parity DIR` repeats it.

    pip install torch==2.5.1 transformers==4.46.3 safetensors
    python interop/vit_golden.py DIR [--seed 1 --width 64 --heads 4 --layers 3 --side 96 --patch 8 --mlp 3 --eps 1e-12]

DIR then holds config.json, model.safetensors and expected.safetensors: pixel_values_nchw, last_hidden_state, and every
block's hidden state and attention.
"""

import argparse

import torch
from safetensors.torch import save_file
from transformers import ViTMSNConfig, ViTMSNModel

a = argparse.ArgumentParser()
a.add_argument("out")
for name, value in dict(seed=0, width=48, heads=3, layers=2, side=64, patch=16, mlp=4, batch=2).items():
    a.add_argument("--" + name, type=int, default=value)
a.add_argument("--eps", type=float, default=1e-6)
o = a.parse_args()
torch.manual_seed(o.seed)
model = ViTMSNModel(ViTMSNConfig(
    hidden_size=o.width, num_hidden_layers=o.layers, num_attention_heads=o.heads, intermediate_size=o.width * o.mlp,
    image_size=o.side, patch_size=o.patch, layer_norm_eps=o.eps), use_mask_token=False)
with torch.no_grad():
    for name, p in model.named_parameters():
        p.normal_(0, 0.1)
        if "layernorm" in name and name.endswith("weight"):
            p.add_(1)
model = model.eval()
images = torch.randn(o.batch, 3, o.side, o.side)
with torch.no_grad():
    got = model(images, output_hidden_states=True, output_attentions=True)
model.save_pretrained(o.out)
expected = {"pixel_values_nchw": images, "last_hidden_state": got.last_hidden_state}
expected.update({f"hidden_state_{i}": h for i, h in enumerate(got.hidden_states) if i > 0})
expected.update({f"attention_{i}": m for i, m in enumerate(got.attentions)})
save_file({k: v.contiguous() for k, v in expected.items()}, f"{o.out}/expected.safetensors")
