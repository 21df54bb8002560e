"""TensorFlow's own TFRecord writer and reader from Python, for bench/records_beside_tensorflow.sh.

    python bench/records_peer.py --records 400 --bytes 660000 --folder DIR

Needs tensorflow-cpu. Prints MB/s of writing (synced to the disk) and of reading with all checksums, median of five; one thread each.
"""

import argparse
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import numpy as np
import tensorflow as tf


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=400)
    parser.add_argument("--bytes", type=int, default=660_000)
    parser.add_argument("--folder", required=True)
    args = parser.parse_args()
    data = np.random.default_rng(1).bytes(args.bytes)
    file = os.path.join(args.folder, "peer.tfrecord")
    total = args.records * args.bytes / 1e6
    write, read = [], []
    for _ in range(5):
        begun = time.perf_counter()
        with tf.io.TFRecordWriter(file) as writer:
            for _ in range(args.records):
                writer.write(data)
            writer.flush()
        fd = os.open(file, os.O_RDONLY)
        os.fsync(fd)
        os.close(fd)
        write.append(total / (time.perf_counter() - begun))
        begun = time.perf_counter()
        count = 0
        for batch in tf.data.TFRecordDataset(file, buffer_size=1 << 20).batch(16):
            count += int(batch.shape[0])
        read.append(total / (time.perf_counter() - begun))
        assert count == args.records
    os.remove(file)
    print(f"write {sorted(write)[2]:.0f} MB/s  read {sorted(read)[2]:.0f} MB/s")


if __name__ == "__main__":
    main()
