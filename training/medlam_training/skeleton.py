"""Graph skeletons: ONNX files without weights, and a map that says where each tensor of a checkpoint goes.

The engine fills a skeleton without Python: it copies the tensors of a checkpoint, transposed where the map says so,
to their offsets in one data file, which the graphs name as their external data.
"""

from __future__ import annotations

import inspect
import json
import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, numpy_helper
from torch import nn

from .paper_network import LATENT, PATCH_VOXELS, FeatureGraph, PaperNet, PositionGraph, describe_outputs, feature_names
from .sam_network import DecoderGraph, EncoderGraph, Sam, SamConfig

OPSET = 17
DATA_FILE = "weights.data"
MAP_FILE = "map.json"
ALIGNMENT = 4096
"""Tensors start at multiples of a memory page, so that the runtime can map them."""


@dataclass(frozen=True)
class Part:
    """One ONNX file: the module it is traced from, example inputs by name, outputs, and free dimensions."""

    file: str
    module: nn.Module
    inputs: dict[str, torch.Tensor]
    outputs: Sequence[str]
    free: dict[str, dict[int, str]] = field(default_factory=dict)


def randomise(net: nn.Module, seed: int) -> nn.Module:
    """Seeded weights that keep numbers at their size from layer to layer; float16 and bfloat16 hold them exactly."""
    generator = torch.Generator().manual_seed(seed)
    for name, value in net.state_dict().items():
        noise = torch.randn(value.shape, generator=generator)
        spread = 1.0 if "gaussian" in name else 0.3
        if value.dim() > 1 and "embed" not in name and "gaussian" not in name:
            spread = 1 / math.sqrt(value.numel() / value.shape[0])
        is_scale = value.dim() == 1 and name.endswith("weight")
        exact = (spread * noise + (1.0 if is_scale else 0.0)).bfloat16().float()
        value.copy_(torch.where(exact.abs() < 2**-14, torch.zeros(()), exact))
    return net.eval()


def tracing_exporter() -> dict[str, Any]:
    """Arguments that make every PyTorch from 1.13 on export by tracing; newer ones would compile."""
    return {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}


def trace(part: Part, target: Path) -> onnx.ModelProto:
    """Export one part with its weights, under their names in the state dict and unfolded."""
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            part.module.eval(),
            tuple(part.inputs.values()),
            str(target),
            input_names=list(part.inputs),
            output_names=list(part.outputs),
            dynamic_axes=part.free,
            opset_version=OPSET,
            do_constant_folding=False,
            **tracing_exporter(),
        )
    return onnx.load(str(target))


def _fold_transposes(graph: onnx.GraphProto) -> dict[str, list[int]]:
    """Store weights the way the graph reads them, when it only reads them transposed; returns the permutations done."""
    stored = {tensor.name: tensor for tensor in graph.initializer}
    readers: dict[str, list[onnx.NodeProto]] = {}
    for node in graph.node:
        for name in node.input:
            readers.setdefault(name, []).append(node)
    done = {}
    for node in list(graph.node):
        source = node.input[0] if node.op_type == "Transpose" else ""
        if source not in stored or len(readers[source]) > 1:
            continue
        order = list(node.attribute[0].ints)
        tensor = stored[source]
        tensor.CopyFrom(
            numpy_helper.from_array(np.ascontiguousarray(numpy_helper.to_array(tensor).transpose(order)), source)
        )
        done[source] = order
        for reader in readers[node.output[0]]:
            for number, name in enumerate(reader.input):
                if name == node.output[0]:
                    reader.input[number] = source
        graph.node.remove(node)
    return done


def _tidy(model: onnx.ModelProto) -> None:
    """Forget what only tells where and how the export was made."""
    model.producer_name, model.producer_version = "medlam-training", ""
    for node in model.graph.node:
        node.doc_string = node.name = ""
    del model.graph.value_info[:]


def write_skeleton(
    parts: Sequence[Part],
    net: nn.Module,
    folder: Path,
    about: dict[str, Any],
    unused: Sequence[str] = (),
    keep: Path | None = None,
) -> Path:
    """Write the skeleton of `net` and its map; with `keep`, also ONNX files with the weights of `net` there.

    `unused`: tensors of the checkpoint that no graph needs. Returns the map's path.
    """
    folder.mkdir(parents=True, exist_ok=True)
    state = net.state_dict()
    weights: dict[str, dict[str, Any]] = {}
    end = 0
    for part in parts:
        target = folder / part.file
        model = trace(part, target)
        if keep is not None:
            keep.mkdir(parents=True, exist_ok=True)
            onnx.save(model, str(keep / part.file))
        permutations = _fold_transposes(model.graph)
        for tensor in model.graph.initializer:
            name = tensor.name.removeprefix("net.")
            if name not in state:
                continue
            order = permutations.get(tensor.name)
            expected = state[name].numpy()
            stored = numpy_helper.to_array(tensor)
            if not np.array_equal(stored, expected if order is None else expected.transpose(order)):
                raise ValueError(f"{part.file}: the exporter changed {name}")
            known = weights.get(name)
            if known is None:
                offset = -(-end // ALIGNMENT) * ALIGNMENT
                known = {"tensor": name, "shape": list(expected.shape), "offset": offset}
                if order is not None:
                    known["permute"] = order
                weights[name] = known
                end = offset + 4 * expected.size
            elif known.get("permute") != order:
                raise ValueError(f"{name} is stored in two ways")
            tensor.ClearField("raw_data")
            tensor.ClearField("float_data")
            tensor.data_location = TensorProto.EXTERNAL
            for key, value in (("location", DATA_FILE), ("offset", known["offset"]), ("length", 4 * expected.size)):
                tensor.external_data.add(key=key, value=str(value))
        _tidy(model)
        target.write_bytes(model.SerializeToString(deterministic=True))
    forgotten = [name for name in state if name not in weights and name not in unused]
    if forgotten:
        raise ValueError(f"no graph uses {forgotten[:5]}")
    document = {
        "format": "medlsam-skeleton",
        "formatVersion": 1,
        **about,
        "graphs": [part.file for part in parts],
        "data": {"file": DATA_FILE, "sizeBytes": end},
        "unused": list(unused),
        "weights": list(weights.values()),
    }
    lines = json.dumps({**document, "weights": []}, indent=1)[: -len("]\n}")]
    rows = ",\n".join("  " + json.dumps(weight) for weight in document["weights"])
    path = folder / MAP_FILE
    path.write_text(f"{lines}\n{rows}\n ]\n}}\n")
    return path


def sam_parts(sam: Sam) -> list[Part]:
    """Encoder and decoder, with the inputs and outputs of Meta's export."""
    config = sam.config
    side, grid = config.image_side, config.grid
    prompt = {
        "image_embeddings": torch.zeros(1, config.embedding, grid, grid),
        "point_coords": torch.tensor([[[side / 4, side / 4], [side / 2, side / 2]]]),
        "point_labels": torch.tensor([[2.0, 3.0]]),
        "mask_input": torch.zeros(1, 1, 4 * grid, 4 * grid),
        "has_mask_input": torch.zeros(1),
        "orig_im_size": torch.tensor([side * 0.5, side * 0.75]),
    }
    points = {"point_coords": {1: "num_points"}, "point_labels": {1: "num_points"}, "masks": {2: "height", 3: "width"}}
    return [
        Part("encoder.onnx", EncoderGraph(sam), {"image": torch.zeros(1, 3, side, side)}, ["image_embeddings"]),
        Part("decoder.onnx", DecoderGraph(sam), prompt, ["masks", "iou_predictions", "low_res_masks"], points),
    ]


def medlam_parts(net: PaperNet) -> list[Part]:
    """The latent position alone, which is quick, and the feature maps."""
    patch = {"patch": torch.rand(1, 1, *[PATCH_VOXELS] * 3, generator=torch.Generator().manual_seed(1))}
    return [
        Part("position.onnx", PositionGraph(net), patch, [LATENT]),
        Part("features.onnx", FeatureGraph(net), patch, feature_names()),
    ]


def sam_skeleton(folder: Path, architecture: str, config: SamConfig, seed: int = 1, keep: Path | None = None) -> Sam:
    """Write the skeleton of a SAM; returns the randomly filled network it was traced from."""
    sam = Sam(config)
    randomise(sam, seed)
    # Some checkpoints carry the normalisation, which is the engine's business.
    unused = ["pixel_mean", "pixel_std"]
    write_skeleton(sam_parts(sam), sam, folder, {"architecture": architecture, "task": "segment"}, unused, keep)
    return sam


def medlam_skeleton(
    folder: Path, architecture: str, base: int = 24, seed: int = 1, keep: Path | None = None
) -> PaperNet:
    """Write the skeleton of the published MedLAM; returns the randomly filled network it was traced from."""
    net = PaperNet(base)
    randomise(net, seed)
    unused = [name for name in net.state_dict() if name.startswith("classification.")]
    about = {"architecture": architecture, "task": "localize", "card": describe_outputs(net)}
    write_skeleton(medlam_parts(net), net, folder, about, unused, keep)
    return net
