"""The published MedLAM network, so that its checkpoint can be converted and the original trained on a cluster.

Source: Lei et al., "MedLSAM: Localize and Segment Anything Model for 3D CT Images", and its public repository;
written anew from the description. State-dict keys equal the published checkpoint's (without the prefix `module.`),
the classifier that nothing uses included.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as functional
from torch import nn

from .augment import View
from .losses import pick, similarity_loss
from .networks import RANGE_MM
from .preprocess import HU_KNOTS, SPACING_MM

PATCH_VOXELS = 64
LATENT = "fc_position"
STRIDES = (4, 2, 1)
KERNEL_SIDES = (2, 4, 8)
"""Side in cells of the 24 mm cube that is compared, on each feature map."""


class ConvUnit(nn.Module):
    """3x3x3 convolution, InstanceNorm without parameters, ReLU. The attribute name `Conv` is the checkpoint's."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.Conv = nn.Conv3d(inputs, outputs, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Same size out."""
        return torch.relu(functional.instance_norm(self.Conv(x)))


class Stage(nn.Module):
    """A named unit inside `model`, as in the checkpoint's keys: `<stage>.model.conv1_1.Conv.weight`."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.model = nn.Sequential()
        self.model.add_module("conv1_1", ConvUnit(inputs, outputs))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Same size out."""
        return self.model(x)


class PaperNet(nn.Module):
    """MedLAM: a 64-cube of 3 mm voxels in, one latent position and three feature maps out."""

    def __init__(self, base: int = 24) -> None:
        super().__init__()
        b = base
        widths = [
            (1, 2 * b, 2 * b),
            (2 * b, 2 * b, 2 * b),
            (2 * b, 2 * b, 4 * b),
            (4 * b, 4 * b, 8 * b),
            (8 * b, 8 * b, 16 * b),
        ]
        for number, (inputs, middle, outputs) in enumerate(widths):
            setattr(self, f"conv{number}_1", Stage(inputs, middle))
            setattr(self, f"conv{number}_2", Stage(middle, outputs))
        up = [(16 * b + 8 * b, 8 * b), (8 * b + 4 * b, 4 * b), (4 * b + 2 * b, 4 * b), (4 * b + 2 * b, 4 * b)]
        for number, (inputs, outputs) in enumerate(up):
            setattr(self, f"conv{number + 5}_1", Stage(inputs, outputs))
            setattr(self, f"conv{number + 5}_2", Stage(outputs, outputs))
        self.classification = nn.Sequential(nn.Conv3d(4 * b, 3, 1))
        self.fc1 = nn.Linear(16 * b * 4**3, 8 * b)
        self.fc2 = nn.Linear(8 * b, 4 * b)
        self.fc3 = nn.Linear(4 * b, 3)

    def _stage(self, number: int, x: torch.Tensor) -> torch.Tensor:
        return getattr(self, f"conv{number}_2")(getattr(self, f"conv{number}_1")(x))

    def encode(self, patch: torch.Tensor) -> list[torch.Tensor]:
        """The deepest map [n, 16 base, 4^3] and the maps on the way to it, shallow first."""
        maps = []
        x = patch
        for number in range(5):
            x = self._stage(number, x if number == 0 else functional.max_pool3d(x, 2))
            maps.append(x)
        return [maps[-1], *maps[:-1]]

    def latent(self, deepest: torch.Tensor) -> torch.Tensor:
        """[n, 3] (z, y, x)."""
        return self.fc3(self.fc2(self.fc1(deepest.flatten(1))))

    def features(self, deepest: torch.Tensor, skips: list[torch.Tensor]) -> list[torch.Tensor]:
        """[n, 4 base, 16^3], 32^3 and 64^3."""
        features = []
        x = deepest
        for number in range(5, 9):
            x = functional.interpolate(x, scale_factor=2, mode="trilinear", align_corners=False)
            x = self._stage(number, torch.cat([x, skips[8 - number]], dim=1))
            features.append(x)
        return features[1:]

    def forward(self, patch: torch.Tensor) -> list[torch.Tensor]:
        """Latent [n, 3] (z, y, x), then features [n, 4 base, 16^3], 32^3 and 64^3."""
        deepest, *skips = self.encode(patch)
        return [self.latent(deepest), *self.features(deepest, skips)]


class PositionGraph(nn.Module):
    """What the position's ONNX file computes: an eighth of the whole network's work."""

    def __init__(self, net: PaperNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, patch: torch.Tensor) -> torch.Tensor:
        """Latent [1, 3]."""
        return self.net.latent(self.net.encode(patch)[0])


class FeatureGraph(nn.Module):
    """What the features' ONNX file computes."""

    def __init__(self, net: PaperNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, patch: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """The three feature maps."""
        deepest, *skips = self.net.encode(patch)
        return tuple(self.net.features(deepest, skips))


def feature_names() -> list[str]:
    """Names of the feature maps, coarse to fine."""
    return [f"feature{scale}" for scale in range(len(STRIDES))]


def describe_outputs(net: PaperNet) -> dict[str, Any]:
    """What a model card says of this network, whatever its weights."""
    channels = net.fc2.out_features
    return {
        "spacingMm": SPACING_MM,
        "huKnots": [list(knot) for knot in HU_KNOTS],
        "rangeMm": list(RANGE_MM),
        "paddingVoxels": PATCH_VOXELS // 2,
        "patchVoxels": PATCH_VOXELS,
        "input": "patch",
        "output": LATENT,
        "outputs": [
            {
                "name": name,
                "strideVoxels": stride,
                "offsetVoxels": (stride - 1) / 2,
                "channels": channels,
                "kernelSide": side,
            }
            for name, stride, side in zip(feature_names(), STRIDES, KERNEL_SIDES)
        ],
    }


def read_paper_checkpoint(path: Path) -> PaperNet:
    """Our own or the published checkpoint, with or without the `module.` prefix; the classifier may be missing."""
    state = torch.load(path, map_location="cpu")
    for key in ("average", "network", "state_dict", "model"):
        if isinstance(state, dict) and key in state and isinstance(state[key], dict):
            state = state[key]
            break
    state = {key.removeprefix("module."): value.float() for key, value in state.items()}
    if "fc2.weight" not in state:
        raise ValueError(f"{path}: this is no MedLAM checkpoint, it lacks fc2.weight")
    net = PaperNet(state["fc2.weight"].shape[0] // 4)
    missing, unexpected = net.load_state_dict(state, strict=False)
    missing = [key for key in missing if not key.startswith("classification.")]
    if missing or unexpected:
        raise ValueError(f"{path}: this is no MedLAM checkpoint, it lacks {missing[:3]} and has {unexpected[:3]}")
    return net.eval()


def paper_loss(net: nn.Module, views: list[View]) -> tuple[torch.Tensor, dict[str, float]]:
    """RDR between the clean patches and MSS between each clean and its deformed patch, as in the paper.

    `views`: clean and deformed of the first place, clean and deformed of the second.
    """
    device = next(net.parameters()).device
    latent, *features = (output.cpu() for output in net(torch.cat([view.image for view in views]).to(device)))
    middle = PATCH_VOXELS // 2
    places = [view.place[0, :, middle, middle, middle] for view in views]
    offset = torch.tensor(RANGE_MM) * torch.tanh(latent[2] - latent[0])
    distance_loss = ((offset - (places[2] - places[0])) ** 2).mean()
    similarity = torch.zeros(())
    for scale, maps in enumerate(features):
        stride = (4, 2, 1)[scale]
        for clean in (0, 2):
            place = [functional.avg_pool3d(views[i].place, stride).reshape(3, -1).T for i in (clean, clean + 1)]
            flat = [maps[i].reshape(maps.shape[1], -1).T for i in (clean, clean + 1)]
            body = functional.avg_pool3d(views[clean].body.float(), stride) > 0.3
            anchors, others = pick(body, 20), pick(torch.ones_like(place[1][:, 0]), 4096)
            loss, _, count = similarity_loss(
                flat[0][anchors], place[0][anchors], flat[1][others], place[1][others], stride * SPACING_MM, 15.0
            )
            similarity = similarity + loss / max(count, 1) / 6
    return distance_loss + similarity, {"rdr": float(distance_loss.detach()), "mss": float(similarity.detach())}
