"""Golden arrays of one training step, by PyTorch's own autograd, clipping and AdamW; make_golden.py writes them.

Weights are drawn as float32 and everything is computed from them in float64. Tensors are named as core names parameters, behind
"before/", "gradient/" and "after/". A question is a row of the batch, the id that it must name, a relation (or -1: the masked
word itself, of the whole vocabulary), from what it is asked (the relation's head, or the output) and its weight; relations choose
among the candidates.
"""

import math

import torch
from torch.nn import functional

LAYERS, HEADS, D, F, V = 2, 4, 16, 24, 24
HEAD_WIDTH = D // HEADS
EPSILON = 1e-5
SENTENCES = [[3, 14, 1, 5, 9], [9], [14, 23, 5]]
MASKED = -1
ROLES = ["subject", "object", "determiner", "adjective", "antecedent", "sense", "previous", "next"]
SEATS = {"subject": (1, 0), "object": (1, 1), "determiner": (0, 2), "adjective": (0, 3), "antecedent": (1, 3), "sense": (1, 2),
         "previous": (0, 0), "next": (0, 1)}
HEAD, OUTPUT = "head", "output"
# In the order of heads' relations, outputs' relations, masked words: as core sorts them.
QUESTIONS = [(1, 3, 0, HEAD, 0.25), (3, 14, 0, HEAD, 0.25), (8, 14, 1, HEAD, 0.5), (0, 14, 2, HEAD, 0.5), (4, 1, 3, HEAD, 0.5), (2, 3, 4, HEAD, 1.5),
             (6, 5, 5, HEAD, 0.75), (1, 3, 6, HEAD, 0.075), (7, 14, 6, HEAD, 0.075), (0, 14, 7, HEAD, 0.15), (1, 3, 0, OUTPUT, 0.1),
             (8, 14, 1, OUTPUT, 0.1), (0, 14, 2, OUTPUT, 0.1), (4, 1, 3, OUTPUT, 0.1), (2, 3, 4, OUTPUT, 0.15), (7, 5, 4, OUTPUT, 0.15),
             (6, 5, 5, OUTPUT, 0.15), (2, 1, MASKED, OUTPUT, 0.5), (7, 23, MASKED, OUTPUT, 0.5)]
CANDIDATES = [1, 3, 5, 9, 14, 20, 23]
LONGEST_GRADIENT, RATE, BETAS, STABILISER, DECAY = 1.0, 0.002, (0.9, 0.98), 1e-8, 0.01


def draw():
    generator = torch.Generator().manual_seed(20171201)

    def uniform(*shape, bound, centre=0.0):
        # Whole 24-bit numbers scaled by exact factors: the same bits on every machine.
        whole = torch.randint(0, 1 << 24, shape, generator=generator).double() / (1 << 23) - 1.0
        return (centre + bound * whole).float()

    weights = {"embedding.token": uniform(V, D, bound=1.0)}

    def linear(name, rows, cols):
        weights[name + ".weight"] = uniform(rows, cols, bound=math.sqrt(3.0 / rows))
        weights[name + ".bias"] = uniform(cols, bound=0.3)

    def norm(name):
        weights[name + ".gain"] = uniform(D, bound=0.5, centre=1.0)
        weights[name + ".bias"] = uniform(D, bound=0.4)

    for layer in range(LAYERS):
        prefix = f"blocks.{layer}."
        norm(prefix + "attention.norm")
        for part in ("query", "key", "value", "output"):
            linear(prefix + "attention." + part, D, D)
        norm(prefix + "feed_forward.norm")
        linear(prefix + "feed_forward.expand", D, F)
        linear(prefix + "feed_forward.contract", F, D)
    norm("final.norm")
    for role in ROLES:
        linear("read_out." + role, HEAD_WIDTH, D)
    for role in ROLES[:6]:
        linear("output_read_out." + role, D, D)
    return weights


def positions(count):
    place = torch.arange(count, dtype=torch.float64)[:, None]
    angle = place / 10000.0 ** (torch.arange(0, D, 2, dtype=torch.float64) / D)
    return torch.stack([angle.sin(), angle.cos()], -1).reshape(count, D)


def run(w):
    """The loss, with the rows of all sentences side by side."""
    heads_of, finals = [[] for _ in range(LAYERS)], []
    for ids in SENTENCES:
        x = w["embedding.token"][ids] + positions(len(ids))
        for layer in range(LAYERS):
            p = f"blocks.{layer}."

            def linear(name, value):
                return value @ w[p + name + ".weight"] + w[p + name + ".bias"]

            def norm(name, value):
                return functional.layer_norm(value, (D,), w[p + name + ".gain"], w[p + name + ".bias"], EPSILON)

            h = norm("attention.norm", x)
            q, k, v = (linear("attention." + part, h).view(len(ids), HEADS, HEAD_WIDTH).transpose(0, 1)
                       for part in ("query", "key", "value"))
            weights = functional.softmax(q @ k.transpose(1, 2) / math.sqrt(HEAD_WIDTH), -1)
            heads = (weights @ v).transpose(0, 1).reshape(len(ids), D)
            heads_of[layer].append(heads)
            x = x + linear("attention.output", heads)
            h = functional.gelu(linear("feed_forward.expand", norm("feed_forward.norm", x)), approximate="tanh")
            x = x + linear("feed_forward.contract", h)
        finals.append(functional.layer_norm(x, (D,), w["final.norm.gain"], w["final.norm.bias"], EPSILON))
    final = torch.cat(finals)
    heads_of = [torch.cat(heads) for heads in heads_of]
    loss = torch.zeros((), dtype=torch.float64)
    for row, answer, role, asked, weight in QUESTIONS:
        if role == MASKED:
            loss = loss + weight * functional.cross_entropy(final[row] @ w["embedding.token"].T, torch.tensor(answer))
            continue
        layer, head = SEATS[ROLES[role]]
        own = final[row] if asked == OUTPUT else heads_of[layer][row, head * HEAD_WIDTH:(head + 1) * HEAD_WIDTH]
        name = ("output_read_out." if asked == OUTPUT else "read_out.") + ROLES[role]
        feature = own @ w[name + ".weight"] + w[name + ".bias"]
        logits = feature @ w["embedding.token"][CANDIDATES].T
        loss = loss + weight * functional.cross_entropy(logits, torch.tensor(CANDIDATES.index(answer)))
    return loss


def tensors():
    """Name -> float32 tensor, and the metadata."""
    before = draw()
    w = {name: tensor.double().requires_grad_() for name, tensor in before.items()}
    loss = run(w)
    loss.backward()
    result = {"before/" + name: tensor for name, tensor in before.items()}
    result |= {"gradient/" + name: tensor.grad.clone() for name, tensor in w.items()}
    length = torch.nn.utils.clip_grad_norm_(w.values(), LONGEST_GRADIENT)
    matrices = [tensor for tensor in w.values() if tensor.dim() == 2]
    vectors = [tensor for tensor in w.values() if tensor.dim() == 1]
    optimiser = torch.optim.AdamW([{"params": matrices, "weight_decay": DECAY}, {"params": vectors, "weight_decay": 0.0}],
                                  lr=RATE, betas=BETAS, eps=STABILISER)
    optimiser.step()
    result |= {"after/" + name: tensor.detach() for name, tensor in w.items()}
    return result, {"loss": round(loss.item(), 10), "gradient_norm": round(length.item(), 10), "learning_rate": RATE, "sentences": SENTENCES,
                    "questions": QUESTIONS, "candidates": CANDIDATES, "seats": SEATS, "longest_gradient": LONGEST_GRADIENT}
