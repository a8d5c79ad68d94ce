"""Correspondences between patients without labels: where is each place of one scan in another?

Found by the model of the first stage, kept where they are smooth and agree forwards and backwards, and then used as
positive pairs by the second stage of MSS, which so learns what does not differ between patients.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree
from torch import nn

from .localize import RANGE, padded
from .networks import FeatureNet, PositionNet
from .pack import read_pack
from .preprocess import SPACING_MM

CELL_MM = 12.0
FIRST_CELL_MM = 4.5
SEARCH_CELLS = 3  # of 6 mm, along each axis
PRIOR_MM = 14.0
PRIOR_WEIGHT = 0.1
CYCLE_MM = 8.0
RESIDUAL_MM = 8.0
NEIGHBOURS = 12


@dataclass
class Dense:
    """One scan as cells: latents [n, 3], places mm [n, 3], cell indices [n, 3], and unit features at 6 mm.

    `features` is [d * h * w, c], one row per 6 mm cell of a grid of `fine_size`.
    """

    size: tuple[int, ...]
    index: np.ndarray
    place: np.ndarray
    latent: np.ndarray
    fine_size: tuple[int, ...]
    features: torch.Tensor


@torch.no_grad()
def dense(volume: np.ndarray, position: nn.Module, features: nn.Module) -> Dense:
    """Encode a packed scan; the padding of 8 voxels is two cells of 12 mm and is cut off again."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        source = padded(volume.astype(np.float32) / 255, 8).to(memory_format=torch.channels_last_3d)
        latent = position(source)[0].float()
        coarse, fine = (m.float() for m in features(source)[:2])
    stride, border = PositionNet.stride_voxels, 2
    size = tuple(n // stride for n in volume.shape)
    mean = nn.functional.avg_pool3d(source, stride)[0, 0]
    cut = tuple(slice(border, border + n) for n in size)
    index = np.argwhere(mean[cut].numpy() > 0.2)
    wide = nn.functional.interpolate(coarse, scale_factor=2, mode="trilinear", align_corners=False)
    both = torch.cat([nn.functional.normalize(wide, dim=1), nn.functional.normalize(fine, dim=1)], dim=1)[0]
    inner = tuple(slice(2 * border, 2 * border + n // FeatureNet.strides[1]) for n in volume.shape)
    flat = latent[(slice(None), *cut)].numpy()[:, index[:, 0], index[:, 1], index[:, 2]].T
    fine_cells = both[(slice(None), *inner)]
    rows = fine_cells.reshape(fine_cells.shape[0], -1).T.contiguous()
    return Dense(size, index, index * CELL_MM + FIRST_CELL_MM, flat, tuple(fine_cells.shape[1:]), rows)


def _smooth(moves: np.ndarray, target: Dense, sigma_cells: float) -> np.ndarray:
    """Gaussian mean of displacements [n, 3] over the cells of a scan."""
    weight = np.zeros(target.size, dtype=np.float32)
    at = tuple(target.index.T)
    weight[at] = 1
    weight = gaussian_filter(weight, sigma_cells)
    result = np.empty_like(moves)
    for axis in range(3):
        field = np.zeros(target.size, dtype=np.float32)
        field[at] = moves[:, axis]
        result[:, axis] = gaussian_filter(field, sigma_cells)[at] / np.maximum(weight[at], 1e-6)
    return result


def _features_at(scan: Dense, place: np.ndarray) -> torch.Tensor:
    """Nearest 6 mm features [n, c] at mm places (cell i of 6 mm sits at 1.5 + 6 i mm), clamped to the scan."""
    cell = np.clip(np.round((place - 1.5) / 6).astype(np.int64), 0, np.array(scan.fine_size) - 1)
    return scan.features[
        torch.from_numpy((cell[:, 0] * scan.fine_size[1] + cell[:, 1]) * scan.fine_size[2] + cell[:, 2])
    ]


def match(target: Dense, source: Dense) -> tuple[np.ndarray, np.ndarray]:
    """For every cell of `target` its smooth place in `source` [n, 3], and how far the search strayed from it, in mm."""
    tree = cKDTree(source.latent * RANGE)
    _, near = tree.query(target.latent * RANGE, k=NEIGHBOURS)
    votes = source.place[near] + RANGE * np.tanh(target.latent[:, None] - source.latent[near])
    moves = _smooth(np.median(votes, axis=1) - target.place, target, 1.5)
    own = _features_at(target, target.place)
    steps = np.array(list(np.ndindex(*[2 * SEARCH_CELLS + 1] * 3)), dtype=np.float64) - SEARCH_CELLS
    prior = torch.from_numpy(PRIOR_WEIGHT * ((steps * 6) ** 2).sum(axis=1) / (2 * PRIOR_MM**2)).float()
    score = torch.empty(len(moves), len(steps))
    for number, step in enumerate(steps):
        score[:, number] = (own * _features_at(source, target.place + moves + step * 6)).sum(dim=1) / 2
    share = torch.softmax(30 * (score - prior), dim=1)
    found = moves + (share.numpy() @ steps) * 6
    moves = _smooth(found, target, 1.0)
    return target.place + moves, np.linalg.norm(found - moves, axis=1)


def correspondence(target: Dense, source: Dense) -> tuple[np.ndarray, np.ndarray, float]:
    """Fields [4, d, h, w] float16 on the 12 mm cells of both scans: place in the other (mm z, y, x) and trust 0 or 1.

    The last value is the share of the target's cells that are trusted.
    """
    there, back = match(target, source), match(source, target)
    fields = [_trusted(target, source, there, back), _trusted(source, target, back, there)]
    return fields[0], fields[1], float(fields[0][3].sum()) / max(len(target.index), 1)


def _trusted(
    target: Dense, source: Dense, there: tuple[np.ndarray, np.ndarray], back: tuple[np.ndarray, np.ndarray]
) -> np.ndarray:
    """The field on `target`, trusted where the way back returns and the search agreed with its neighbours."""
    place, stray = there
    distance, nearest = cKDTree(source.place).query(place)
    returned = back[0][nearest] + (place - source.place[nearest])
    cycle = np.linalg.norm(returned - target.place, axis=1)
    field = np.zeros((4, *target.size), dtype=np.float16)
    at = tuple(target.index.T)
    for axis in range(3):
        field[(axis, *at)] = place[:, axis]
    field[(3, *at)] = (cycle < CYCLE_MM) & (stray < RESIDUAL_MM) & (distance < 1.5 * CELL_MM)
    return field


def correspondences(
    pack: Path, position: nn.Module, features: nn.Module, target: Path, scans: int, partners: int, seed: int
) -> None:
    """Correspondences of `scans` random scans with `partners` others each, written as `first|second` arrays."""
    volumes = read_pack(pack)
    generator = np.random.default_rng(seed)
    names = [n for n, v in volumes.items() if v.shape[0] * SPACING_MM > 110 and n.startswith("hn")]
    chosen = [names[i] for i in generator.permutation(len(names))[:scans]]
    encoded: dict[str, Dense] = {}
    started = time.time()
    for name in chosen:
        encoded[name] = dense(volumes[name], position, features)
    print(f"{len(chosen)} scans encoded in {time.time() - started:.0f} s", flush=True)
    results: dict[str, np.ndarray] = {}
    done, total = 0, len(chosen) * partners
    for number, second in enumerate(chosen):
        for step in range(1, partners + 1):
            first = chosen[(number + step * step) % len(chosen)]
            forth, back, trusted = correspondence(encoded[second], encoded[first])
            results[f"{first}|{second}"], results[f"{second}|{first}"] = forth, back
            done += 1
            if done % 5 == 0:
                left = (time.time() - started) / done * (total - done)
                print(f"{done}/{total}, {left / 60:.1f} min left, trusted {trusted:.2f}", flush=True)
            if done % 20 == 0 or done == total:
                np.savez_compressed(target, **results)
