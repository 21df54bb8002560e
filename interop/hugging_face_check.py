"""Opens an exported directory with transformers and compares it with the directory it came from.

    pip install torch==2.5.1 transformers==4.46.3
    python interop/hugging_face_check.py ORIGINAL EXPORTED

Prints one line; exits 1 where a key is missing or unexpected, a tensor differs in a bit, or the networks
give different values. Says `skipped` where torch or transformers is not installed.
"""

import sys

try:
    import torch
    from transformers import ViTMSNModel
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(0)

models = []
for directory in sys.argv[1:3]:
    model, info = ViTMSNModel.from_pretrained(directory, output_loading_info=True)
    if info["missing_keys"] or info["unexpected_keys"] or info["mismatched_keys"]:
        sys.exit(f"{directory}: {info}")
    models.append(model.eval())
a, b = models
for (name, x), (_, y) in zip(a.state_dict().items(), b.state_dict().items(), strict=True):
    if not torch.equal(x, y):
        sys.exit(f"{name} differs")
size = a.config.image_size
images = torch.randn(2, 3, size, size, generator=torch.Generator().manual_seed(1))
with torch.no_grad():
    difference = (a(images).last_hidden_state - b(images).last_hidden_state).abs().max().item()
print(f"{len(a.state_dict())} tensors equal bit by bit, outputs differ by {difference}")
sys.exit(difference != 0)
