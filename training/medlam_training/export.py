"""Checkpoints to ONNX files and a model card that the engine reads."""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from .evaluate import load_network
from .localize import PADDING_VOXELS, Options
from .networks import RANGE_MM, FeatureNet, PositionNet
from .preprocess import HU_KNOTS, SPACING_MM
from .skeleton import tracing_exporter

OPSET = 13


def fold_norm(net: nn.Module) -> nn.Module:
    """A copy in which every BatchNorm has become part of the convolution before it."""
    net = copy.deepcopy(net).eval()
    for module in net.modules():
        if isinstance(module, nn.Sequential):
            for number in range(len(module) - 1):
                first, second = module[number], module[number + 1]
                if isinstance(first, nn.Conv3d) and isinstance(second, nn.BatchNorm3d):
                    module[number] = nn.utils.fuse_conv_bn_eval(first, second)
                    module[number + 1] = nn.Identity()
    return net


class _Outputs(nn.Module):
    """A network whose outputs are a plain tuple."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, volume: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """All outputs."""
        found = self.net(volume)
        return (found,) if isinstance(found, torch.Tensor) else tuple(found)


def write_onnx(
    net: nn.Module, target: Path, inputs: str, outputs: list[str], shape: tuple[int, ...], dynamic: bool
) -> None:
    """Trace a network to ONNX; with `dynamic`, depth, height and width are free."""
    axes = {name: {2: f"{name}_d", 3: f"{name}_h", 4: f"{name}_w"} for name in [inputs, *outputs]} if dynamic else None
    torch.onnx.export(
        _Outputs(fold_norm(net)),
        torch.zeros(shape),
        str(target),
        input_names=[inputs],
        output_names=outputs,
        opset_version=OPSET,
        dynamic_axes=axes,
        do_constant_folding=True,
        **tracing_exporter(),
    )


def store_halves(path: Path, least: int = 512) -> None:
    """Rewrite big float weights as float16 and a Cast, so that the file halves and the arithmetic stays float32."""
    model = onnx.load(str(path))
    graph = model.graph
    casts = []
    for tensor in list(graph.initializer):
        if tensor.data_type != TensorProto.FLOAT or int(np.prod(tensor.dims)) < least:
            continue
        values = numpy_helper.to_array(tensor).astype(np.float16)
        half = numpy_helper.from_array(values, f"{tensor.name}_half")
        graph.initializer.remove(tensor)
        graph.initializer.append(half)
        casts.append(helper.make_node("Cast", [half.name], [tensor.name], to=TensorProto.FLOAT))
    nodes = casts + list(graph.node)
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def sha256(path: Path) -> str:
    """Checksum of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def export_dense(position: Path, features: Path, folder: Path, model_id: str, record: dict[str, Any]) -> Path:
    """Write both graphs and the card `<id>.json` of the small model; returns the card's path."""
    folder.mkdir(parents=True, exist_ok=True)
    position_net, feature_net = load_network(position), load_network(features)
    assert isinstance(position_net, PositionNet) and isinstance(feature_net, FeatureNet)
    position_file, feature_file = folder / f"{model_id}-position.onnx", folder / f"{model_id}-features.onnx"
    names = [f"feature{i}" for i in range(len(feature_net.channels))]
    shape = (1, 1, 64, 56, 48)
    write_onnx(position_net, position_file, "volume", ["position"], shape, True)
    write_onnx(feature_net, feature_file, "volume", names, shape, True)
    for file in (position_file, feature_file):
        store_halves(file)
    sides = Options().kernel_sides
    card = {
        "format": "medlam-model",
        "formatVersion": 1,
        "id": model_id,
        "kind": "dense",
        "spacingMm": SPACING_MM,
        "huKnots": [list(k) for k in HU_KNOTS],
        "rangeMm": list(RANGE_MM),
        "paddingVoxels": PADDING_VOXELS,
        "position": {
            "file": position_file.name,
            "sha256": sha256(position_file),
            "input": "volume",
            "output": "position",
            "multipleOf": PositionNet.multiple_of,
            "strideVoxels": PositionNet.stride_voxels,
            "offsetVoxels": PositionNet.offset_voxels,
        },
        "features": {
            "file": feature_file.name,
            "sha256": sha256(feature_file),
            "input": "volume",
            "multipleOf": FeatureNet.multiple_of,
            "haloVoxels": FeatureNet.halo_voxels,
            "outputs": [
                {
                    "name": name,
                    "strideVoxels": stride,
                    "offsetVoxels": (stride - 1) / 2,
                    "channels": count,
                    "kernelSide": side,
                }
                for name, stride, count, side in zip(names, FeatureNet.strides, feature_net.channels, sides)
            ],
        },
        "training": record,
        "licence": record.get("licence", "not stated"),
        "dataCredit": record.get("dataCredit", []),
    }
    target = folder / f"{model_id}.json"
    target.write_text(json.dumps(card, indent=2) + "\n")
    return target


def export_patch(checkpoint: Path, folder: Path, model_id: str, record: dict[str, Any]) -> Path:
    """Write the paper's network (ours or the published checkpoint) as two patch graphs and their card."""
    from .paper_network import (
        LATENT,
        PATCH_VOXELS,
        FeatureGraph,
        PositionGraph,
        describe_outputs,
        feature_names,
        read_paper_checkpoint,
    )

    folder.mkdir(parents=True, exist_ok=True)
    net = read_paper_checkpoint(checkpoint)
    position_file, feature_file = folder / f"{model_id}-position.onnx", folder / f"{model_id}-features.onnx"
    shape = (1, 1, *[PATCH_VOXELS] * 3)
    write_onnx(PositionGraph(net), position_file, "patch", [LATENT], shape, False)
    write_onnx(FeatureGraph(net), feature_file, "patch", feature_names(), shape, False)
    about = describe_outputs(net)
    patch, latent, outputs = about.pop("input"), about.pop("output"), about.pop("outputs")
    card = {
        "format": "medlam-model",
        "formatVersion": 1,
        "id": model_id,
        "kind": "patch",
        **about,
        "position": {"file": position_file.name, "sha256": sha256(position_file), "input": patch, "output": latent},
        "features": {"file": feature_file.name, "sha256": sha256(feature_file), "input": patch, "outputs": outputs},
        "training": record,
    }
    target = folder / f"{model_id}.json"
    target.write_text(json.dumps(card, indent=2) + "\n")
    return target
