"""The first diagnostic of any model: do two crops of one scan give the same anatomy the same latent?"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from .localize import PADDING_VOXELS, RANGE, padded
from .networks import PositionNet


@torch.no_grad()
def crop_disagreement(volume: np.ndarray, position: nn.Module, generator: np.random.Generator) -> np.ndarray:
    """Offsets |r tanh(difference)| in mm [n, 3] between latents of the body cells that two random crops share.

    Each crop keeps 60 to 90 % of every axis; starts are whole cells, so that cells coincide.
    """
    stride, border = PositionNet.stride_voxels, PADDING_VOXELS // PositionNet.stride_voxels
    maps, starts, bodies = [], [], []
    for _ in range(2):
        size = [max(16, int(n * generator.uniform(0.6, 0.9))) for n in volume.shape]
        start = [int(generator.integers(0, max(1, (n - s) // stride + 1))) * stride for n, s in zip(volume.shape, size)]
        crop = volume[tuple(slice(a, a + s) for a, s in zip(start, size))]
        source = padded(crop, PositionNet.multiple_of)
        cells = [len(range(0, s - stride + 1, stride)) for s in crop.shape]
        cut = tuple(slice(border, border + n) for n in cells)
        maps.append(position(source)[0].numpy()[(slice(None), *cut)])
        bodies.append(nn.functional.avg_pool3d(source, stride)[0, 0].numpy()[cut] > 0.2)
        starts.append(np.array(start) // stride)
    low = np.maximum(starts[0], starts[1])
    high = np.minimum(starts[0] + maps[0].shape[1:], starts[1] + maps[1].shape[1:])
    if np.any(high <= low):
        return np.zeros((0, 3))
    views = [tuple(slice(a, b) for a, b in zip(low - s, high - s)) for s in starts]
    body = bodies[0][views[0]] & bodies[1][views[1]]
    difference = maps[0][(slice(None), *views[0])] - maps[1][(slice(None), *views[1])]
    return np.abs(RANGE * np.tanh(difference.reshape(3, -1).T[body.reshape(-1)]))
