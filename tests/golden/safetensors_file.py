"""Safetensors files for the golden scripts, as people have them."""

import json

import numpy
import torch

DTYPES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64", torch.uint8: "U8",
          torch.bool: "BOOL"}


def raw(tensor):
    """The bytes as they lie in a file."""
    if tensor.dtype == torch.bfloat16:
        tensor = tensor.view(torch.int16)
    return numpy.ascontiguousarray(tensor.numpy()).tobytes()


def pack(tensors, metadata=None, bare=False):
    """The bytes of a safetensors file."""
    header, data = {}, b""
    for name, tensor in tensors.items():
        content = raw(tensor)
        header[name] = {"dtype": DTYPES[tensor.dtype], "shape": list(tensor.shape),
                        "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    if bare:
        header = dict(reversed(header.items()))
    else:
        header = {"__metadata__": metadata or {"format": "pt"}, **header}
    text = json.dumps(header, separators=(",", ":")).encode()
    if not bare:
        text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + data


def unpack(content):
    """name -> float array of the F32 tensors that pack wrote, and the metadata."""
    length = int.from_bytes(content[:8], "little")
    header, data = json.loads(content[8 : 8 + length]), content[8 + length :]
    metadata = header.pop("__metadata__")
    return {name: numpy.frombuffer(data[slice(*entry["data_offsets"])], dtype="<f4").reshape(entry["shape"])
            for name, entry in header.items()}, metadata
