#!/usr/bin/python3
"""Golden models of every family that can be opened: tiny checkpoints as people have them, and what PyTorch makes of
them.

    make_families.py           writes every folder anew
    make_families.py --check   computes every folder anew and says whether the committed ones agree; status 1 if not

families/CASE/ is a folder as Hugging Face's transformers saves it: config.json, model.safetensors (or shards and their
index) and a tokenizer, its weights seeded and random, norms and biases too. Each has something that checkpoints differ
in: a prefix or none, half precision, tied tensors, names that once were others, tensors that no forward pass needs.
expected.safetensors beside them holds stages of one run over the ids (and token types) of its metadata, under the names
of the table in core/trace/stage.cpp.

The stages come from family_passes.py, from the weights as stored: of F16 and BF16 the rounded ones.
Needs Debian's python3-torch and python3-numpy.
"""

import argparse
import json
import math
import sys
import zlib
from pathlib import Path

import numpy
import torch

from family_passes import IDS, PASSES, T, TYPES, Pass, llama_head_width
from safetensors_file import pack, raw, unpack

FOLDER = Path(__file__).resolve().parent / "families"
V, MAX_TOKENS = 40, 16


# Weights: each family's tensors, under the names of transformers' model without a head


class Draw:
    """Seeded weights. Biases and gains are far from 0 and 1: leaving one out shows."""

    def __init__(self, seed):
        self.generator, self.weights = torch.Generator().manual_seed(seed), {}

    def uniform(self, name, *shape, bound, centre=0.0):
        # Whole 24-bit numbers scaled by exact factors: the same bits on every machine.
        whole = torch.randint(0, 1 << 24, shape, generator=self.generator).double() / (1 << 23) - 1.0
        self.weights[name] = (centre + bound * whole).float()

    def linear(self, name, fan_in, fan_out, bias=True, gain=1.0, turned=False):
        shape = (fan_in, fan_out) if turned else (fan_out, fan_in)
        self.uniform(name + ".weight", *shape, bound=gain * math.sqrt(3.0 / fan_in))
        if bias:
            self.uniform(name + ".bias", fan_out, bound=0.3)

    def norm(self, name, width, bias=True):
        self.uniform(name + ".weight", width, bound=0.6, centre=1.0)
        if bias:
            self.uniform(name + ".bias", width, bound=0.4)

    def embedding(self, name, rows, width, bound):
        self.uniform(name + ".weight", rows, width, bound=bound)


def draw_gpt2(draw, config):
    width = config["n_embd"]
    inner = config.get("n_inner") or 4 * width
    draw.embedding("wte", V, width, 1.7)
    draw.embedding("wpe", config.get("n_positions") or config["n_ctx"], width, 1.2)
    for layer in range(config["n_layer"]):
        h = f"h.{layer}."
        draw.norm(h + "ln_1", width)
        draw.linear(h + "attn.c_attn", width, 3 * width, gain=1.5, turned=True)
        draw.linear(h + "attn.c_proj", width, width, turned=True)
        draw.norm(h + "ln_2", width)
        draw.linear(h + "mlp.c_fc", width, inner, turned=True)
        draw.linear(h + "mlp.c_proj", inner, width, turned=True)
    draw.norm("ln_f", width)


def draw_bert(draw, config):
    width, inner = config["hidden_size"], config["intermediate_size"]
    draw.embedding("embeddings.word_embeddings", V, width, 1.7)
    draw.embedding("embeddings.position_embeddings", config["max_position_embeddings"], width, 1.2)
    draw.embedding("embeddings.token_type_embeddings", config.get("type_vocab_size", 2), width, 0.8)
    draw.norm("embeddings.LayerNorm", width)
    for layer in range(config["num_hidden_layers"]):
        block = f"encoder.layer.{layer}."
        for which in ("query", "key", "value"):
            draw.linear(f"{block}attention.self.{which}", width, width, gain=1.5)
        draw.linear(block + "attention.output.dense", width, width)
        draw.norm(block + "attention.output.LayerNorm", width)
        draw.linear(block + "intermediate.dense", width, inner)
        draw.linear(block + "output.dense", inner, width)
        draw.norm(block + "output.LayerNorm", width)


def draw_distilbert(draw, config):
    width, inner = config["dim"], config["hidden_dim"]
    draw.embedding("embeddings.word_embeddings", V, width, 1.7)
    draw.embedding("embeddings.position_embeddings", config["max_position_embeddings"], width, 1.2)
    draw.norm("embeddings.LayerNorm", width)
    for layer in range(config["n_layers"]):
        block = f"transformer.layer.{layer}."
        for which in "qkv":
            draw.linear(f"{block}attention.{which}_lin", width, width, gain=1.5)
        draw.linear(block + "attention.out_lin", width, width)
        draw.norm(block + "sa_layer_norm", width)
        draw.linear(block + "ffn.lin1", width, inner)
        draw.linear(block + "ffn.lin2", inner, width)
        draw.norm(block + "output_layer_norm", width)


def draw_llama(draw, config):
    width, inner, heads = config["hidden_size"], config["intermediate_size"], config["num_attention_heads"]
    head_width, kind = llama_head_width(config), config["model_type"]
    keys = (config.get("num_key_value_heads") or heads) * head_width
    attention_bias, mlp_bias = config.get("attention_bias", False), config.get("mlp_bias", False)
    draw.embedding("embed_tokens", V, width, 1.7)
    for layer in range(config["num_hidden_layers"]):
        block = f"layers.{layer}."
        draw.norm(block + "input_layernorm", width, bias=False)
        for which, columns in (("q", heads * head_width), ("k", keys), ("v", keys)):
            draw.linear(f"{block}self_attn.{which}_proj", width, columns, bias=attention_bias or kind == "qwen2",
                        gain=1.5)
        if kind == "qwen3":
            draw.norm(block + "self_attn.q_norm", head_width, bias=False)
            draw.norm(block + "self_attn.k_norm", head_width, bias=False)
        draw.linear(block + "self_attn.o_proj", heads * head_width, width, bias=attention_bias)
        draw.norm(block + "post_attention_layernorm", width, bias=False)
        draw.linear(block + "mlp.gate_proj", width, inner, bias=mlp_bias)
        draw.linear(block + "mlp.up_proj", width, inner, bias=mlp_bias)
        draw.linear(block + "mlp.down_proj", inner, width, bias=mlp_bias)
    draw.norm("norm", width, bias=False)


def draw_gpt_neox(draw, config):
    width, inner, bias = config["hidden_size"], config["intermediate_size"], config.get("attention_bias", True)
    draw.embedding("embed_in", V, width, 1.7)
    for layer in range(config["num_hidden_layers"]):
        block = f"layers.{layer}."
        draw.norm(block + "input_layernorm", width)
        draw.linear(block + "attention.query_key_value", width, 3 * width, bias=bias, gain=1.5)
        draw.linear(block + "attention.dense", width, width, bias=bias)
        draw.norm(block + "post_attention_layernorm", width)
        draw.linear(block + "mlp.dense_h_to_4h", width, inner)
        draw.linear(block + "mlp.dense_4h_to_h", inner, width)
    draw.norm("final_layer_norm", width)


# The heads of language models; their tensors never have the prefix.


def own_head(name):
    """A language model's untied head."""
    return lambda draw, width: draw.linear(name, width, V, bias=False)


def masked_head(dense, norm, bias):
    """What predicts masked words, beside its tied decoder."""
    def head(draw, width):
        draw.linear(dense, width, width)
        draw.norm(norm, width)
        draw.uniform(bias, V, bound=0.5)
    return head


def with_decoder(head, name):
    """The decoder's weight, too, which is another than the embedding."""
    def both(draw, width):
        head(draw, width)
        draw.linear(name, width, V, bias=False)
    return both


BERT_HEAD = masked_head("cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm",
                        "cls.predictions.bias")
ROBERTA_HEAD = masked_head("lm_head.dense", "lm_head.layer_norm", "lm_head.bias")
DISTILBERT_HEAD = masked_head("vocab_transform", "vocab_layer_norm", "vocab_projector.bias")

FAMILIES = {
    # model_type: its weights, its prefix, its token embedding
    "gpt2": (draw_gpt2, "transformer.", "wte.weight"),
    "bert": (draw_bert, "bert.", "embeddings.word_embeddings.weight"),
    "distilbert": (draw_distilbert, "distilbert.", "embeddings.word_embeddings.weight"),
    "roberta": (draw_bert, "roberta.", "embeddings.word_embeddings.weight"),
    "llama": (draw_llama, "model.", "embed_tokens.weight"),
    "mistral": (draw_llama, "model.", "embed_tokens.weight"),
    "qwen2": (draw_llama, "model.", "embed_tokens.weight"),
    "qwen3": (draw_llama, "model.", "embed_tokens.weight"),
    "gpt_neox": (draw_gpt_neox, "gpt_neox.", "embed_in.weight"),
}


# Tensors that no forward pass needs, and other ways to store the same


def junk(*shape):
    """Numbers which, if used, would show."""
    return torch.full(shape, 9.0)


def triangle():
    return torch.ones(1, 1, MAX_TOKENS, MAX_TOKENS, dtype=torch.uint8).tril()


def gpt2_masks(config):
    """The buffers of each layer's mask: as numbers, as in OpenAI's checkpoints, and the value of masked scores."""
    for layer in range(config["n_layer"]):
        yield f"transformer.h.{layer}.attn.bias", triangle().float()
        yield f"transformer.h.{layer}.attn.masked_bias", torch.tensor(-10000.0)


def gpt_neox_buffers(config):
    for layer in range(config["num_hidden_layers"]):
        block = f"gpt_neox.layers.{layer}.attention."
        yield block + "bias", triangle().bool()
        yield block + "masked_bias", torch.tensor(-1e9)
        yield block + "rotary_emb.inv_freq", junk(1)


def llama_frequencies(config):
    for layer in range(config["num_hidden_layers"]):
        yield f"model.layers.{layer}.self_attn.rotary_emb.inv_freq", junk(llama_head_width(config) // 2)


def position_ids(name):
    return lambda config: [(name, torch.arange(config["max_position_embeddings"])[None])]


def pooler(prefix=""):
    def tensors(config):
        width = config["hidden_size"]
        return [(prefix + "pooler.dense.weight", junk(width, width)), (prefix + "pooler.dense.bias", junk(width))]
    return tensors


def classifier(name, labels=3):
    def tensors(config):
        width = config.get("hidden_size") or config.get("dim") or config["n_embd"]
        return [(name + ".weight", junk(labels, width)), (name + ".bias", junk(labels))]
    return tensors


def gamma_beta(name):
    """The spelling of norms before 2019."""
    if "LayerNorm" in name:
        return name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")
    return name


def case(config, **options):
    """@param config as in config.json

    prefix       whether the names have the family's
    dtype        of the file
    head         what draws a head
    more         functions of the configuration that give further tensors
    rename       of a name in the file
    copies       another name in the file -> the name whose tensor it repeats
    shared       the name in the file under which the token embedding stands in place of its own
    bare         a header without __metadata__ and without padding, its entries in another order than the data
    float_norms  whether norms are F32 whatever the dtype
    shards       into how many files the weights are cut
    """
    known = {"prefix": True, "dtype": torch.float32, "head": None, "more": (), "rename": lambda name: name,
             "copies": {}, "shared": None, "bare": False, "float_norms": False, "shards": 1}
    assert options.keys() <= known.keys()
    return {"config": config, **known, **options}


# config.json's entries beside those of a case, as the library writes them


def gpt2_config(**entries):
    return {"architectures": ["GPT2LMHeadModel"], "attn_pdrop": 0.1, "bos_token_id": 0, "embd_pdrop": 0.1,
            "eos_token_id": 0, "initializer_range": 0.02, "layer_norm_epsilon": 1e-05, "model_type": "gpt2",
            "n_embd": 16, "n_head": 4, "n_layer": 2, "n_positions": MAX_TOKENS, "resid_pdrop": 0.1, "summary_activation": None,
            "summary_first_dropout": 0.1, "summary_proj_to_labels": True, "summary_type": "cls_index",
            "summary_use_proj": True, "vocab_size": V} | entries


def bert_config(architecture, **entries):
    return {"architectures": [architecture], "attention_probs_dropout_prob": 0.1, "gradient_checkpointing": False,
            "hidden_act": "gelu", "hidden_dropout_prob": 0.1, "hidden_size": 16, "initializer_range": 0.02,
            "intermediate_size": 24, "layer_norm_eps": 1e-12, "max_position_embeddings": MAX_TOKENS,
            "model_type": "bert", "num_attention_heads": 4, "num_hidden_layers": 2, "pad_token_id": 0, "position_embedding_type": "absolute",
            "type_vocab_size": 2, "use_cache": True, "vocab_size": V} | entries


def roberta_config(architecture, **entries):
    return bert_config(architecture, **{"model_type": "roberta", "layer_norm_eps": 1e-05, "pad_token_id": 1,
                                        "bos_token_id": 0, "eos_token_id": 2, "type_vocab_size": 1,
                                        "max_position_embeddings": MAX_TOKENS + 2} | entries)


def distilbert_config(architecture, **entries):
    return {"activation": "gelu", "architectures": [architecture], "attention_dropout": 0.1, "dim": 16, "dropout": 0.1,
            "hidden_dim": 24, "initializer_range": 0.02, "max_position_embeddings": MAX_TOKENS,
            "model_type": "distilbert", "n_heads": 4, "n_layers": 2, "pad_token_id": 0, "qa_dropout": 0.1, "seq_classif_dropout": 0.2,
            "sinusoidal_pos_embds": False, "tie_weights_": True, "vocab_size": V} | entries


def llama_config(**entries):
    return {"architectures": ["LlamaForCausalLM"], "bos_token_id": 1, "eos_token_id": 2, "hidden_act": "silu",
            "hidden_size": 24, "initializer_range": 0.02, "intermediate_size": 20, "max_position_embeddings": 2048,
            "model_type": "llama", "num_attention_heads": 4, "num_hidden_layers": 2, "num_key_value_heads": 2,
            "rms_norm_eps": 1e-05, "use_cache": True, "vocab_size": V} | entries


def qwen_config(kind, **entries):
    return llama_config(**{"architectures": [kind.capitalize() + "ForCausalLM"], "attention_dropout": 0.0,
                           "model_type": kind, "rms_norm_eps": 1e-06, "rope_theta": 1000000.0, "sliding_window": 4,
                           "max_window_layers": 1, "tie_word_embeddings": True, "use_sliding_window": False} | entries)


def gpt_neox_config(**entries):
    return {"architectures": ["GPTNeoXForCausalLM"], "bos_token_id": 0, "eos_token_id": 0, "hidden_act": "gelu",
            "hidden_size": 32, "initializer_range": 0.02, "intermediate_size": 24, "layer_norm_eps": 1e-05,
            "max_position_embeddings": 2048, "model_type": "gpt_neox", "num_attention_heads": 2, "num_hidden_layers": 2,
            "rotary_emb_base": 10000, "rotary_pct": 0.25, "tie_word_embeddings": False, "use_cache": True,
            "use_parallel_residual": True, "vocab_size": V} | entries


LLAMA3 = {"factor": 8.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0, "original_max_position_embeddings": 64}
HALF, BRAIN = torch.float16, torch.bfloat16
LM_HEAD = own_head("lm_head")

CASES = {
    # GPT-2
    "gpt2_prefix_masks": case(gpt2_config(n_ctx=MAX_TOKENS), more=[gpt2_masks], dtype=HALF),
    "gpt2_base_scaled_by_layer": case(
        gpt2_config(architectures=["GPT2Model"], activation_function="gelu", n_inner=40, layer_norm_epsilon=1e-3,
                    scale_attn_by_inverse_layer_idx=True, reorder_and_upcast_attn=True, torch_dtype="float16"),
        prefix=False, dtype=HALF, bare=True),
    "gpt2_untied": case(
        gpt2_config(activation_function="relu", n_inner=None, scale_attn_weights=True, tie_word_embeddings=False,
                    torch_dtype="bfloat16"),
        head=LM_HEAD, dtype=BRAIN),
    "gpt2_unscaled_stored_head": case(
        gpt2_config(activation_function="gelu_fast", scale_attn_weights=False, n_inner=24),
        copies={"lm_head.weight": "transformer.wte.weight"}),
    "gpt2_classifier": case(
        {key: value for key, value in gpt2_config(n_ctx=MAX_TOKENS, architectures=["GPT2ForSequenceClassification"]).items()
         if key not in ("n_positions", "layer_norm_epsilon")},
        more=[classifier("score")], dtype=BRAIN),
    "gpt2_embedding_under_head": case(gpt2_config(activation_function="gelu_pytorch_tanh"), shared="lm_head.weight",
                                      dtype=HALF),
    # BERT
    "bert_masked_gamma_beta": case(
        bert_config("BertForMaskedLM"), head=BERT_HEAD, rename=gamma_beta,
        more=[position_ids("bert.embeddings.position_ids"), pooler("bert."), classifier("cls.seq_relationship", 2)]),
    "bert_masked_stored_decoder": case(
        bert_config("BertForPreTraining", hidden_act="relu", torch_dtype="float16"), head=BERT_HEAD, dtype=HALF,
        copies={"cls.predictions.decoder.weight": "bert.embeddings.word_embeddings.weight",
                "cls.predictions.decoder.bias": "cls.predictions.bias"}),
    "bert_masked_untied": case(
        bert_config("BertForMaskedLM", tie_word_embeddings=False, hidden_act="gelu_new", layer_norm_eps=1e-5),
        head=with_decoder(BERT_HEAD, "cls.predictions.decoder"), dtype=BRAIN,
        rename=lambda name: name.replace("cls.predictions.bias", "cls.predictions.decoder.bias")),
    "bert_base_minilm": case(
        bert_config("BertModel", torch_dtype="float16"), prefix=False, dtype=HALF,
        more=[position_ids("embeddings.position_ids"), pooler()]),
    "bert_classifier": case(
        {key: value for key, value in bert_config("BertForSequenceClassification", classifier_dropout=None,
                                                  problem_type="single_label_classification",
                                                  id2label={"0": "a", "1": "b", "2": "c"}).items()
         if key not in ("position_embedding_type", "type_vocab_size", "layer_norm_eps", "hidden_act")},
        more=[pooler("bert."), classifier("classifier")], dtype=BRAIN, bare=True),
    "bert_decoder": case(bert_config("BertLMHeadModel", is_decoder=True), head=BERT_HEAD, dtype=HALF),
    # DistilBERT
    "distilbert_masked": case(
        distilbert_config("DistilBertForMaskedLM"), head=DISTILBERT_HEAD,
        copies={"vocab_projector.weight": "distilbert.embeddings.word_embeddings.weight"}),
    "distilbert_masked_half": case(
        distilbert_config("DistilBertForMaskedLM", activation="relu", dtype="float16"), head=DISTILBERT_HEAD, dtype=HALF),
    "distilbert_base": case(
        distilbert_config("DistilBertModel", sinusoidal_pos_embds=True), prefix=False, dtype=BRAIN, bare=True),
    "distilbert_classifier": case(
        distilbert_config("DistilBertForSequenceClassification", finetuning_task="sst-2"), dtype=HALF,
        more=[classifier("pre_classifier", 16), classifier("classifier", 2)]),
    # RoBERTa
    "roberta_masked": case(
        roberta_config("RobertaForMaskedLM"), head=ROBERTA_HEAD,
        more=[position_ids("roberta.embeddings.position_ids"), pooler("roberta.")]),
    "roberta_masked_stored_decoder": case(
        roberta_config("RobertaForMaskedLM", torch_dtype="float16"), head=ROBERTA_HEAD, dtype=HALF,
        copies={"lm_head.decoder.weight": "roberta.embeddings.word_embeddings.weight",
                "lm_head.decoder.bias": "lm_head.bias"}),
    "roberta_masked_relu": case(
        roberta_config("RobertaForMaskedLM", hidden_act="relu", type_vocab_size=2), head=ROBERTA_HEAD, dtype=BRAIN),
    "roberta_base": case(roberta_config("RobertaModel"), prefix=False, dtype=HALF, more=[pooler()], bare=True),
    "roberta_other_padding": case(
        roberta_config("RobertaForTokenClassification", pad_token_id=0), more=[classifier("classifier")], dtype=HALF),
    # Llama
    "llama_grouped": case(llama_config(pretraining_tp=1, rope_scaling=None, tie_word_embeddings=False), head=LM_HEAD),
    "llama_single_key_head_tied": case(
        llama_config(num_key_value_heads=1, rope_theta=500000.0, tie_word_embeddings=True, torch_dtype="bfloat16"),
        dtype=BRAIN, bare=True),
    "llama_head_width_biases": case(
        llama_config(hidden_size=16, head_dim=8, attention_bias=True, mlp_bias=True, rms_norm_eps=1e-3), head=LM_HEAD,
        dtype=HALF),
    "llama_sharded": case(
        llama_config(num_key_value_heads=4, torch_dtype="bfloat16"), head=LM_HEAD, dtype=BRAIN, shards=3,
        more=[llama_frequencies]),
    "llama_linear": case(
        llama_config(head_dim=8, hidden_size=16, rope_scaling={"factor": 4.0, "type": "linear"}), head=LM_HEAD,
        dtype=HALF),
    "llama_llama3": case(
        llama_config(head_dim=8, hidden_size=16, rope_scaling=LLAMA3 | {"rope_type": "llama3"}, attention_bias=False,
                     mlp_bias=False),
        head=LM_HEAD, dtype=BRAIN),
    "llama_llama3_older_key": case(
        llama_config(head_dim=8, hidden_size=16, rope_scaling=LLAMA3 | {"type": "llama3"}, tie_word_embeddings=True),
        dtype=HALF),
    "llama_rope_parameters": case(
        llama_config(head_dim=8, hidden_size=16, dtype="float16",
                     rope_parameters=LLAMA3 | {"rope_theta": 50000.0, "rope_type": "llama3"}),
        head=LM_HEAD, dtype=HALF),
    "llama_dynamic": case(
        llama_config(head_dim=8, hidden_size=16, rope_scaling={"factor": 2.0, "type": "dynamic"}), head=LM_HEAD,
        dtype=HALF),
    "llama_base": case(
        {key: value for key, value in llama_config(architectures=["LlamaModel"]).items() if key != "num_key_value_heads"},
        prefix=False, dtype=HALF),
    "llama_smollm": case(
        llama_config(hidden_size=18, num_attention_heads=3, num_key_value_heads=1, is_llama_config=True,
                     rope_interleaved=False, rope_scaling=None, rope_theta=100000, tie_word_embeddings=True,
                     attention_bias=False, **{"transformers.js_config": {"kv_cache_dtype": {"q4f16": "float16"}}}),
        dtype=BRAIN),
    "llama_tied_stored_head": case(
        llama_config(tie_word_embeddings=True), dtype=HALF, float_norms=True,
        copies={"lm_head.weight": "model.embed_tokens.weight"}),
    # Mistral
    "mistral_window": case(
        llama_config(architectures=["MistralForCausalLM"], model_type="mistral", sliding_window=4,
                     tie_word_embeddings=False),
        head=LM_HEAD, dtype=BRAIN),
    "mistral_head_width": case(
        llama_config(architectures=["MistralForCausalLM"], model_type="mistral", sliding_window=None, head_dim=8,
                     hidden_size=16, rope_theta=1000000.0, attention_dropout=0.0),
        head=LM_HEAD, dtype=HALF),
    # Qwen2 and Qwen3
    "qwen2_tied": case(qwen_config("qwen2"), dtype=BRAIN),
    "qwen2_window": case(qwen_config("qwen2", use_sliding_window=True, tie_word_embeddings=False), head=LM_HEAD,
                         dtype=HALF),
    "qwen2_layer_types": case(
        qwen_config("qwen2", use_sliding_window=True, max_window_layers=28,
                    layer_types=["sliding_attention", "full_attention"]),
        dtype=HALF),
    "qwen3_tied": case(qwen_config("qwen3", head_dim=8, hidden_size=16, attention_bias=False), dtype=BRAIN),
    "qwen3_default_head_width": case(
        qwen_config("qwen3", hidden_size=8, num_attention_heads=2, num_key_value_heads=1, num_hidden_layers=1), dtype=HALF),
    "qwen3_biases": case(
        {key: value for key, value in qwen_config(
            "qwen3", head_dim=6, attention_bias=True, tie_word_embeddings=False, sliding_window=None,
            layer_types=["full_attention"] * 2, rope_parameters={"rope_theta": 1000000, "rope_type": "default"}).items()
         if key != "rope_theta"},
        head=LM_HEAD, dtype=HALF),
    # GPT-NeoX
    "gpt_neox_parallel_buffers": case(
        gpt_neox_config(torch_dtype="float16"), head=own_head("embed_out"), dtype=HALF, more=[gpt_neox_buffers]),
    "gpt_neox_sequential": case(
        gpt_neox_config(use_parallel_residual=False, rotary_pct=1.0, hidden_act="gelu_fast", rotary_emb_base=25000,
                        attention_bias=True),
        head=own_head("embed_out"), dtype=BRAIN),
    "gpt_neox_without_attention_bias": case(
        {key: value for key, value in gpt_neox_config(
            attention_bias=False,
            rope_parameters={"partial_rotary_factor": 0.5, "rope_theta": 20000, "rope_type": "default"}).items()
         if key not in ("rotary_pct", "rotary_emb_base")},
        head=own_head("embed_out"), dtype=HALF),
    "gpt_neox_tied": case(
        gpt_neox_config(tie_word_embeddings=True, rope_scaling={"factor": 2.0, "type": "linear"}), dtype=HALF),
    "gpt_neox_base": case(gpt_neox_config(architectures=["GPTNeoXModel"]), prefix=False, dtype=BRAIN, bare=True),
}


# Files


def tokenizer_file(kind):
    """One letter a token; the texts of these models are ids."""
    letters = ["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"] + [chr(ord("A") + i) for i in range(V - 5)]
    if kind in ("bert", "distilbert"):
        return "vocab.txt", "".join(letter + "\n" for letter in letters).encode()
    model = {"type": "BPE", "unk_token": "[UNK]", "vocab": {letter: i for i, letter in enumerate(letters)}, "merges": []}
    return "tokenizer.json", json.dumps({"version": "1.0", "added_tokens": [], "normalizer": None, "pre_tokenizer": None,
                                         "post_processor": None, "decoder": None, "model": model}).encode()


def weights_files(tensors, options):
    """File name -> bytes: one file, or shards with their index."""
    if options["shards"] == 1:
        return {"model.safetensors": pack(tensors, bare=options["bare"])}
    names, count, files, weight_map = list(tensors), options["shards"], {}, {}
    for shard in range(count):
        file = f"model-{shard + 1:05}-of-{count:05}.safetensors"
        mine = names[shard::count]  # so that every layer is in every shard
        files[file] = pack({name: tensors[name] for name in mine}, bare=options["bare"])
        weight_map |= {name: file for name in mine}
    size = sum(len(raw(tensor)) for tensor in tensors.values())
    index = {"metadata": {"total_size": size}, "weight_map": dict(sorted(weight_map.items()))}
    return files | {"model.safetensors.index.json": (json.dumps(index, indent=2) + "\n").encode()}


def folder(name, options):
    """The files of a case: name -> bytes."""
    config, dtype = options["config"], options["dtype"]
    draw_weights, prefix, embedding = FAMILIES[config["model_type"]]
    draw = Draw(zlib.crc32(name.encode()))
    draw_weights(draw, config)
    base = set(draw.weights)
    if options["head"]:
        options["head"](draw, config.get("hidden_size") or config.get("dim") or config["n_embd"])
    weights = {key: tensor.to(torch.float32 if options["float_norms"] and "norm" in key else dtype)
               for key, tensor in draw.weights.items()}

    run = Pass(config, {key: tensor.double() for key, tensor in weights.items()})
    PASSES[config["model_type"]](run)

    stored = {}
    for key, tensor in weights.items():
        in_file = prefix + key if options["prefix"] and key in base else key
        if key == embedding and options["shared"]:
            in_file = options["shared"]
        stored[options["rename"](in_file)] = tensor
    for copy, original in options["copies"].items():
        stored[copy] = stored[original]
    for more in options["more"]:
        for key, tensor in more(config):
            assert key not in stored
            stored[key] = tensor.to(dtype) if tensor.dtype == torch.float32 else tensor
    tokenizer, content = tokenizer_file(config["model_type"])
    takes_types = config["model_type"] in ("bert", "roberta") and config.get("type_vocab_size", 2) == 2
    metadata = {"ids": json.dumps(IDS), "types": json.dumps(TYPES if takes_types else [0] * T)}
    return {"config.json": (json.dumps(config, indent=2, sort_keys=True) + "\n").encode(), tokenizer: content,
            "expected.safetensors": pack({key: tensor.float() for key, tensor in run.stages.items()}, metadata),
            **weights_files(stored, options)}


def disagreement(name, committed, computed):
    """Why two files differ, or None. A stage's last bit may differ: another machine may sum in another order."""
    if committed == computed:
        return None
    if name != "expected.safetensors":
        return "other bytes"
    (ours, our_metadata), (theirs, their_metadata) = unpack(computed), unpack(committed)
    if our_metadata != their_metadata:
        return "another text"
    if [(key, array.shape) for key, array in ours.items()] != [(key, array.shape) for key, array in theirs.items()]:
        return "other tensors"
    for key, array in ours.items():
        worst = numpy.abs(array - theirs[key]).max()
        if not worst <= 1e-7 + 1e-6 * numpy.abs(array).max():
            return f"{key} is off by {worst}"
    return None


def check(computed):
    """The names of missing, surplus and differing files, each with its reason."""
    committed = {str(path.relative_to(FOLDER)): path.read_bytes() for path in FOLDER.glob("*/*")}
    reasons = {name: "is missing" for name in computed.keys() - committed.keys()}
    reasons |= {name: "belongs to no case" for name in committed.keys() - computed.keys()}
    for name in computed.keys() & committed.keys():
        if reason := disagreement(Path(name).name, committed[name], computed[name]):
            reasons[name] = "disagrees: " + reason
    return reasons


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the committed files and write nothing")
    arguments = parser.parse_args()
    computed = {f"{name}/{file}": content for name, options in CASES.items()
                for file, content in folder(name, options).items()}
    if arguments.check:
        reasons = check(computed)
        for name, reason in sorted(reasons.items()):
            print(f"{name} {reason}")
        print(f"{len(computed) - len(reasons)} of {len(computed)} golden files agree")
        return 1 if reasons else 0
    for name, content in computed.items():
        (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / name).write_bytes(content)
    print(f"{len(CASES)} folders, {len(computed)} files, {sum(map(len, computed.values()))} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
