"""Random checkpoints with what PyTorch computes from them, to check that importing them without Python gives the same.

A folder gets `skeleton/` (small architectures only; the big ones ship), `exported/` (ONNX files with weights, by
PyTorch), `plain.pth`, with `variants` the same weights as other files, and `reference.json` with inputs and PyTorch's
outputs.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from .paper_network import PATCH_VOXELS, PaperNet
from .sam_network import Sam, SamConfig
from .skeleton import Part, medlam_parts, medlam_skeleton, randomise, sam_parts, sam_skeleton, trace

TINY_SAM = SamConfig(
    image_side=64,
    patch_side=8,
    width=32,
    depth=3,
    heads=2,
    window=3,
    global_blocks=(2,),
    embedding=32,
    mask_channels=8,
    decoder_heads=2,
    decoder_width=48,
    quality_width=16,
    tokens_at_once=32,
)
SEED = 20
SAMPLES = 1024
"""Numbers kept of each output."""


def ramp(shape: tuple[int, ...], low: float, high: float) -> torch.Tensor:
    """Numbers in low..high that look random and any language makes alike: element i is i golden ratios, modulo 1."""
    count = int(np.prod(shape))
    values = (np.arange(count, dtype=np.uint64) * np.uint64(2654435761) % np.uint64(2**32)).astype(np.float64) / 2**32
    return torch.from_numpy((low + (high - low) * values).astype(np.float32)).reshape(shape)


def _network(architecture: str, folder: Path) -> tuple[nn.Module, list[Part]]:
    if architecture == "sam-tiny":
        sam = sam_skeleton(folder / "skeleton" / architecture, "SAM tiny", TINY_SAM, SEED, folder / "exported")
        return sam, sam_parts(sam)
    if architecture == "medlam-tiny":
        net = medlam_skeleton(folder / "skeleton" / architecture, "MedLAM tiny", 2, SEED, folder / "exported")
        return net, medlam_parts(net)
    full = Sam() if architecture == "sam-vit-b" else PaperNet()
    randomise(full, SEED)
    parts = sam_parts(full) if isinstance(full, Sam) else medlam_parts(full)
    (folder / "exported").mkdir(exist_ok=True)
    for part in parts:
        trace(part, folder / "exported" / part.file)
    return full, parts


def _cases(net: nn.Module, part: Part) -> list[dict[str, Any]]:
    """Inputs, as `low, high` of a ramp or as numbers."""
    if isinstance(net, PaperNet):
        return [{"patch": {"dims": [1, 1, *[PATCH_VOXELS] * 3], "ramp": [0.0, 1.0]}}]
    assert isinstance(net, Sam)
    side, grid = float(net.config.image_side), net.config.grid
    if part.file == "encoder.onnx":
        return [{"image": {"dims": [1, 3, int(side), int(side)], "ramp": [-2.0, 2.0]}}]
    common = {
        "image_embeddings": {"dims": [1, net.config.embedding, grid, grid], "ramp": [-1.0, 1.0]},
        "mask_input": {"dims": [1, 1, 4 * grid, 4 * grid], "ramp": [-5.0, 5.0]},
        "orig_im_size": {"dims": [2], "numbers": [side * 0.625, side * 0.4375]},
    }
    box = {"dims": [1, 2, 2], "numbers": [side * 0.2, side * 0.3, side * 0.7, side * 0.55]}
    three = {"dims": [1, 3, 2], "numbers": [side * 0.5, side * 0.25, side * 0.1, side * 0.9, 0.0, 0.0]}
    return [
        {
            **common,
            "point_coords": box,
            "point_labels": {"dims": [1, 2], "numbers": [2.0, 3.0]},
            "has_mask_input": {"dims": [1], "numbers": [0.0]},
        },
        {
            **common,
            "point_coords": three,
            "point_labels": {"dims": [1, 3], "numbers": [1.0, 0.0, -1.0]},
            "has_mask_input": {"dims": [1], "numbers": [1.0]},
        },
    ]


def _tensor(about: dict[str, Any]) -> torch.Tensor:
    if "ramp" in about:
        return ramp(tuple(about["dims"]), *about["ramp"])
    return torch.tensor(about["numbers"]).reshape(about["dims"])


def write_safetensors(state: dict[str, torch.Tensor], path: Path) -> None:
    """The format in ten lines: header length, JSON header, bytes."""
    header, blobs, end = {}, [], 0
    for name, value in state.items():
        blob = value.contiguous().numpy().tobytes()
        header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [end, end + len(blob)]}
        blobs.append(blob)
        end += len(blob)
    text = json.dumps({"__metadata__": {"format": "pt"}, **header}).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def _write_variants(state: dict[str, torch.Tensor], folder: Path) -> None:
    """The same weights as people save them: see the names."""
    torch.save({name: value.half() for name, value in state.items()}, folder / "half.pth")
    torch.save({name: value.bfloat16() for name, value in state.items()}, folder / "bfloat16.pth")
    torch.save({name: nn.Parameter(value) for name, value in state.items()}, folder / "parameters.pth")
    momentum = {
        number: {"step": torch.tensor(7), "exp_avg": torch.zeros_like(value)}
        for number, value in enumerate(state.values())
    }
    nested = {
        "epoch": 12,
        "best": 0.25,
        "name": "trained",
        "model": {f"module.{name}": value for name, value in state.items()},
        "optimizer": {
            "state": momentum,
            "param_groups": [{"lr": 1e-4, "betas": (0.9, 0.999), "amsgrad": False, "params": [0, 1]}],
        },
    }
    torch.save(nested, folder / "nested.pth")
    # One storage for all tensors, and in it every matrix column by column.
    turned = {name: value.transpose(0, 1).contiguous() if value.dim() > 1 else value for name, value in state.items()}
    flat = torch.cat([value.reshape(-1) for value in turned.values()])
    strided, at = {}, 0
    for name, value in turned.items():
        view = flat[at : at + value.numel()].reshape(value.shape)
        strided[name] = view.transpose(0, 1) if value.dim() > 1 else view
        at += value.numel()
    torch.save(strided, folder / "strided.pth")
    torch.save(state, folder / "legacy.pth", _use_new_zipfile_serialization=False)
    write_safetensors(state, folder / "weights.safetensors")


def write_reference(folder: Path, architecture: str, variants: bool) -> None:
    """Write a checkpoint of an architecture and what comes out of it."""
    folder.mkdir(parents=True, exist_ok=True)
    net, parts = _network(architecture, folder)
    state = {name: value.detach().clone() for name, value in net.state_dict().items()}
    torch.save(state, folder / "plain.pth")
    if variants:
        _write_variants(state, folder)
    cases = []
    for part in parts:
        for inputs in _cases(net, part):
            with torch.no_grad():
                found = part.module(*(_tensor(inputs[name]) for name in part.inputs))
            outputs = []
            for name, value in zip(part.outputs, [found] if isinstance(found, torch.Tensor) else found):
                step = max(1, value.numel() // SAMPLES)
                sampled = value.reshape(-1)[::step].tolist()
                outputs.append(
                    {
                        "name": name,
                        "dims": list(value.shape),
                        "step": step,
                        "numbers": [float(f"{v:.7g}") for v in sampled],
                    }
                )
            cases.append({"graph": part.file, "inputs": inputs, "outputs": outputs})
    document = {"architecture": architecture, "torch": torch.__version__, "cases": cases}
    (folder / "reference.json").write_text(json.dumps(document) + "\n")
