"""One run of a model of each family by PyTorch, in float64; make_families.py uses it.

Each pass reads a config.json with the defaults of Hugging Face's transformers and the weights under the names that the
model without a head has there. It does what transformers does: each family its own pass, none of the engine's switches.
"""

import math

import torch
from torch.nn import functional

IDS = [3, 17, 2, 31, 8, 17, 39, 5, 24]  # One token stands there twice: only its position tells the two apart.
TYPES = [0, 0, 0, 0, 1, 1, 1, 1, 1]
T = len(IDS)


# What every pass uses


def activate(name, x):
    if name in ("gelu", "gelu_python"):
        return x * 0.5 * (1.0 + torch.erf(x / math.sqrt(2.0)))
    if name in ("gelu_new", "gelu_pytorch_tanh"):
        return 0.5 * x * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * x**3)))
    if name == "gelu_fast":
        return 0.5 * x * (1.0 + torch.tanh(x * 0.7978845608 * (1.0 + 0.044715 * x * x)))
    return {"relu": functional.relu, "silu": functional.silu, "swish": functional.silu}[name](x)


class Pass:
    """One run: a model's configuration, its weights under the names of transformers, and the stages that are kept."""

    def __init__(self, config, weights):
        self.config, self.w, self.stages = config, weights, {}

    def get(self, key, otherwise):
        value = self.config.get(key)
        return otherwise if value is None else value

    def keep(self, name, tensor):
        self.stages[name] = tensor
        return tensor

    def linear(self, name, x):
        return functional.linear(x, self.w[name + ".weight"], self.w.get(name + ".bias"))

    def layer_norm(self, name, x, epsilon):
        return functional.layer_norm(x, x.shape[-1:], self.w[name + ".weight"], self.w[name + ".bias"], epsilon)

    def rms_norm(self, name, x):
        epsilon = self.get("rms_norm_eps", 1e-6)
        return self.w[name + ".weight"] * (x * torch.rsqrt((x * x).mean(-1, keepdim=True) + epsilon))

    def attend(self, layer, query, key, value, factor, visible):
        """[H,T,d] and, of keys and values, [G,T,d] to [T,H·d]."""
        prefix = f"layers.{layer}.attention."
        self.keep(prefix + "query", query)
        self.keep(prefix + "key", key)
        key, value = (each.repeat_interleave(query.shape[0] // key.shape[0], dim=0) for each in (key, value))
        scores = (query @ key.transpose(1, 2) * factor).masked_fill(~visible, -math.inf)
        weights = self.keep(prefix + "weights", scores.softmax(-1))
        return (weights @ value).transpose(0, 1).reshape(T, -1)


def split(x, heads):
    """[T,H·d] to [H,T,d]."""
    return x.reshape(T, heads, -1).transpose(0, 1)


def causal(window=None):
    """Boolean [T,T]: a query sees itself and, of those before it, window - 1."""
    i, j = torch.arange(T)[:, None], torch.arange(T)[None, :]
    return (j <= i) if window is None else (j <= i) & (j > i - window)


def inverse_frequencies(config, dimensions, base):
    """Of rotary positions, with modeling_rope_utils' scalings."""
    plain = 1.0 / (base ** (torch.arange(0, dimensions, 2, dtype=torch.float64) / dimensions))
    scaling = config.get("rope_scaling") or config.get("rope_parameters") or {}
    kind = scaling.get("rope_type", scaling.get("type", "default"))
    if kind == "linear":
        return plain / scaling["factor"]
    if kind == "llama3":
        factor, old = scaling["factor"], scaling["original_max_position_embeddings"]
        low, high = scaling["low_freq_factor"], scaling["high_freq_factor"]
        scaled = []
        for frequency in plain.tolist():
            wave = 2.0 * math.pi / frequency
            if wave < old / high:
                scaled.append(frequency)
            elif wave > old / low:
                scaled.append(frequency / factor)
            else:
                smooth = (old / wave - low) / (high - low)
                scaled.append((1.0 - smooth) * frequency / factor + smooth * frequency)
        return torch.tensor(scaled, dtype=torch.float64)
    assert kind in ("default", "dynamic"), kind  # "dynamic" changes texts beyond max_position_embeddings alone
    return plain


def rotate(x, frequencies):
    """x cos + rotate_half(x) sin of as many of the first dimensions of [H,T,d] as there are frequencies for."""
    angle = torch.outer(torch.arange(T, dtype=torch.float64), frequencies).repeat(1, 2)
    turned, rest = x[..., : angle.shape[-1]], x[..., angle.shape[-1] :]
    first, second = turned.chunk(2, dim=-1)
    return torch.cat([turned * angle.cos() + torch.cat([-second, first], dim=-1) * angle.sin(), rest], dim=-1)


# The families


def tied_or(run, decoder, embedding):
    return run.w[decoder if run.config.get("tie_word_embeddings") is False else embedding]


def gpt2(run):
    width, heads = run.config["n_embd"], run.config["n_head"]
    epsilon, activation = run.get("layer_norm_epsilon", 1e-5), run.get("activation_function", "gelu_new")
    x = run.keep("embedding.output", run.w["wte.weight"][IDS] + run.w["wpe.weight"][:T])

    def conv1d(name, x):
        return x @ run.w[name + ".weight"] + run.w[name + ".bias"]

    for layer in range(run.config["n_layer"]):
        h = f"h.{layer}."
        factor = (width // heads) ** -0.5 if run.get("scale_attn_weights", True) else 1.0
        if run.get("scale_attn_by_inverse_layer_idx", False):
            factor /= layer + 1
        fused = conv1d(h + "attn.c_attn", run.layer_norm(h + "ln_1", x, epsilon))
        query, key, value = (split(part, heads) for part in fused.split(width, dim=-1))
        x = x + conv1d(h + "attn.c_proj", run.attend(layer, query, key, value, factor, causal()))
        hidden = activate(activation, conv1d(h + "mlp.c_fc", run.layer_norm(h + "ln_2", x, epsilon)))
        x = run.keep(f"layers.{layer}.output", x + conv1d(h + "mlp.c_proj", hidden))
    x = run.keep("final.norm", run.layer_norm("ln_f", x, epsilon))
    run.keep("logits", x @ tied_or(run, "lm_head.weight", "wte.weight").T)


def bert_encoder(run, positions):
    heads, epsilon = run.config["num_attention_heads"], run.get("layer_norm_eps", 1e-12)
    types = TYPES if run.get("type_vocab_size", 2) == 2 else [0] * T
    x = (run.w["embeddings.word_embeddings.weight"][IDS] + run.w["embeddings.token_type_embeddings.weight"][types]
         + run.w["embeddings.position_embeddings.weight"][positions])
    x = run.keep("embedding.output", run.layer_norm("embeddings.LayerNorm", x, epsilon))
    visible = causal() if run.get("is_decoder", False) else torch.ones(T, T, dtype=torch.bool)
    for layer in range(run.config["num_hidden_layers"]):
        block = f"encoder.layer.{layer}."
        query, key, value = (split(run.linear(f"{block}attention.self.{which}", x), heads)
                             for which in ("query", "key", "value"))
        attended = run.attend(layer, query, key, value, query.shape[-1] ** -0.5, visible)
        x = run.layer_norm(block + "attention.output.LayerNorm",
                           run.linear(block + "attention.output.dense", attended) + x, epsilon)
        hidden = activate(run.get("hidden_act", "gelu"), run.linear(block + "intermediate.dense", x))
        x = run.layer_norm(block + "output.LayerNorm", run.linear(block + "output.dense", hidden) + x, epsilon)
        run.keep(f"layers.{layer}.output", x)
    return x


def bert(run):
    x = bert_encoder(run, list(range(T)))
    if "cls.predictions.bias" in run.w:
        x = activate(run.get("hidden_act", "gelu"), run.linear("cls.predictions.transform.dense", x))
        x = run.layer_norm("cls.predictions.transform.LayerNorm", x, run.get("layer_norm_eps", 1e-12))
        decoder = tied_or(run, "cls.predictions.decoder.weight", "embeddings.word_embeddings.weight")
        run.keep("logits", x @ decoder.T + run.w["cls.predictions.bias"])


def roberta(run):
    padding = run.get("pad_token_id", 1)
    counts = torch.tensor([0 if token == padding else 1 for token in IDS])
    x = bert_encoder(run, counts.cumsum(0) * counts + padding)
    if "lm_head.bias" in run.w:
        x = activate("gelu", run.linear("lm_head.dense", x))  # whatever hidden_act is
        x = run.layer_norm("lm_head.layer_norm", x, run.get("layer_norm_eps", 1e-12))
        decoder = tied_or(run, "lm_head.decoder.weight", "embeddings.word_embeddings.weight")
        run.keep("logits", x @ decoder.T + run.w["lm_head.bias"])


def distilbert(run):
    activation = run.get("activation", "gelu")
    x = run.w["embeddings.word_embeddings.weight"][IDS] + run.w["embeddings.position_embeddings.weight"][:T]
    x = run.keep("embedding.output", run.layer_norm("embeddings.LayerNorm", x, 1e-12))
    for layer in range(run.config["n_layers"]):
        block = f"transformer.layer.{layer}."
        query, key, value = (split(run.linear(f"{block}attention.{which}_lin", x), run.config["n_heads"])
                             for which in "qkv")
        attended = run.attend(layer, query / math.sqrt(query.shape[-1]), key, value, 1.0,
                              torch.ones(T, T, dtype=torch.bool))
        run.keep(f"layers.{layer}.attention.query", query)  # as it is before the division
        x = run.layer_norm(block + "sa_layer_norm", run.linear(block + "attention.out_lin", attended) + x, 1e-12)
        hidden = activate(activation, run.linear(block + "ffn.lin1", x))
        x = run.layer_norm(block + "output_layer_norm", run.linear(block + "ffn.lin2", hidden) + x, 1e-12)
        run.keep(f"layers.{layer}.output", x)
    if "vocab_projector.bias" in run.w:
        x = run.layer_norm("vocab_layer_norm", activate(activation, run.linear("vocab_transform", x)), 1e-12)
        decoder = tied_or(run, "vocab_projector.weight", "embeddings.word_embeddings.weight")
        run.keep("logits", x @ decoder.T + run.w["vocab_projector.bias"])


def llama_head_width(config):
    if config.get("head_dim") is not None:
        return config["head_dim"]
    return 128 if config["model_type"] == "qwen3" else config["hidden_size"] // config["num_attention_heads"]


def windows(config):
    """Of each layer the sliding window, or None."""
    layers, kind = config["num_hidden_layers"], config["model_type"]
    if kind == "mistral":
        return [config["sliding_window"]] * layers
    if kind not in ("qwen2", "qwen3") or not config.get("use_sliding_window", False):
        return [None] * layers
    types = config.get("layer_types") or ["sliding_attention" if layer >= config.get("max_window_layers", 28)
                                          else "full_attention" for layer in range(layers)]
    return [config["sliding_window"] if each == "sliding_attention" else None for each in types]


def llama(run):
    config, width = run.config, llama_head_width(run.config)
    heads = config["num_attention_heads"]
    groups = run.get("num_key_value_heads", heads)
    base = (config.get("rope_parameters") or {}).get("rope_theta", run.get("rope_theta", 10000.0))
    frequencies = inverse_frequencies(config, width, base)
    x = run.keep("embedding.output", run.w["embed_tokens.weight"][IDS])
    for layer, window in enumerate(windows(config)):
        block = f"layers.{layer}."
        normed = run.rms_norm(block + "input_layernorm", x)
        query, key, value = (split(run.linear(f"{block}self_attn.{which}_proj", normed), count)
                             for which, count in (("q", heads), ("k", groups), ("v", groups)))
        if config["model_type"] == "qwen3":
            query, key = run.rms_norm(block + "self_attn.q_norm", query), run.rms_norm(block + "self_attn.k_norm", key)
        attended = run.attend(layer, rotate(query, frequencies), rotate(key, frequencies), value, width**-0.5,
                              causal(window))
        x = x + run.linear(block + "self_attn.o_proj", attended)
        normed = run.rms_norm(block + "post_attention_layernorm", x)
        gate = activate(run.get("hidden_act", "silu"), run.linear(block + "mlp.gate_proj", normed))
        x = x + run.linear(block + "mlp.down_proj", gate * run.linear(block + "mlp.up_proj", normed))
        run.keep(block + "output", x)
    x = run.keep("final.norm", run.rms_norm("norm", x))
    if run.get("tie_word_embeddings", False):
        run.keep("logits", x @ run.w["embed_tokens.weight"].T)
    elif "lm_head.weight" in run.w:
        run.keep("logits", run.linear("lm_head", x))


def gpt_neox(run):
    config, heads = run.config, run.config["num_attention_heads"]
    width = config["hidden_size"] // heads
    epsilon, parameters = run.get("layer_norm_eps", 1e-5), config.get("rope_parameters") or {}
    share = parameters.get("partial_rotary_factor", run.get("rotary_pct", 0.25))
    base = parameters.get("rope_theta", run.get("rotary_emb_base", run.get("rope_theta", 10000)))
    frequencies = inverse_frequencies(config, int(width * share), base)
    x = run.keep("embedding.output", run.w["embed_in.weight"][IDS])
    for layer in range(config["num_hidden_layers"]):
        block = f"layers.{layer}."

        def feed_forward(x):
            normed = run.layer_norm(block + "post_attention_layernorm", x, epsilon)
            hidden = activate(run.get("hidden_act", "gelu"), run.linear(block + "mlp.dense_h_to_4h", normed))
            return run.linear(block + "mlp.dense_4h_to_h", hidden)

        fused = run.linear(block + "attention.query_key_value", run.layer_norm(block + "input_layernorm", x, epsilon))
        query, key, value = fused.reshape(T, heads, 3 * width).transpose(0, 1).chunk(3, dim=-1)
        attended = run.attend(layer, rotate(query, frequencies), rotate(key, frequencies), value, width**-0.5, causal())
        attention = run.linear(block + "attention.dense", attended)
        if run.get("use_parallel_residual", True):
            x = feed_forward(x) + attention + x
        else:
            attention = attention + x
            x = feed_forward(attention) + attention
        run.keep(block + "output", x)
    x = run.keep("final.norm", run.layer_norm("final_layer_norm", x, epsilon))
    if run.get("tie_word_embeddings", False):
        run.keep("logits", x @ run.w["embed_in.weight"].T)
    elif "embed_out.weight" in run.w:
        run.keep("logits", run.linear("embed_out", x))


PASSES = {"gpt2": gpt2, "bert": bert, "distilbert": distilbert, "roberta": roberta, "llama": llama, "mistral": llama,
          "qwen2": llama, "qwen3": llama, "gpt_neox": gpt_neox}
