#!/usr/bin/python3
"""How long a model of GPT-2's smallest shape (124 million weights) takes to open and how much memory that needs, beside reading the
same file's bytes into memory, in one run; then how far the estimate of `headlight info` is from the pass that it foretells.

    tests/bench/opening.py build/release/app/headlight

The weights are random, and the files are in the page cache. Needs Debian's python3-numpy.
"""

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

import numpy

WIDTH, LAYERS, HEADS, VOCABULARY, TOKENS = 768, 12, 12, 50257, 1024
TIMES = 7


def shapes():
    yield "wte.weight", (VOCABULARY, WIDTH)
    yield "wpe.weight", (TOKENS, WIDTH)
    for layer in range(LAYERS):
        for name, shape in (("ln_1", (WIDTH,)), ("ln_2", (WIDTH,))):
            yield f"h.{layer}.{name}.weight", shape
            yield f"h.{layer}.{name}.bias", shape
        for name, rows, columns in (("attn.c_attn", WIDTH, 3 * WIDTH), ("attn.c_proj", WIDTH, WIDTH),
                                    ("mlp.c_fc", WIDTH, 4 * WIDTH), ("mlp.c_proj", 4 * WIDTH, WIDTH)):
            yield f"h.{layer}.{name}.weight", (rows, columns)
            yield f"h.{layer}.{name}.bias", (columns,)
    yield "ln_f.weight", (WIDTH,)
    yield "ln_f.bias", (WIDTH,)


def stored(numbers, dtype):
    if dtype == "BF16":
        return (numbers.view(numpy.uint32) >> 16).astype(numpy.uint16)
    return numbers.astype(numpy.float16 if dtype == "F16" else numpy.float32)


def write_weights(path, dtype):
    random = numpy.random.default_rng(1)
    header, offset = {}, 0
    for name, shape in shapes():
        size = int(numpy.prod(shape)) * (4 if dtype == "F32" else 2)
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for _, shape in shapes():
            file.write(stored(random.standard_normal(shape, numpy.float32) * numpy.float32(0.02), dtype).tobytes())


def write_folder(folder, dtype):
    with open(os.path.join(folder, "config.json"), "w", encoding="utf-8") as file:
        json.dump({"model_type": "gpt2", "n_embd": WIDTH, "n_layer": LAYERS, "n_head": HEADS, "n_positions": TOKENS,
                   "vocab_size": VOCABULARY}, file)
    letters = [chr(i) for i in list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256)) + list(range(256, 324))]
    pieces = letters + [f"{a}{b}{c}" for a in letters for b in letters[:64] for c in letters[:4]]
    with open(os.path.join(folder, "vocab.json"), "w", encoding="utf-8") as file:
        json.dump({piece: i for i, piece in enumerate(pieces[:VOCABULARY])}, file)
    with open(os.path.join(folder, "merges.txt"), "w", encoding="utf-8") as file:
        file.write("#version: 0.2\n")
    write_weights(os.path.join(folder, "model.safetensors"), dtype)


def read_seconds(path):
    begin = time.perf_counter()
    numpy.fromfile(path, numpy.uint8)
    return time.perf_counter() - begin


def bench(program, folder):
    command = [program, "bench", "--json", "--runs", "1", "--model", folder, "--text", "a"]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def opening(program, folder, dtype):
    path = os.path.join(folder, "model.safetensors")
    read_seconds(path)
    ours, limit = [], []
    for _ in range(TIMES):
        ours.append(bench(program, folder))
        limit.append(read_seconds(path) * 1000)
    milliseconds = statistics.median(run["open_ms"] for run in ours)
    memory = statistics.median(run["open_bytes"] for run in ours) / ours[0]["weight_bytes"]
    print(f"{dtype:4}  {os.path.getsize(path) / 1e6:4.0f} MB  opened in {milliseconds:4.0f} ms  reading alone {statistics.median(limit):4.0f} ms"
          f"  ratio {milliseconds / statistics.median(limit):.2f}  memory {memory:.3f} of the weights as used")


def forecast(program, folder, tokens):
    ids = ",".join(str(i % VOCABULARY) for i in range(tokens))
    told = subprocess.run([program, "info", "--model", folder, "--ids", ids], check=True, capture_output=True, text=True).stdout
    minutes, number, unit = re.search(r"about (?:([0-9]+) min )?([0-9.]+) (ms|s) ", told).groups()
    estimate = 60000 * int(minutes or 0) + float(number) * (1 if unit == "ms" else 1000)
    command = [program, "bench", "--json", "--runs", "3", "--model", folder, "--ids", ids]
    taken = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["median_ms"]
    print(f"{tokens:4} tokens: estimated {estimate:6.0f} ms, taken {taken:6.0f} ms, ratio {taken / estimate:.2f}")


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        for dtype in ("BF16", "F16", "F32"):
            write_folder(folder, dtype)
            opening(program, folder, dtype)
        for tokens in (16, 64, 256, 1024):
            forecast(program, folder, tokens)


if __name__ == "__main__":
    main()
