#!/usr/bin/python3
"""Training throughput, ours against PyTorch's, on the same model, batch, objective and machine, turn about in one run.

    cmake --build build/release --target training_bench
    tests/bench/training_speed.py build/release/tests/bench/training_bench

PyTorch gets its exercises ready made and runs on as many threads as the machine has cores; ours draws its sentences as it trains.
Both do forward pass, loss, backward pass, clipping and AdamW. Needs Debian's python3-torch.
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
ROUNDS = 5


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
        everything = [self.embedding, *self.final] + [t for pair in self.read_outs for t in pair]
        everything += [t for layer in self.layers for pair in layer.values() for t in pair]
        self.parameters = everything
        self.optimiser = torch.optim.AdamW(everything, lr=2e-3, betas=(0.9, 0.98), weight_decay=0.01)
        self.batches = [self.padded(batch) for batch in exercises["batches"]]

    @staticmethod
    def weight(a, b, deviation):
        return (torch.randn(a, b) * deviation).requires_grad_()

    @staticmethod
    def vector(size, value):
        return torch.full((size,), value).requires_grad_()

    @staticmethod
    def padded(batch):
        starts = batch["starts"]
        lengths = [end - start for start, end in zip(starts, starts[1:])]
        longest = max(lengths)
        ids = torch.zeros(len(lengths), longest, dtype=torch.long)
        place = {}
        for s, (start, length) in enumerate(zip(starts, lengths)):
            ids[s, :length] = torch.tensor(batch["ids"][start:start + length])
            place |= {start + i: s * longest + i for i in range(length)}
        hidden = torch.arange(longest)[None, :] >= torch.tensor(lengths)[:, None]
        position = torch.arange(longest)[:, None] / 10000.0 ** (torch.arange(0, D, 2) / D)
        encoding = torch.stack([position.sin(), position.cos()], -1).reshape(longest, D)
        index = {candidate: i for i, candidate in enumerate(batch["candidates"])}
        groups = {}
        for row, answer, role, weight in batch["questions"]:
            groups.setdefault(role, []).append((place[row], answer if role < 0 else index[answer], weight))
        groups = {role: tuple(torch.tensor(column) for column in zip(*rows)) for role, rows in groups.items()}
        return ids, hidden[:, None, None, :], encoding, torch.tensor(batch["candidates"]), groups

    def step(self, batch):
        ids, hidden, encoding, candidates, groups = batch
        n, t = ids.shape
        x = self.embedding[ids] + encoding
        outputs = []
        for layer in self.layers:
            h = functional.layer_norm(x, (D,), *layer["norm1"])
            q, k, v = (torch.addmm(layer[name][1], h.view(-1, D), layer[name][0]).view(n, t, HEADS, WIDTH).transpose(1, 2)
                       for name in ("query", "key", "value"))
            a = (q @ k.transpose(-1, -2) / math.sqrt(WIDTH)).masked_fill(hidden, -math.inf).softmax(-1)
            heads = (a @ v).transpose(1, 2).reshape(-1, D)
            outputs.append(heads)
            x = x + torch.addmm(layer["output"][1], heads, layer["output"][0]).view(n, t, D)
            h = functional.layer_norm(x, (D,), *layer["norm2"])
            h = functional.gelu(torch.addmm(layer["expand"][1], h.view(-1, D), layer["expand"][0]), approximate="tanh")
            x = x + torch.addmm(layer["contract"][1], h, layer["contract"][0]).view(n, t, D)
        final = functional.layer_norm(x, (D,), *self.final).view(-1, D)
        features, answers, weights = [], [], []
        loss = 0.0
        for role, (rows, answer, weight) in groups.items():
            if role < 0:
                loss = loss + (weight * functional.cross_entropy(final[rows] @ self.embedding.T, answer, reduction="none")).sum()
                continue
            layer, head = self.seats[role]
            matrix, bias = self.read_outs[role]
            features.append(torch.addmm(bias, outputs[layer][rows, head * WIDTH:(head + 1) * WIDTH], matrix))
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
        return sum(len(batch[0]) for batch in self.batches) / (time.perf_counter() - start)


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
