"""The published MedLAM network, so that its checkpoint can be converted and the original trained on a cluster.

Source: Lei et al., "MedLSAM: Localize and Segment Anything Model for 3D CT Images", and its public repository; written anew
from the description. State-dict keys equal the published checkpoint's (without the prefix `module.`).
"""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as functional
from torch import nn

from .augment import View
from .losses import pick, similarity_loss
from .networks import RANGE_MM
from .preprocess import SPACING_MM

PATCH_VOXELS = 64


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
        widths = [(1, 2 * b, 2 * b), (2 * b, 2 * b, 2 * b), (2 * b, 2 * b, 4 * b), (4 * b, 4 * b, 8 * b), (8 * b, 8 * b, 16 * b)]
        for number, (inputs, middle, outputs) in enumerate(widths):
            setattr(self, f"conv{number}_1", Stage(inputs, middle))
            setattr(self, f"conv{number}_2", Stage(middle, outputs))
        up = [(16 * b + 8 * b, 8 * b), (8 * b + 4 * b, 4 * b), (4 * b + 2 * b, 4 * b), (4 * b + 2 * b, 4 * b)]
        for number, (inputs, outputs) in enumerate(up):
            setattr(self, f"conv{number + 5}_1", Stage(inputs, outputs))
            setattr(self, f"conv{number + 5}_2", Stage(outputs, outputs))
        self.fc1 = nn.Linear(16 * b * 4**3, 8 * b)
        self.fc2 = nn.Linear(8 * b, 4 * b)
        self.fc3 = nn.Linear(4 * b, 3)

    def _stage(self, number: int, x: torch.Tensor) -> torch.Tensor:
        return getattr(self, f"conv{number}_2")(getattr(self, f"conv{number}_1")(x))

    def forward(self, patch: torch.Tensor) -> list[torch.Tensor]:
        """Latent [n, 3] (z, y, x), then features [n, 4 base, 16^3], 32^3 and 64^3."""
        skips = []
        x = patch
        for number in range(5):
            x = self._stage(number, x)
            if number < 4:
                skips.append(x)
                x = functional.max_pool3d(x, 2)
        latent = self.fc3(self.fc2(self.fc1(x.flatten(1))))
        features = []
        for number in range(5, 9):
            x = functional.interpolate(x, scale_factor=2, mode="trilinear", align_corners=False)
            x = self._stage(number, torch.cat([x, skips[8 - number]], dim=1))
            features.append(x)
        return [latent, *features[1:]]


def read_paper_checkpoint(path: Path) -> PaperNet:
    """Our own or the published checkpoint, with or without the `module.` prefix; the unused classifier is dropped."""
    state = torch.load(path, map_location="cpu")
    for key in ("average", "network", "state_dict", "model"):
        if isinstance(state, dict) and key in state and isinstance(state[key], dict):
            state = state[key]
            break
    state = {key.removeprefix("module."): value.float() for key, value in state.items()}
    base = state["fc2.weight"].shape[0] // 4
    net = PaperNet(base)
    missing, unexpected = net.load_state_dict(state, strict=False)
    if missing:
        raise ValueError(f"{path}: this is no MedLAM checkpoint, it lacks {missing[:3]}")
    extra = [key for key in unexpected if "classif" not in key.lower() and not key.startswith("out_conv")]
    if extra:
        print(f"ignored: {extra[:5]}")
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
