"""Makes the golden values of msn-model's tests with PyTorch; run by hand, its output is committed.

    pip install torch==2.5.1 safetensors
    python interop/model_golden.py msn-model/src/test/resources/org/endossl/model

bicubic.safetensors: learned positions of a square grid (`in:SIDE`, [1, SIDE * SIDE, width]) and what
facebookresearch/msn's interpolation makes of them (`out:SIDE:GRID`, [1, GRID * GRID, width]): a scale
factor of sqrt(patches / learned), bicubic, no antialiasing.
heads.safetensors: a projection head in training mode over two groups of rows that follow one another,
its running averages afterwards, and its inference mode.
torch.pth, torch-legacy.pth: a small dict in both layouts of torch.save, and torch.safetensors with its
float tensors.
losses.safetensors: softmax of cosines, sharpened targets, Sinkhorn and the three losses with gradients.
"""

import math
import sys

import torch
from safetensors.torch import save_file


def interpolated(positions, side, grid):
    width = positions.shape[-1]
    plane = positions.reshape(1, side, side, width).permute(0, 3, 1, 2)
    scaled = torch.nn.functional.interpolate(
        plane, scale_factor=math.sqrt(grid * grid / (side * side)), mode="bicubic")
    return scaled.permute(0, 2, 3, 1).reshape(1, -1, width)


def bicubic():
    out = {}
    for side, grids in {14: [6, 7, 10, 13, 24], 4: [2, 3, 8]}.items():
        positions = torch.randn(1, side * side, 4)
        out[f"in:{side}"] = positions
        for grid in grids:
            result = interpolated(positions, side, grid)
            if result.shape[1] != grid * grid:  # the floor of a rounded product; the original fails
                print(f"{side} to {grid}: PyTorch gives {result.shape[1]} positions, left out")
                continue
            out[f"out:{side}:{grid}"] = result
    return out


def head():
    fc = torch.nn.Sequential()
    for i, (a, b) in enumerate([(6, 10), (10, 10)], 1):
        fc.add_module(f"fc{i}", torch.nn.Linear(a, b))
        fc.add_module(f"bn{i}", torch.nn.BatchNorm1d(b))
        fc.add_module(f"gelu{i}", torch.nn.GELU())
    fc.add_module("fc3", torch.nn.Linear(10, 4))
    with torch.no_grad():
        for p in fc.parameters():
            p.normal_(0, 0.5)
        for bn in (fc.bn1, fc.bn2):
            bn.running_mean.normal_()
            bn.running_var.uniform_(0.5, 2)
    out = {f"before.fc.{k}": v.clone() for k, v in fc.state_dict().items() if v.dtype == torch.float32}
    out["first"], out["second"] = torch.randn(5, 6), torch.randn(3, 6) * 2 + 1
    out["z.first"], out["z.second"] = fc(out["first"]).detach(), fc(out["second"]).detach()
    out.update({f"after.fc.{k}": v.clone() for k, v in fc.state_dict().items() if "running" in k})
    fc.eval()
    out["z.inference"] = fc(out["first"]).detach()
    return out


def normalized(x):
    return torch.nn.functional.normalize(x)


def sinkhorn(q):
    q = q.T.clone()
    k, b = q.shape
    q /= q.sum()
    for _ in range(3):
        q /= q.sum(dim=1, keepdim=True) * k
        q /= q.sum(dim=0, keepdim=True) * b
    return (q * b).T


def losses():
    tau, sharpening, views = 0.1, 0.25, 3
    anchors = torch.randn(4 * views, 8, requires_grad=True)
    prototypes = torch.randn(16, 8, requires_grad=True)
    targets = torch.randn(4, 8)
    out = {"anchors": anchors.detach(), "prototypes": prototypes.detach(), "targets": targets}
    for name, balance in (("plain", False), ("sinkhorn", True)):
        anchors.grad = prototypes.grad = None
        p = torch.softmax(normalized(anchors) @ normalized(prototypes).T / tau, dim=1)
        with torch.no_grad():
            q = torch.softmax(normalized(targets) @ normalized(prototypes).T / tau, dim=1) ** (1 / sharpening)
            q = q / q.sum(dim=1, keepdim=True)
            q = sinkhorn(q) if balance else q
            q = torch.cat([q] * views)
        mean = p.mean(dim=0)
        values = [
            torch.log(p ** (-q)).sum(dim=1).mean(),
            -torch.log(mean ** (-mean)).sum() + math.log(16),
            torch.log(p ** (-p)).sum(dim=1).mean(),
        ]
        (values[0] + 2 * values[1] + 3 * values[2]).backward()
        out[name + ".losses"] = torch.stack(values + [q.max(dim=1).values.mean()]).detach()
        out[name + ".distinct"] = torch.tensor([float(len(set(q.argmax(dim=1).tolist())))])
        out[name + ".targets"] = q
        out[name + ".grad_anchors"] = anchors.grad.clone()
        out[name + ".grad_prototypes"] = prototypes.grad.clone()
    return out


def files(folder):
    whole = torch.randn(4, 6)
    state = {
        "epoch": 3,
        "lr": 1e-3,
        "big": 2**40,
        "net": torch.nn.Linear(3, 2).state_dict(),
        "list": [whole, (whole[1:3, 2:5], None, True)],
        "turned": whole.T,
        "half": whole.half(),
        "bfloat16": whole.bfloat16(),
        "long": torch.arange(3),
        "parameter": torch.nn.Parameter(whole[0]),
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 3),
    }
    torch.save(state, f"{folder}/torch.pth")
    torch.save(state, f"{folder}/torch-legacy.pth", _use_new_zipfile_serialization=False)
    return {
        "net.weight": state["net"]["weight"], "net.bias": state["net"]["bias"],
        "list.0": whole, "list.1.0": whole[1:3, 2:5], "turned": whole.T,
        "half": whole.half().float(), "bfloat16": whole.bfloat16().float(),
        "parameter": whole[0], "scalar": state["scalar"], "empty": state["empty"],
    }


def save(name, tensors):
    save_file({k: v.clone().contiguous() for k, v in tensors.items()}, f"{sys.argv[1]}/{name}.safetensors")


if __name__ == "__main__":
    torch.manual_seed(11)
    for name, make in (("bicubic", bicubic), ("heads", head), ("losses", losses)):
        save(name, make())
    save("torch", files(sys.argv[1]))
