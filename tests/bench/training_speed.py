#!/usr/bin/python3
"""Training throughput, ours against PyTorch's, on the same model, batch, objective and machine, turn about in one run.

    cmake --build build/release --target training_bench
    tests/bench/training_speed.py build/release/tests/bench/training_bench

PyTorch gets its exercises ready made and runs on as many threads as the machine has cores; ours draws its sentences as it trains.
Both do forward pass, loss, backward pass, clipping and AdamW. PyTorch's attention is padded to the longest sentence of the batch;
all the rest of its pass is without padding. Needs Debian's python3-torch and libopenblas0-pthread, without which its products take
several times as long.
"""

import json
import math
import os
import statistics
import subprocess
import sys
import time

import torch
from torch.nn import functional

D, HEADS, LAYERS, F, WIDTH = 128, 8, 4, 512, 16
ROUNDS = 3


class Peer:
    def __init__(self, exercises):
        torch.manual_seed(1)
        self.seats = exercises["seats"]
        self.embedding = self.weight(exercises["vocabulary"], D, 0.3)
        self.layers = [{name: (self.weight(a, b, 0.58 / math.sqrt(a)), self.vector(b, 0.0))
                        for name, a, b in (("query", D, D), ("key", D, D), ("value", D, D), ("output", D, D), ("expand", D, F), ("contract", F, D))}
                       | {name: (self.vector(D, 1.0), self.vector(D, 0.0)) for name in ("norm1", "norm2")} for _ in range(LAYERS)]
        self.final = (self.vector(D, 1.0), self.vector(D, 0.0))
        self.read_outs = [(self.weight(WIDTH, D, 0.15), self.vector(D, 0.0)) for _ in self.seats]
        self.output_read_outs = [(self.weight(D, D, 0.05), self.vector(D, 0.0)) for _ in range(6)]
        everything = [self.embedding, *self.final] + [t for pair in self.read_outs + self.output_read_outs for t in pair]
        everything += [t for layer in self.layers for pair in layer.values() for t in pair]
        self.parameters = everything
        self.optimiser = torch.optim.AdamW(everything, lr=2e-3, betas=(0.9, 0.98), weight_decay=0.01)
        self.batches = [self.prepared(batch) for batch in exercises["batches"]]

    @staticmethod
    def weight(a, b, deviation):
        return (torch.randn(a, b) * deviation).requires_grad_()

    @staticmethod
    def vector(size, value):
        return torch.full((size,), value).requires_grad_()

    @staticmethod
    def prepared(batch):
        starts = batch["starts"]
        lengths = [end - start for start, end in zip(starts, starts[1:])]
        longest = max(lengths)
        position = torch.cat([torch.arange(length) for length in lengths])
        place = torch.cat([s * longest + torch.arange(length) for s, length in enumerate(lengths)])
        hidden = torch.arange(longest)[None, :] >= torch.tensor(lengths)[:, None]
        angle = position[:, None] / 10000.0 ** (torch.arange(0, D, 2) / D)
        encoding = torch.stack([angle.sin(), angle.cos()], -1).reshape(len(position), D)
        index = {candidate: i for i, candidate in enumerate(batch["candidates"])}
        groups = {}
        for row, answer, asked, role, weight in batch["questions"]:
            groups.setdefault((asked, role), []).append((row, answer if asked == "masked word" else index[answer], weight))
        groups = {kind: tuple(torch.tensor(column) for column in zip(*rows)) for kind, rows in groups.items()}
        return torch.tensor(batch["ids"]), place, hidden[:, None, None, :], encoding, torch.tensor(batch["candidates"]), groups

    def step(self, batch):
        ids, place, hidden, encoding, candidates, groups = batch
        n, t = hidden.shape[0], hidden.shape[3]

        def padded(rows):
            return torch.zeros(n * t, D).index_copy(0, place, rows).view(n, t, HEADS, WIDTH).transpose(1, 2)

        x = self.embedding[ids] + encoding
        outputs = []
        for layer in self.layers:
            h = functional.layer_norm(x, (D,), *layer["norm1"])
            q, k, v = (padded(torch.addmm(layer[name][1], h, layer[name][0])) for name in ("query", "key", "value"))
            a = (q @ k.transpose(-1, -2) / math.sqrt(WIDTH)).masked_fill(hidden, -math.inf).softmax(-1)
            heads = (a @ v).transpose(1, 2).reshape(-1, D)[place]
            outputs.append(heads)
            x = x + torch.addmm(layer["output"][1], heads, layer["output"][0])
            h = functional.layer_norm(x, (D,), *layer["norm2"])
            h = functional.gelu(torch.addmm(layer["expand"][1], h, layer["expand"][0]), approximate="tanh")
            x = x + torch.addmm(layer["contract"][1], h, layer["contract"][0])
        final = functional.layer_norm(x, (D,), *self.final)
        features, answers, weights = [], [], []
        loss = 0.0
        for (asked, role), (rows, answer, weight) in groups.items():
            if asked == "masked word":
                loss = loss + (weight * functional.cross_entropy(final[rows] @ self.embedding.T, answer, reduction="none")).sum()
                continue
            if asked == "head":
                layer, head = self.seats[role]
                matrix, bias = self.read_outs[role]
                features.append(torch.addmm(bias, outputs[layer][rows, head * WIDTH:(head + 1) * WIDTH], matrix))
            else:
                matrix, bias = self.output_read_outs[role]
                features.append(torch.addmm(bias, final[rows], matrix))
            answers.append(answer)
            weights.append(weight)
        logits = torch.cat(features) @ self.embedding[candidates].T
        loss = loss + (torch.cat(weights) * functional.cross_entropy(logits, torch.cat(answers), reduction="none")).sum()
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimiser.step()

    def sentences_per_second(self):
        for batch in self.batches[:5]:
            self.step(batch)
        start = time.perf_counter()
        for batch in self.batches:
            self.step(batch)
        return sum(len(batch[2]) for batch in self.batches) / (time.perf_counter() - start)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    program = sys.argv[1]
    torch.set_num_threads(os.cpu_count())
    peer = Peer(json.loads(subprocess.run([program, "--exercises"], capture_output=True, check=True).stdout))
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(json.loads(subprocess.run([program], capture_output=True, check=True).stdout)["sentences_per_second"])
        theirs.append(peer.sentences_per_second())
    print(f"headlight {statistics.median(ours):.0f} sentences/s ({min(ours):.0f} to {max(ours):.0f}), "
          f"PyTorch {torch.__version__} {statistics.median(theirs):.0f} ({min(theirs):.0f} to {max(theirs):.0f}), "
          f"ratio {statistics.median(a / b for a, b in zip(ours, theirs)):.2f}")


if __name__ == "__main__":
    main()
