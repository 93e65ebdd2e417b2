"""Golden arrays of what may stand in the softmax's place, by PyTorch's own functions; make_golden.py writes them.

Queries, keys and values are drawn as float32 and everything is computed from them in float64. Linear attention (Katharopoulos et
al. 2020) in two ways that must agree: by the whole matrix of products, and by running sums along the keys. Softmax attention is
there for what computes it tile by tile, or visible cells alone.
"""

import math

import torch
from torch.nn import functional

T, D = 9, 5


def draw():
    generator = torch.Generator().manual_seed(20200629)

    def uniform(bound):
        # Whole 24-bit numbers scaled by exact factors: the same bits on every machine.
        whole = torch.randint(0, 1 << 24, (T, D), generator=generator).double() / (1 << 23) - 1.0
        return (bound * whole).float()

    return {"query": uniform(3.0), "key": uniform(3.0), "value": uniform(2.0)}


def features(x):
    return functional.elu(x) + 1.0


def tensors():
    """Name -> tensor, and the metadata."""
    result = draw()
    query, key, value = (result[name].double() for name in ("query", "key", "value"))
    products = features(query) @ features(key).T
    result["linear/scores"] = products
    outer = torch.einsum("td,te->tde", features(key), value)
    for direction, visible in (("bidirectional", torch.ones(T, T)), ("causal", torch.ones(T, T).tril())):
        weights = functional.normalize(products * visible, p=1, dim=-1)
        result[f"linear/{direction}/weights"] = weights
        result[f"linear/{direction}/output"] = weights @ value
        if direction == "causal":
            sums, normaliser = outer.cumsum(0), features(key).cumsum(0)
        else:
            sums, normaliser = outer.sum(0).expand(T, D, D), features(key).sum(0).expand(T, D)
        running = torch.einsum("td,tde->te", features(query), sums) / (features(query) * normaliser).sum(-1, keepdim=True)
        worst = (running - weights @ value).abs().max().item()
        assert worst < 1e-12, f"running sums differ by {worst} from the products"
        scores = (query @ key.T / math.sqrt(D)).masked_fill(visible == 0, -math.inf)
        result[f"softmax/{direction}/output"] = functional.softmax(scores, dim=-1) @ value
    return result, {"tokens": T, "head_width": D}
