"""Makes the small files of weights of msn-model's tests with the programs that write such files.

    pip install torch==2.5.1 transformers==4.46.3 safetensors numpy h5py
    MSN=<clone of facebookresearch/msn> python interop/weights_golden.py msn-model/src/test/resources/org/endossl/model

hf_bin/: a ViTMSNModel saved with safe_serialization=False (pytorch_model.bin), and what it gives for two images.
hf_bin/pytorch_model-N-of-2.bin and their index lie in hf_bin_sharded/. hf_modules/: the same tensors under the module
names of transformers 5 (its modeling_vit_msn.py), saved as ViTMSNForImageClassification, so with `vit.` in front.
msn_opt/: a checkpoint of facebookresearch/msn (its encoder, its init_opt, its dict of what is saved) after three steps
of AdamW on two epochs' schedule, and in expected.safetensors the optimizer's moments by parameter.
msn_opt/prediction.pth.tar: an encoder with the prediction head that init_model of facebookresearch/suncet puts there, and
in prediction.safetensors what that head gives for two groups of rows in training, and afterwards in inference.
small.h5: two layers in the layout of Keras 2's save_weights, for the tests of damaged files.
"""

import os
import pathlib
import re
import sys

import torch
from safetensors.torch import load_file, save_file

out = pathlib.Path(sys.argv[1])


def hugging_face():
    from transformers import ViTMSNConfig, ViTMSNModel

    torch.manual_seed(5)
    model = ViTMSNModel(ViTMSNConfig(
        hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, image_size=16, patch_size=8))
    with torch.no_grad():
        for p in model.parameters():
            p.normal_(0, 0.3)
    model = model.eval()
    images = torch.randn(2, 3, 16, 16)
    with torch.no_grad():
        hidden = model(images).last_hidden_state
    model.save_pretrained(out / "hf_bin", safe_serialization=False)
    save_file({"pixel_values_nchw": images, "last_hidden_state": hidden}, out / "hf_bin" / "expected.safetensors")
    model.save_pretrained(out / "hf_bin_sharded", safe_serialization=False, max_shard_size="16KB")
    renamed = {}
    for name, value in model.state_dict().items():
        for old, new in [(r"^encoder\.layer\.", "layers."), (r"attention\.attention\.(query|key|value)", lambda m: "attention." + m[1][0] + "_proj"),
                         (r"attention\.output\.dense", "attention.o_proj"), (r"intermediate\.dense", "mlp.fc1"),
                         (r"(?<!attention\.)output\.dense", "mlp.fc2")]:
            name = re.sub(old, new, name)
        renamed["vit." + name] = value.clone()
    renamed["classifier.weight"], renamed["classifier.bias"] = torch.zeros(3, 16), torch.zeros(3)
    (out / "hf_modules").mkdir(exist_ok=True)
    save_file(renamed, out / "hf_modules" / "model.safetensors", metadata={"format": "pt"})
    (out / "hf_modules" / "config.json").write_text((out / "hf_bin" / "config.json").read_text())


def optimizer():
    sys.path.insert(0, os.environ["MSN"])
    from functools import partial

    import src.deit as deit
    from src.msn_train import init_opt

    torch.manual_seed(6)
    encoder = deit.VisionTransformer(img_size=[16], patch_size=8, embed_dim=12, depth=1, num_heads=2, mlp_ratio=2,
                                     qkv_bias=True, norm_layer=partial(torch.nn.LayerNorm, eps=1e-6))
    fc = torch.nn.Sequential()
    for i, (a, b) in enumerate([(12, 10), (10, 10)], 1):
        fc.add_module(f"fc{i}", torch.nn.Linear(a, b))
        fc.add_module(f"bn{i}", torch.nn.BatchNorm1d(b))
        fc.add_module(f"gelu{i}", torch.nn.GELU())
    fc.add_module("fc3", torch.nn.Linear(10, 6))
    encoder.fc = fc
    prototypes = torch.nn.Parameter(torch.randn(5, 6))
    import copy
    target = copy.deepcopy(encoder)
    _, opt, scheduler, decay = init_opt(encoder, iterations_per_epoch=3, start_lr=1e-3, ref_lr=2e-3, warmup=1,
                                        num_epochs=4, prototypes=prototypes, wd=0.04, final_wd=0.4)
    for _ in range(6):
        scheduler.step(), decay.step()
        opt.zero_grad()
        z = encoder(torch.randn(4, 3, 16, 16))
        (z @ prototypes.T).square().mean().backward()
        opt.step()
    names = {p: n for n, p in encoder.named_parameters()} | {prototypes: "prototypes"}
    expected = {}
    for p, state in opt.state.items():
        for key in ("exp_avg", "exp_avg_sq"):
            expected[f"{key}.{names[p]}"] = state[key].clone()
    module = {}
    for key, net in (("encoder", encoder), ("target_encoder", target)):
        module[key] = {"module." + n: v for n, v in net.state_dict().items()}
    (out / "msn_opt").mkdir(exist_ok=True)
    torch.save({
        "encoder": module["encoder"], "opt": opt.state_dict(), "prototypes": prototypes.data,
        "target_encoder": module["target_encoder"], "epoch": 2, "loss": 0.5, "batch_size": 4, "world_size": 1,
        "lr": 2e-3, "temperature": 0.1}, out / "msn_opt" / "msn-ep2.pth.tar")
    save_file(expected, out / "msn_opt" / "expected.safetensors")


def prediction():
    torch.manual_seed(7)
    saved = torch.load(out / "msn_opt" / "msn-ep2.pth.tar", weights_only=True)
    head = torch.nn.Sequential()
    for name, layer in (("bn1", torch.nn.BatchNorm1d(6)), ("fc1", torch.nn.Linear(6, 1)), ("bn2", torch.nn.BatchNorm1d(1)),
                        ("relu", torch.nn.ReLU()), ("fc2", torch.nn.Linear(1, 6))):
        head.add_module(name, layer)
    with torch.no_grad():
        for p in head.parameters():
            p.normal_(0, 0.7)
    for net in ("encoder", "target_encoder"):
        saved[net] |= {f"module.pred.{n}": v.clone() for n, v in head.state_dict().items()}
    saved["opt"] = {"state": {}, "param_groups": []}
    torch.save(saved, out / "msn_opt" / "prediction.pth.tar")
    first, second = torch.randn(5, 6), torch.randn(4, 6) * 2
    values = {"first": first, "second": second, "p.first": head(first).detach(), "p.second": head(second).detach()}
    values |= {f"after.{n}": v.clone() for n, v in head.state_dict().items() if "running" in n}
    head.eval()
    values["p.inference"] = head(first).detach()
    save_file(values, out / "msn_opt" / "prediction.safetensors")


def keras():
    import h5py
    import numpy as np

    with h5py.File(out / "small.h5", "w", libver="earliest") as f:
        f.attrs["layer_names"] = np.array([b"conv", b"norm"])
        for layer, weights in {"conv": {"kernel:0": (1, 1, 2, 3), "bias:0": (3,)}, "norm": {"gamma:0": (3,)}}.items():
            group = f.create_group(layer)
            group.attrs["weight_names"] = np.array([f"{layer}/{w}".encode() for w in weights])
            for name, shape in weights.items():
                group.create_dataset(f"{layer}/{name}", data=np.arange(np.prod(shape), dtype="f4").reshape(shape))


if __name__ == "__main__":
    hugging_face()
    optimizer()
    prediction()
    keras()
