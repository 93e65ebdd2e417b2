"""Golden arrays of what is worked out from a pass: attention rollout and norm-weighted attention; make_golden.py writes them.

Weights and values are drawn; two heads share each value head. Everything is computed from them in float64 by
torch, written after the papers: rollout after Abnar & Zuidema 2020, equation 1, norms after Kobayashi et al. 2020, equations 4 and
5, by forming every vector alpha_ij f(x_j) and measuring it.
"""

import math

import torch

LAYERS, HEADS, GROUPS, T, HEAD_WIDTH, D = 3, 4, 2, 7, 4, 10


def tensors():
    """name -> tensor; inputs under the stages' names and "layers.N.output.weight", results as "layers.N.rollout" [T,T] and
    "layers.N.norm_weighted" [H,T,T]."""
    generator = torch.Generator().manual_seed(20200406)

    def uniform(*shape, bound):
        whole = torch.randint(0, 1 << 24, shape, generator=generator).double() / (1 << 23) - 1.0
        return (bound * whole).float()

    result = {}
    rollout = torch.eye(T, dtype=torch.float64)
    for layer in range(LAYERS):
        prefix = f"layers.{layer}."
        # float32, as they are stored: the results are those of the stored numbers.
        weights = torch.softmax(uniform(HEADS, T, T, bound=4.0).double(), dim=-1).float()
        values = uniform(GROUPS, T, HEAD_WIDTH, bound=1.5)
        output = uniform(HEADS * HEAD_WIDTH, D, bound=math.sqrt(3.0 / HEAD_WIDTH))
        result |= {prefix + "attention.weights": weights, prefix + "attention.value": values,
                   prefix + "output.weight": output}
        mixed = 0.5 * weights.double().mean(dim=0) + 0.5 * torch.eye(T, dtype=torch.float64)
        rollout = mixed @ rollout
        result[prefix + "rollout"] = rollout
        per_head = values.double().repeat_interleave(HEADS // GROUPS, dim=0)
        carried = torch.einsum("hsd,hde->hse", per_head, output.double().reshape(HEADS, HEAD_WIDTH, D))
        vectors = weights.double()[..., None] * carried[:, None]
        result[prefix + "norm_weighted"] = torch.linalg.vector_norm(vectors, dim=-1)
    return result, {"analysis": {"layers": LAYERS, "heads": HEADS}}
