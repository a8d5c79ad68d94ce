"""Views of a scan: cut, tilted, scaled, bent, blurred, recoloured and noised, with the true place of every voxel.

Two views of one scan are made independently, so that nothing but anatomy tells how they relate: with both from one
view a network learns where it is from the edges of the field of view instead. There is no left-right flip.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as functional

from .preprocess import SPACING_MM

# Value (0..1) above which a voxel counts as body: about -520 HU.
BODY_VALUE = 0.12


@dataclass(frozen=True)
class Strength:
    """How far views stray from the scan."""

    tilt_deg: float = 7.0
    tilt_max_deg: float = 16.0
    scale: tuple[float, float] = (0.87, 1.15)
    anisotropy: float = 0.04
    elastic_mm: float = 5.0
    elastic_spacing_mm: tuple[float, float] = (36.0, 72.0)
    noise: float = 0.06
    contrast: float = 0.05
    blank: float = 0.25
    couch: float = 0.4


@dataclass
class View:
    """What a network sees of a scan.

    `image` [1,1,d,h,w]; `place` [1,3,d,h,w], scan mm (z,y,x) of each voxel; `body` [1,1,d,h,w].
    """

    image: torch.Tensor
    place: torch.Tensor
    body: torch.Tensor


def _rotation(generator: np.random.Generator, strength: Strength) -> np.ndarray:
    """A small random rotation of (z, y, x)."""
    angles = np.clip(generator.normal(0, strength.tilt_deg, 3), -strength.tilt_max_deg, strength.tilt_max_deg)
    matrix = np.eye(3)
    for axis, angle in enumerate(np.radians(angles)):
        a, b = [i for i in range(3) if i != axis]
        turn = np.eye(3)
        turn[a, a] = turn[b, b] = math.cos(angle)
        turn[a, b], turn[b, a] = -math.sin(angle), math.sin(angle)
        matrix = matrix @ turn
    return matrix


def _places(
    generator: np.random.Generator, centre_mm: np.ndarray, size: tuple[int, int, int], strength: Strength
) -> torch.Tensor:
    """Scan mm of every voxel of a view, [1, 3, d, h, w]: a tilt, a scale and a smooth random bend about `centre_mm`."""
    scale = generator.uniform(math.log(strength.scale[0]), math.log(strength.scale[1]))
    scales = np.exp(scale + generator.normal(0, strength.anisotropy, 3))
    matrix = _rotation(generator, strength) / scales[None, :]
    axes = [(torch.arange(n, dtype=torch.float32) - (n - 1) / 2) * SPACING_MM for n in size]
    place = torch.empty(1, 3, *size)
    for row in range(3):
        z, y, x = (axes[axis] * float(matrix[row, axis]) for axis in range(3))
        plane = y[:, None] + x[None, :] + float(centre_mm[row])
        torch.add(z[:, None, None], plane[None], out=place[0, row])
    if strength.elastic_mm > 0 and generator.random() < 0.85:
        step = generator.uniform(*strength.elastic_spacing_mm) / SPACING_MM
        knots = [max(3, math.ceil(n / step) + 1) for n in size]
        bend = torch.from_numpy(generator.normal(0, 1, (1, 3, *knots)).astype(np.float32))
        bend *= float(generator.uniform(0, strength.elastic_mm))
        place += functional.interpolate(bend, size=size, mode="trilinear", align_corners=True)
    return place


def sample_volume(volume: torch.Tensor, place: torch.Tensor) -> torch.Tensor:
    """Trilinear values [1, c, ...] of `volume` [1, c, D, H, W] at voxel-mm places [1, 3, ...]; 0 outside."""
    size = torch.tensor(volume.shape[2:], dtype=torch.float32)
    scale = (2 / (size - 1).clamp(min=1) / SPACING_MM).view(1, 3, *([1] * (place.dim() - 2)))
    grid = (place * scale - 1).flip(1).movedim(1, -1)
    return functional.grid_sample(volume, grid, mode="bilinear", padding_mode="zeros", align_corners=True)


def _blur(image: torch.Tensor, generator: np.random.Generator) -> torch.Tensor:
    """A three-tap blur along random axes, once or twice: thicker slices, softer kernels."""
    for axis in (2, 2, 3, 4):
        if generator.random() < 0.3:
            weight = float(generator.uniform(0, 0.33))
            kernel = torch.tensor([weight, 1 - 2 * weight, weight]).view(
                [1, 1] + [3 if a == axis else 1 for a in (2, 3, 4)]
            )
            image = functional.conv3d(image, kernel, padding=[1 if a == axis else 0 for a in (2, 3, 4)])
    return image


def _recolour(image: torch.Tensor, generator: np.random.Generator, strength: Strength) -> torch.Tensor:
    """A random monotone change of values: other tubes, contrast media, calibration."""
    knots = np.array([0.0, 0.2, 0.35, 0.45, 0.55, 0.65, 0.8, 1.0])
    values = knots.copy()
    values[1:-1] += generator.normal(0, strength.contrast, 6) * np.array([1, 0.8, 0.5, 0.5, 0.8, 1])
    values[1:-1] += generator.normal(0, 0.02)
    values = np.clip(np.maximum.accumulate(values), 0, 1)
    table = torch.from_numpy(np.interp(np.linspace(0, 1, 512), knots, values).astype(np.float32))
    return table[(image * 511).clamp_(0, 511).to(torch.int64)]


def _couch(image: torch.Tensor, body: torch.Tensor, generator: np.random.Generator) -> None:
    """A bright, slightly curved sheet under the body (low y), in place, only where there was air."""
    rows = body[0, 0].any(dim=2).any(dim=0).nonzero()
    if len(rows) == 0:
        return
    height, width = image.shape[3:]
    base = float(rows[0]) - generator.uniform(0, 6)
    x = (torch.arange(width) - width / 2).abs() / (width / 2)
    surface = base + float(generator.uniform(-8, 12)) * x**2
    depth = surface[None, :] - torch.arange(height)[:, None]
    thick = generator.uniform(1, 8)
    sheet = ((depth >= 0) & (depth < 1.5)) | ((depth >= thick) & (depth < thick + 1.5))
    filling = (depth >= 0) & (depth < thick + 1.5)
    value = float(generator.uniform(0.15, 0.6)) * sheet + float(generator.uniform(0, 0.12)) * filling
    image[0, 0] = torch.where(
        body[0, 0] | (value[None] == 0), image[0, 0], torch.maximum(image[0, 0], value[None].float())
    )


def make_view(
    volume: torch.Tensor,
    centre_mm: np.ndarray,
    size: tuple[int, int, int],
    generator: np.random.Generator,
    strength: Strength,
) -> View:
    """View of `size` 3 mm voxels of a scan (float [1,1,D,H,W], 0..1) about `centre_mm` (z, y, x from voxel 0, 0, 0)."""
    place = _places(generator, centre_mm, size, strength)
    image = sample_volume(volume, place)
    keep = torch.ones(1, 1, *size, dtype=torch.bool)
    for axis in range(3):
        for side in (0, 1):
            if generator.random() < strength.blank:
                cut = int(size[axis] * generator.uniform(0.02, 0.3))
                keep.narrow(axis + 2, 0 if side == 0 else size[axis] - cut, cut).fill_(False)
    image = _recolour(_blur(image, generator), generator, strength)
    body = (image > BODY_VALUE) & keep
    if generator.random() < strength.couch:
        _couch(image, body, generator)
    noise = strength.noise * float(generator.uniform(0, 1)) ** 2
    seed = torch.Generator().manual_seed(int(generator.integers(1 << 31)))
    image = image + noise * torch.randn(image.shape, generator=seed)
    return View(image=(image * keep).clamp_(0, 1), place=place, body=body)


def body_centre(volume: torch.Tensor, generator: np.random.Generator, tries: int = 30) -> np.ndarray:
    """A random place inside the body, mm (z, y, x) from voxel 0, 0, 0."""
    size = np.array(volume.shape[2:])
    voxel = generator.integers(0, size)
    for _ in range(tries):
        if float(volume[0, 0, voxel[0], voxel[1], voxel[2]]) > 0.3:
            break
        voxel = generator.integers(0, size)
    return voxel * SPACING_MM
