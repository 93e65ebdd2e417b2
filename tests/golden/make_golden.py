#!/usr/bin/python3
"""Golden arrays of the engine: every stage of small transformers, computed by PyTorch.

    make_golden.py           writes every file anew
    make_golden.py --check   computes every file anew and says whether the committed ones agree; status 1 if not

The weights are drawn here as float32. Everything else is computed from them in float64, by torch's own functions where
there are any, and saved as float32. Each case also runs through torch.nn.TransformerEncoderLayer, whose attention knows
none of the code below, and both must agree.

A file has the layout of safetensors: the length of the header (u64), the header (JSON: name -> dtype, shape,
data_offsets; and "__metadata__"), then the arrays, row-major and little-endian. weights_NORM.safetensors holds a
model's weights, linear maps as y = x W + b; CASE.safetensors holds the stages of one run of it. The stages' names and
shapes are those of the table in core/trace/stage.cpp. Needs Debian's python3-torch and python3-numpy.
"""

import argparse
import json
import math
import sys
from pathlib import Path

import numpy
import torch
from torch.nn import functional

import attention_analysis
import training_step
import variants
from safetensors_file import pack, unpack

FOLDER = Path(__file__).resolve().parent
LAYERS, HEADS, D, F, V, MAX_TOKENS = 2, 4, 16, 32, 24, 9
HEAD_WIDTH = D // HEADS
EPSILON = 1e-5
IDS = [3, 14, 1, 5, 9, 14, 23]  # One token stands there twice: only its position tells the two apart.
T = len(IDS)

FULL = {"direction": "bidirectional", "pattern": "full", "reach": 0}
CAUSAL = {"direction": "causal", "pattern": "full", "reach": 0}
NEUTRAL = {"scaling": "on", "temperature": 1.0, "positions": "own", "mask": "own", "reach": 4, "ablated": []}
# Named by the cases alone that use them.
RARE = {"globals": 0, "hidden": [], "kernel": "softmax", "values": "own", "sharing": "none", "zeroed": []}


def case(norm, activation, positions, mask, /, **experiment):
    """A model (its norms, activation, positions and mask) and what the experiment changes of it."""
    assert experiment.keys() <= NEUTRAL.keys() | RARE.keys()
    return {"norm": norm, "activation": activation, "positions": positions, "mask": mask,
            "experiment": NEUTRAL | experiment}


CASES = {
    # Every position scheme, norms before and after.
    "before_none": case("before", "gelu", "none", FULL),
    "before_sinusoidal": case("before", "gelu", "sinusoidal", FULL),
    "before_learned_causal": case("before", "gelu_tanh", "learned", CAUSAL),  # GPT-2's kind
    "before_rotary_causal": case("before", "relu", "rotary", CAUSAL),
    "before_alibi": case("before", "gelu", "alibi", FULL),
    "before_alibi_causal": case("before", "relu", "alibi", CAUSAL),  # Press et al.'s kind
    "after_none_causal": case("after", "gelu_tanh", "none", CAUSAL),
    "after_sinusoidal": case("after", "relu", "sinusoidal", FULL),  # Vaswani et al.'s kind
    "after_learned": case("after", "gelu", "learned", FULL),  # BERT's kind
    "after_rotary": case("after", "gelu", "rotary", FULL),
    # Masks that the model has, and masks that the experiment gives to a model of either direction.
    "before_own_window": case("before", "gelu", "sinusoidal", FULL | {"pattern": "window", "reach": 2}),
    "before_window": case("before", "gelu_tanh", "rotary", FULL, mask="window", reach=1),
    "after_window_causal": case("after", "relu", "alibi", CAUSAL, mask="window", reach=2),
    "before_own_strided_causal": case("before", "relu", "learned", CAUSAL | {"pattern": "strided", "reach": 3}),
    "after_strided": case("after", "gelu", "sinusoidal", FULL, mask="strided", reach=3),
    "before_strided_causal": case("before", "gelu", "none", CAUSAL, mask="strided", reach=2),
    "before_made_causal": case("before", "gelu", "sinusoidal", FULL, mask="causal"),
    "after_causality_lifted": case("after", "gelu", "learned", CAUSAL, mask="none"),
    # The other toggles, one by one and all together.
    "before_unscaled": case("before", "gelu", "sinusoidal", FULL, scaling="off"),
    "after_flattened": case("after", "relu", "learned", CAUSAL, temperature=2.5),
    "before_alibi_sharpened": case("before", "gelu", "alibi", CAUSAL, temperature=0.5),
    "before_positions_replaced": case("before", "gelu_tanh", "learned", FULL, positions="alibi"),
    "after_ablated": case("after", "gelu", "sinusoidal", FULL, ablated=[[0, 1], [1, 0], [1, 3]]),
    "before_everything": case("before", "relu", "learned", CAUSAL, scaling="off", temperature=1.5, positions="rotary",
                              mask="strided", reach=2, ablated=[[0, 3]]),
    # Block-sparse and painted masks, misconceptions, linear attention and zeroed values.
    "before_block": case("before", "gelu", "sinusoidal", FULL, mask="block", reach=2, globals=1),
    "after_block_causal": case("after", "relu", "learned", CAUSAL, mask="block", reach=1, globals=2),
    "before_painted_causal": case("before", "gelu", "rotary", CAUSAL, mask="painted", hidden=[[3, 1], [6, 0], [1, 5]]),
    "after_painted": case("after", "gelu", "sinusoidal", FULL | {"pattern": "window", "reach": 3}, mask="painted",
                          hidden=[[0, 0], [0, 1], [4, 3], [5, 5]]),
    "before_keys_as_values": case("before", "gelu", "rotary", FULL, values="keys"),
    "after_shared_heads": case("after", "relu", "alibi", FULL, sharing="first head"),
    "before_values_zeroed": case("before", "gelu", "sinusoidal", FULL, zeroed=[0, 4]),
    "before_linear_causal": case("before", "gelu", "rotary", CAUSAL, kernel="linear"),
    "after_linear": case("after", "relu", "learned", FULL, kernel="linear", values="keys", sharing="first head", zeroed=[2]),
}


# Weights


def draw_weights(norm):
    """One model's float32 weights: name -> tensor. Biases and gains are far from 0 and 1: leaving one out shows."""
    generator = torch.Generator().manual_seed({"before": 20170612, "after": 20181011}[norm])

    def uniform(*shape, bound, centre=0.0):
        # Whole 24-bit numbers scaled by exact factors: the same bits on every machine.
        whole = torch.randint(0, 1 << 24, shape, generator=generator).double() / (1 << 23) - 1.0
        return (centre + bound * whole).float()

    def linear(name, rows, cols, gain=1.0):
        weights[name + ".weight"] = uniform(rows, cols, bound=gain * math.sqrt(3.0 / rows))
        weights[name + ".bias"] = uniform(cols, bound=0.3)

    def layer_norm(name):
        weights[name + ".gain"] = uniform(D, bound=0.6, centre=1.0)
        weights[name + ".bias"] = uniform(D, bound=0.4)

    weights = {"token_embedding": uniform(V, D, bound=1.7), "position_embedding": uniform(MAX_TOKENS, D, bound=1.2)}
    for layer in range(LAYERS):
        prefix = f"layers.{layer}."
        linear(prefix + "query", D, D, gain=1.5)
        linear(prefix + "key", D, D, gain=1.5)
        linear(prefix + "value", D, D)
        linear(prefix + "output", D, D)
        layer_norm(prefix + "attention_norm")
        layer_norm(prefix + "feed_forward_norm")
        linear(prefix + "expand", D, F)
        linear(prefix + "contract", F, D)
    if norm == "before":
        layer_norm("final_norm")
    return weights


# The mechanism


def sinusoidal():
    position = torch.arange(T, dtype=torch.float64)[:, None]
    wavelength = 10000.0 ** (torch.arange(0, D, 2, dtype=torch.float64) / D)
    return torch.stack([torch.sin(position / wavelength), torch.cos(position / wavelength)], dim=-1).reshape(T, D)


def rotate(x):
    """Half-split rotary encoding of [H,T,d], as in GPT-NeoX and Llama: x cos + rotate_half(x) sin."""
    frequency = 10000.0 ** (-torch.arange(0, HEAD_WIDTH, 2, dtype=torch.float64) / HEAD_WIDTH)
    angle = torch.outer(torch.arange(T, dtype=torch.float64), frequency).repeat(1, 2)
    first, second = x.chunk(2, dim=-1)
    return x * angle.cos() + torch.cat([-second, first], dim=-1) * angle.sin()


def alibi_slopes(heads):
    """The recursion of the authors' code (fairseq, github.com/ofirpress/attention_with_linear_biases)."""
    if math.log2(heads).is_integer():
        start = 2.0 ** (-(2.0 ** -(math.log2(heads) - 3)))
        return [start * start**i for i in range(heads)]
    below = 2 ** math.floor(math.log2(heads))
    return alibi_slopes(below) + alibi_slopes(2 * below)[0::2][: heads - below]


def alibi_bias():
    distance = (torch.arange(T)[:, None] - torch.arange(T)[None, :]).abs()
    return -torch.tensor(alibi_slopes(HEADS), dtype=torch.float64)[:, None, None] * distance


def visible(own, experiment):
    """Boolean [T,T]: whether query i may look at key j."""
    direction, pattern, reach = own["direction"], own["pattern"], own["reach"]
    experiment = RARE | experiment
    if experiment["mask"] in ("none", "causal"):
        direction, pattern = {"none": "bidirectional", "causal": "causal"}[experiment["mask"]], "full"
    elif experiment["mask"] not in ("own", "painted"):
        pattern, reach = experiment["mask"], experiment["reach"]
    step = torch.arange(T)[:, None] - torch.arange(T)[None, :]
    allowed = torch.ones(T, T, dtype=torch.bool)
    if pattern == "window":
        allowed = step.abs() <= reach
    elif pattern == "strided":
        allowed = (step.abs() < reach) | (step % reach == 0)
    elif pattern == "block":
        whole = math.ceil(T / reach)  # as in Big Bird's figure 3: blocks first, then each block is filled
        blocks = torch.ones(whole, whole).tril(1).triu(-1)
        allowed = torch.kron(blocks, torch.ones(reach, reach))[:T, :T].bool()
        allowed[:experiment["globals"]] = True
        allowed[:, :experiment["globals"]] = True
    if experiment["mask"] == "painted":
        allowed = allowed.clone()
        for query, key in experiment["hidden"]:
            allowed[query, key] = False
    return allowed.tril() if direction == "causal" else allowed


def activate(name, x):
    if name == "relu":
        return functional.relu(x)
    return functional.gelu(x, approximate="tanh" if name == "gelu_tanh" else "none")


def forward(weights, config):
    """Every stage of one run, in float64: name -> tensor."""
    w = {name: tensor.double() for name, tensor in weights.items()}
    experiment = RARE | config["experiment"]
    positions = config["positions"] if experiment["positions"] == "own" else experiment["positions"]
    before = config["norm"] == "before"
    stages = {}

    def keep(name, tensor):
        stages[name] = tensor
        return tensor

    def linear(name, x):
        return x @ w[name + ".weight"] + w[name + ".bias"]

    def norm(name, x):
        return functional.layer_norm(x, (D,), w[name + ".gain"], w[name + ".bias"], EPSILON)

    def split(x):
        return x.reshape(T, HEADS, HEAD_WIDTH).transpose(0, 1)

    def attend(layer, x):
        weight, stage = f"layers.{layer}.", f"layers.{layer}.attention."
        query, key = split(linear(weight + "query", x)), split(linear(weight + "key", x))
        if positions == "rotary":
            query, key = rotate(query), rotate(key)
        value = split(linear(weight + "value", x))
        if experiment["sharing"] == "first head":
            query, key, value = (tensor[:1].expand(HEADS, T, HEAD_WIDTH) for tensor in (query, key, value))
        if experiment["values"] == "keys":
            value = key
        value = value.clone()
        value[:, experiment["zeroed"]] = 0.0
        keep(stage + "query", query)
        keep(stage + "key", key)
        keep(stage + "value", value)
        hidden = ~visible(config["mask"], experiment)
        if experiment["kernel"] == "linear":
            scores = keep(stage + "scores", (functional.elu(query) + 1) @ (functional.elu(key) + 1).transpose(1, 2))
            shown = scores.masked_fill(hidden, 0.0)
            attention = keep(stage + "weights", shown / shown.sum(dim=-1, keepdim=True))
        else:
            scores = query @ key.transpose(1, 2)
            if experiment["scaling"] == "on":
                scores = scores / math.sqrt(HEAD_WIDTH)
            if positions == "alibi":
                scores = scores + alibi_bias()
            keep(stage + "scores", scores)
            masked = scores.masked_fill(hidden, -math.inf)
            attention = keep(stage + "weights", torch.softmax(masked / experiment["temperature"], dim=-1))
        heads = attention @ value
        for ablated_layer, head in experiment["ablated"]:
            if ablated_layer == layer:
                heads[head] = 0.0
        keep(stage + "heads", heads)
        concat = keep(stage + "concat", heads.transpose(0, 1).reshape(T, D))
        return keep(stage + "output", linear(weight + "output", concat))

    def feed_forward(layer, x):
        weight, stage = f"layers.{layer}.", f"layers.{layer}.feed_forward."
        hidden = keep(stage + "hidden", linear(weight + "expand", x))
        activation = keep(stage + "activation", activate(config["activation"], hidden))
        return keep(stage + "output", linear(weight + "contract", activation))

    x = keep("embedding.token", w["token_embedding"][IDS])
    if positions == "sinusoidal":
        x = x + keep("embedding.position", sinusoidal())
    elif positions == "learned":
        x = x + keep("embedding.position", w["position_embedding"][:T])
    keep("embedding.output", x)
    for layer in range(LAYERS):
        name = f"layers.{layer}."
        keep(name + "input", x)
        if before:
            residual = x + attend(layer, keep(name + "attention.norm", norm(name + "attention_norm", x)))
            keep(name + "attention.residual", residual)
            normed = keep(name + "feed_forward.norm", norm(name + "feed_forward_norm", residual))
            x = residual + feed_forward(layer, normed)
        else:
            residual = keep(name + "attention.residual", x + attend(layer, x))
            normed = keep(name + "attention.norm", norm(name + "attention_norm", residual))
            x = keep(name + "feed_forward.norm", norm(name + "feed_forward_norm", normed + feed_forward(layer, normed)))
        keep(name + "output", x)
    if before:
        x = keep("final.norm", norm("final_norm", x))
    keep("logits", x @ w["token_embedding"].T)
    return stages


# The same by other means: torch.nn.TransformerEncoderLayer, or sums


def relative_rotary_scores(query, key):
    """[H,T,T] from unrotated [H,T,d]: Re(sum_c q_c conj(k_c) e^(i (m - n) theta_c)), equation 16 of Su et al. 2021."""
    half = HEAD_WIDTH // 2
    q = torch.complex(query[..., :half], query[..., half:])
    k = torch.complex(key[..., :half], key[..., half:])
    step = torch.arange(T)[:, None] - torch.arange(T)[None, :]
    theta = torch.tensor([10000.0 ** (-2.0 * c / HEAD_WIDTH) for c in range(half)], dtype=torch.float64)
    turn = torch.polar(torch.ones(T, T, half, dtype=torch.float64), step[..., None] * theta)
    return torch.einsum("htc,hsc,tsc->hts", q, k.conj(), turn).real


def cross_check_heads(name, w, config, stages):
    """Asserts that what torch's layer cannot do gives the head outputs that running sums and differences give."""
    experiment = RARE | config["experiment"]
    for layer in range(LAYERS):
        stage = f"layers.{layer}.attention."
        query, key, value = (stages[stage + part] for part in ("query", "key", "value"))
        source = stages[stage + "norm"] if config["norm"] == "before" else stages[f"layers.{layer}.input"]
        projected = source @ w[f"layers.{layer}.value.weight"] + w[f"layers.{layer}.value.bias"]
        whole = key if experiment["values"] == "keys" else torch.stack(projected.split(HEAD_WIDTH, dim=1))
        if experiment["kernel"] == "linear":  # Equations 5 and 9 of Katharopoulos et al. 2020, without a T x T matrix
            features = [torch.where(x > 0, x + 1, x.exp()) for x in (query, key)]
            kept = [0.0 if token in experiment["zeroed"] else 1.0 for token in range(T)]
            sums = torch.einsum("t,htc,htd->htcd", torch.tensor(kept, dtype=torch.float64), features[1], whole)
            weight = features[1]
            if config["mask"]["direction"] == "causal":
                sums, weight = sums.cumsum(dim=1), weight.cumsum(dim=1)
            else:
                sums, weight = sums.sum(dim=1, keepdim=True), weight.sum(dim=1, keepdim=True)
            expected = torch.einsum("htc,htcd->htd", features[0], sums.expand(HEADS, T, HEAD_WIDTH, HEAD_WIDTH))
            expected = expected / (features[0] * weight).sum(dim=-1, keepdim=True)
        else:
            additive = torch.zeros(T, T, dtype=torch.float64).masked_fill(~visible(config["mask"], experiment), -math.inf)
            scores = torch.baddbmm(additive.expand(HEADS, T, T), query, key.transpose(1, 2), alpha=1 / math.sqrt(HEAD_WIDTH))
            expected = (scores - scores.logsumexp(dim=-1, keepdim=True)).exp() @ whole
            for token in experiment["zeroed"]:
                expected = expected - stages[stage + "weights"][:, :, token, None] * whole[:, token, None]
        worst = (stages[stage + "heads"] - expected).abs().max().item()
        assert worst < 1e-12, f"{name}: sums differ by {worst} at {stage}heads"
        assert (value[:, experiment["zeroed"]] == 0).all()


def cross_check(name, weights, config, stages):
    """Asserts that torch's own layers give the same outputs and attention weights, or cross_check_heads that the heads are right.

    Whatever torch's layer lacks goes where it has an equivalent: scale and temperature into the query map; ALiBi, masks
    and what rotary encoding changes of the scores into its additive mask; ablated heads out of the rows of W_O.
    """
    w = {key: tensor.double() for key, tensor in weights.items()}
    experiment = RARE | config["experiment"]
    positions = config["positions"] if experiment["positions"] == "own" else experiment["positions"]
    if experiment["kernel"] == "linear" or experiment["values"] == "keys" or experiment["zeroed"]:
        cross_check_heads(name, w, config, stages)
        return
    if experiment["sharing"] == "first head":
        for key in [f"layers.{layer}.{part}" for layer in range(LAYERS) for part in ("query", "key", "value")]:
            for kind in (".weight", ".bias"):
                w[key + kind] = w[key + kind][..., :HEAD_WIDTH].repeat(*[1] * (w[key + kind].dim() - 1), HEADS)
    scale = 1.0 if experiment["scaling"] == "off" else 1.0 / math.sqrt(HEAD_WIDTH)
    query_factor = scale * math.sqrt(HEAD_WIDTH) / experiment["temperature"]
    x = stages["embedding.output"][None]
    for layer in range(LAYERS):
        prefix = f"layers.{layer}."
        torch_layer = torch.nn.TransformerEncoderLayer(
            D, HEADS, F, dropout=0.0, activation=lambda hidden: activate(config["activation"], hidden),
            layer_norm_eps=EPSILON, batch_first=True, norm_first=config["norm"] == "before").double()
        query, key = w[prefix + "query.weight"], w[prefix + "key.weight"]
        output = w[prefix + "output.weight"].clone()
        for ablated_layer, head in experiment["ablated"]:
            if ablated_layer == layer:
                output[head * HEAD_WIDTH : (head + 1) * HEAD_WIDTH] = 0.0
        torch_layer.load_state_dict({
            "self_attn.in_proj_weight": torch.cat([query_factor * query.T, key.T, w[prefix + "value.weight"].T]),
            "self_attn.in_proj_bias": torch.cat([query_factor * w[prefix + "query.bias"], w[prefix + "key.bias"],
                                                 w[prefix + "value.bias"]]),
            "self_attn.out_proj.weight": output.T, "self_attn.out_proj.bias": w[prefix + "output.bias"],
            "linear1.weight": w[prefix + "expand.weight"].T, "linear1.bias": w[prefix + "expand.bias"],
            "linear2.weight": w[prefix + "contract.weight"].T, "linear2.bias": w[prefix + "contract.bias"],
            "norm1.weight": w[prefix + "attention_norm.gain"], "norm1.bias": w[prefix + "attention_norm.bias"],
            "norm2.weight": w[prefix + "feed_forward_norm.gain"], "norm2.bias": w[prefix + "feed_forward_norm.bias"]})
        attention_input = torch_layer.norm1(x) if config["norm"] == "before" else x
        additive = torch.zeros(HEADS, T, T, dtype=torch.float64)
        if positions == "alibi":
            additive += alibi_bias()
        if positions == "rotary":
            def heads(which):
                projected = attention_input[0] @ w[f"{prefix}{which}.weight"] + w[f"{prefix}{which}.bias"]
                return torch.stack(projected.split(HEAD_WIDTH, dim=1))

            plain = torch.einsum("htd,hsd->hts", heads("query"), heads("key"))
            additive += scale * (relative_rotary_scores(heads("query"), heads("key")) - plain)
        additive = additive / experiment["temperature"]
        for i in range(T):
            for j in range(T):
                if not visible(config["mask"], experiment)[i, j]:
                    additive[:, i, j] = -math.inf
        _, attention = torch_layer.self_attn(attention_input, attention_input, attention_input, attn_mask=additive,
                                             average_attn_weights=False)
        x = torch_layer(x, src_mask=additive)
        for stage, theirs in (("attention.weights", attention[0]), ("output", x[0])):
            worst = (stages[prefix + stage] - theirs).abs().max().item()
            assert worst < 1e-12, f"{name}: torch.nn.TransformerEncoderLayer differs by {worst} at {prefix}{stage}"


# Files


def as_floats(tensors):
    return {name: tensor.detach().float() for name, tensor in tensors.items()}


def files():
    """Every golden file: name -> bytes."""
    sizes = {"layers": LAYERS, "heads": HEADS, "width": D, "feed_forward_width": F, "vocabulary": V,
             "max_tokens": MAX_TOKENS, "norm_epsilon": EPSILON}
    models = {norm: draw_weights(norm) for norm in ("before", "after")}
    result = {f"weights_{norm}.safetensors": pack(as_floats(weights), {"sizes": json.dumps(sizes)})
              for norm, weights in models.items()}
    for name, config in CASES.items():
        stages = forward(models[config["norm"]], config)
        cross_check(name, models[config["norm"]], config, stages)
        result[name + ".safetensors"] = pack(as_floats(stages), {"ids": json.dumps(IDS), "case": json.dumps(config)})
    for script in (attention_analysis, training_step, variants):
        tensors, metadata = script.tensors()
        result[script.__name__ + ".safetensors"] = pack(as_floats(tensors),
                                                        {key: json.dumps(value) for key, value in metadata.items()})
    return result


def disagreement(committed, computed):
    """Why two files differ, or None. A stage's last bit may differ: another machine may sum in another order."""
    if committed == computed:
        return None
    (ours, our_metadata), (theirs, their_metadata) = unpack(computed), unpack(committed)
    if our_metadata != their_metadata:
        return "another case"
    if [(name, array.shape) for name, array in ours.items()] != [(name, array.shape) for name, array in theirs.items()]:
        return "other tensors"
    for name, array in ours.items():
        if "sizes" in our_metadata and array.tobytes() != theirs[name].tobytes():
            return f"other weights in {name}"
        worst = numpy.abs(array - theirs[name]).max()
        if not worst <= 1e-7 + 1e-6 * numpy.abs(array).max():
            return f"{name} is off by {worst}"
    return None


def check(computed):
    """The names of missing, surplus and differing files, each with its reason."""
    committed = {path.name: path.read_bytes() for path in FOLDER.glob("*.safetensors")}
    reasons = {name: "is missing" for name in computed.keys() - committed.keys()}
    reasons |= {name: "belongs to no case" for name in committed.keys() - computed.keys()}
    for name in computed.keys() & committed.keys():
        if reason := disagreement(committed[name], computed[name]):
            reasons[name] = "disagrees: " + reason
    return reasons


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the committed files and write nothing")
    arguments = parser.parse_args()
    computed = files()
    if arguments.check:
        reasons = check(computed)
        for name, reason in sorted(reasons.items()):
            print(f"{name} {reason}")
        print(f"{len(computed) - len(reasons)} of {len(computed)} golden files agree")
        return 1 if reasons else 0
    for name, content in computed.items():
        (FOLDER / name).write_bytes(content)
    print(f"{len(computed)} files, {sum(map(len, computed.values()))} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
