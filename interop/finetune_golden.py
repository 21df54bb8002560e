#!/usr/bin/env python3
"""Golden values of fine-tuning a ResNetV2, from Keras 2; its output is committed.

    pip install tensorflow-cpu==2.18.0 tf_keras==2.18.0
    R=msn-model/src/test/resources/org/endossl/model/resnet
    python3 interop/finetune_golden.py $R/tiny_v2_weights_tf_dim_ordering_tf_kernels_notop.h5 \\
        > msn-eval/src/test/resources/org/endossl/eval/finetune/keras_steps.json

Three steps of the whole network with one dense layer of seven outputs on four images in training mode,
sparse categorical cross-entropy from logits, and TensorFlow Addons' AdamW: each variable loses `decay`
of itself, then Keras 2's Adam. Given another file as second argument, it only says whether Keras loads
that file into the same network and whether both give the same features.
"""

import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy  # noqa: E402
import tensorflow as tf  # noqa: E402
import tf_keras  # noqa: E402
from tf_keras.src.applications import resnet  # noqa: E402

RATE, DECAY = 1e-3, 1e-2


def network():
    def stacks(x):
        x = resnet.stack2(x, 8, 2, name="conv2")
        x = resnet.stack2(x, 16, 2, name="conv3")
        return resnet.stack2(x, 32, 2, stride1=1, name="conv4")

    return resnet.ResNet(stacks, True, True, "tiny", include_top=False, weights=None,
                         input_shape=(96, 96, 3), pooling="avg")


def images(n):
    """Stripes of three frequencies; a formula, so that no file is needed."""
    i = numpy.arange(n * 96 * 96 * 3, dtype=numpy.int64)
    return (((i * i // 7 + i * 13) % 251) / 125.0 - 1).reshape(n, 96, 96, 3).astype(numpy.float32)


def plain(tensor):
    return [float(f"{v:.8g}") for v in numpy.asarray(tensor, numpy.float32).ravel()]


def main():
    backbone = network()
    backbone.load_weights(sys.argv[1])
    x = images(4)
    if len(sys.argv) > 2:
        before = backbone(x, training=False).numpy()
        other = network()
        other.load_weights(sys.argv[2])
        print("largest difference of features", numpy.abs(other(x, training=False).numpy() - before).max())
        return
    y = numpy.array([1, 4, 0, 4])
    width = backbone.output_shape[-1]
    kernel = numpy.sin(numpy.arange(width * 7)).reshape(width, 7).astype(numpy.float32) * 0.1
    kernel = tf.Variable(kernel)
    bias = tf.Variable(numpy.zeros(7, numpy.float32))
    adam = tf_keras.optimizers.legacy.Adam(RATE)
    variables = backbone.trainable_variables + [kernel, bias]
    loss_of = tf_keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    out = {"labels": y.tolist(), "learning_rate": RATE, "decay": DECAY, "losses": [], "gradients": {}}
    for step in range(3):
        with tf.GradientTape() as tape:
            loss = loss_of(y, backbone(x, training=True) @ kernel + bias)
        gradients = tape.gradient(loss, variables)
        out["losses"].append(float(loss))
        if step == 0:
            for variable, gradient in zip(variables, gradients):
                if "bn/gamma" in variable.name or "conv3_block2_1_conv" in variable.name:
                    name = variable.name[:-2].replace("/", ".")
                    out["gradients"][name] = plain(gradient)
            out["gradients"]["classifier.kernel"] = plain(gradients[-2])
        for variable in variables:
            variable.assign_sub(DECAY * variable)
        adam.apply_gradients(zip(gradients, variables))
    out["after"] = {}
    for variable in backbone.variables:
        if "moving" in variable.name and ("conv2_block1_1" in variable.name or "post" in variable.name):
            out["after"][variable.name[:-2].replace("/", ".")] = plain(variable)
    out["after"]["classifier.kernel"] = plain(kernel)
    out["after"]["classifier.bias"] = plain(bias)
    print(json.dumps(out, separators=(",", ":")))


main()
