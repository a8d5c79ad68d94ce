"""A CT scan as the networks see it: 3 mm, patient axes, HU squeezed to 0..1.

The engine (TypeScript) does exactly the same; `python -m medlam_training preprocess` writes the result so that a test
can compare the numbers. Points are RAS mm; arrays are indexed [z, y, x], growing Superior, Anterior, Left.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import nibabel as nib
import numpy as np

SPACING_MM = 3.0
AIR_HU = -1000.0
HU_KNOTS: tuple[tuple[float, float], ...] = ((-1000.0, 0.0), (-200.0, 0.2), (200.0, 0.8), (1500.0, 1.0))
# Directions of the working array's axes (z, y, x) in RAS mm: Superior, Anterior, Left.
AXES_RAS = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]])
# Points sampled at once, to bound memory.
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Grid:
    """The working grid of a scan: `size` in voxels [z, y, x]; `origin_mm` is RAS mm of the centre of voxel 0, 0, 0."""

    size: tuple[int, int, int]
    origin_mm: tuple[float, float, float]


def load_ras(path: str | Path) -> tuple[np.ndarray, np.ndarray]:
    """A NIfTI file as an array [x, y, z] in the storage order closest to RAS, and its 4x4 affine (voxel to RAS mm)."""
    image = nib.as_closest_canonical(nib.load(str(path)))
    return np.asanyarray(image.dataobj), np.asarray(image.affine, dtype=np.float64)


def world_grid(size: tuple[int, ...], affine: np.ndarray) -> Grid:
    """The 3 mm grid that covers a scan: the box of its voxel faces in RAS mm, cut in whole voxels about its centre."""
    corners = np.array([[c * n - 0.5 for c, n in zip(corner, size)] for corner in np.ndindex(2, 2, 2)])
    world = corners @ affine[:3, :3].T + affine[:3, 3]
    low, high = world.min(axis=0), world.max(axis=0)
    count = np.maximum(1, np.ceil((high - low) / SPACING_MM - 1e-3)).astype(int)
    middle, half = (low + high) / 2, (count - 1) / 2 * SPACING_MM
    return Grid(
        size=(int(count[2]), int(count[1]), int(count[0])),
        origin_mm=(float(middle[0] + half[0]), float(middle[1] - half[1]), float(middle[2] - half[2])),
    )


def block_average(data: np.ndarray, affine: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean of whole blocks of floor(3 / spacing) voxels along axes where that is 2 or more; the rest is dropped."""
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    affine = affine.copy()
    for axis in range(3):
        factor = int(np.floor(SPACING_MM / spacing[axis]))
        if factor < 2:
            continue
        count = data.shape[axis] // factor
        data = np.moveaxis(np.moveaxis(data, axis, 0)[: count * factor], 0, axis)
        shape = (*data.shape[:axis], count, factor, *data.shape[axis + 1 :])
        data = data.reshape(shape).mean(axis=axis + 1, dtype=np.float64).astype(np.float32)
        affine[:3, 3] += affine[:3, axis] * (factor - 1) / 2
        affine[:3, axis] *= factor
    return data, affine


def sample_linear(data: np.ndarray, index: np.ndarray, outside: float) -> np.ndarray:
    """Trilinear values of `data` at fractional indices [n, 3]; clamped up to half a voxel outside, `outside` beyond."""
    size = np.array(data.shape)
    inside = np.all((index >= -0.5) & (index <= size - 0.5), axis=1)
    index = np.clip(index, 0, size - 1)
    low = np.minimum(np.floor(index).astype(np.int64), np.maximum(size - 2, 0))
    fraction = index - low
    high = np.minimum(low + 1, size - 1)
    flat = data.reshape(-1)
    value = np.zeros(len(index))
    for corner in np.ndindex(2, 2, 2):
        weight = np.ones(len(index))
        offset = np.zeros(len(index), dtype=np.int64)
        for axis in range(3):
            weight *= fraction[:, axis] if corner[axis] else 1 - fraction[:, axis]
            offset = offset * size[axis] + (high if corner[axis] else low)[:, axis]
        value += weight * flat[offset]
    return np.where(inside, value, outside)


def resample(data: np.ndarray, affine: np.ndarray, grid: Grid, outside: float = AIR_HU) -> np.ndarray:
    """`data` [x, y, z] on a working grid, float32 [z, y, x]."""
    to_index = np.linalg.inv(affine)
    depth, height, width = grid.size
    result = np.empty(depth * height * width, dtype=np.float32)
    for start in range(0, result.size, _CHUNK):
        flat = np.arange(start, min(start + _CHUNK, result.size))
        z, rest = np.divmod(flat, height * width)
        y, x = np.divmod(rest, width)
        steps = np.stack([z, y, x], axis=1) * SPACING_MM
        points = np.asarray(grid.origin_mm) + steps @ AXES_RAS
        result[flat] = sample_linear(data, points @ to_index[:3, :3].T + to_index[:3, 3], outside)
    return result.reshape(grid.size)


def normalise_hu(hu: np.ndarray) -> np.ndarray:
    """HU to 0..1, piecewise linear between the knots and clamped; float32."""
    knots = np.array(HU_KNOTS)
    return np.interp(hu, knots[:, 0], knots[:, 1]).astype(np.float32)


def preprocess(path: str | Path) -> tuple[np.ndarray, Grid]:
    """A scan file as the working volume float32 [z, y, x] in 0..1, and its grid."""
    data, affine = load_ras(path)
    data = np.asarray(data, dtype=np.float32)
    data = np.where(np.isfinite(data), data, AIR_HU).astype(np.float32)
    grid = world_grid(data.shape, affine)
    data, affine = block_average(data, affine)
    return normalise_hu(resample(data, affine, grid)), grid


def voxels_to_points(voxels: np.ndarray, grid: Grid) -> np.ndarray:
    """Fractional voxel indices [n, 3] (z, y, x) of the working grid as RAS mm [n, 3]."""
    return np.asarray(grid.origin_mm) + (np.asarray(voxels, dtype=np.float64) * SPACING_MM) @ AXES_RAS


def points_to_voxels(points: np.ndarray, grid: Grid) -> np.ndarray:
    """RAS mm [n, 3] as fractional voxel indices [n, 3] (z, y, x) of the working grid."""
    return (np.asarray(points, dtype=np.float64) - np.asarray(grid.origin_mm)) @ AXES_RAS.T / SPACING_MM
