"""How organs are found in a scan: the procedure that ships, and the paper's beside it.

Everything here works in mm (z, y, x) from voxel 0, 0, 0 of the working grid of the scan at hand, in NumPy, so that it
can be read next to the engine's TypeScript. `encode` is the only part that touches a network.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import nn

from .networks import RANGE_MM, FeatureNet, PositionNet
from .preprocess import SPACING_MM

RANGE = np.array(RANGE_MM)
PADDING_VOXELS = 8
# A cell is an agent when the mean of its voxels says body (about -600 HU).
BODY_MEAN = 0.1
# Assumed of organs without a calibration.
DEFAULT_ERROR_MM = 6.0
DEFAULT_SIMILARITY = 0.75


@dataclass(frozen=True)
class Options:
    """Constants of the procedure; the defaults are what ships."""

    first_agents: int = 2000  # agents of the first vote, evenly drawn from all body cells
    radii_mm: tuple[float, ...] = (90.0, 60.0, 45.0)  # then only agents this near to the estimate
    least_agents: int = 12  # when fewer are that near, the nearest this many
    kernel_sides: tuple[int, ...] = (1, 3, 1)  # cube of features per scale, cells
    scale_weights: tuple[float, ...] = (1.0, 1.0, 1.0)
    window_mm: float = 24.0  # the similarity search looks this far along each axis
    step_mm: float = 3.0  # and this finely
    prior_mm: float = 14.0  # width of the Gaussian prior about the RDR estimate
    prior_weight: float = 0.05  # similarity that the prior takes at 1.41 times its width
    search: bool = True  # False: RDR alone


@dataclass
class Encoding:
    """What the networks say of one scan."""

    agents: np.ndarray  # [n, 3] mm of body cells
    latents: np.ndarray  # [n, 3]
    field: np.ndarray  # [3, d, h, w] latents of all cells
    features: list[np.ndarray]  # per scale [c, d, h, w], unit length over c


@dataclass
class TemplatePoint:
    """One extreme point of one template."""

    latent: np.ndarray  # [3]
    cubes: list[np.ndarray]  # per scale [k^3, c], unit length


@dataclass
class Template:
    """A labelled scan, reduced to points: `points` maps organ to six entries, `places_mm` is where they are in it."""

    name: str
    points: dict[int, list[TemplatePoint]]
    places_mm: dict[int, np.ndarray]


@dataclass
class Found:
    """Localized points of one scan, each [6, 3] mm per organ, and what confidence is made of."""

    points: dict[int, np.ndarray]
    per_template: dict[int, np.ndarray] = field(default_factory=dict)  # [templates, 6, 3]
    coarse: dict[int, np.ndarray] = field(default_factory=dict)  # RDR alone
    peaks: dict[int, np.ndarray] = field(default_factory=dict)  # [6] mean over templates of the best similarity
    signals: dict[int, dict[str, float]] = field(default_factory=dict)


def padded(volume: np.ndarray, multiple: int) -> torch.Tensor:
    """Zero padding on all sides, then more at the far ends up to a multiple; [1, 1, D, H, W]."""
    size = [n + 2 * PADDING_VOXELS for n in volume.shape]
    full = torch.zeros(1, 1, *[-(-n // multiple) * multiple for n in size])
    p = PADDING_VOXELS
    full[0, 0, p : p + volume.shape[0], p : p + volume.shape[1], p : p + volume.shape[2]] = torch.from_numpy(volume)
    return full


def cell_mm(index: np.ndarray, stride: int) -> np.ndarray:
    """Cell indices of a padded map as mm of the unpadded working grid."""
    return (np.asarray(index, dtype=np.float64) * stride + (stride - 1) / 2 - PADDING_VOXELS) * SPACING_MM


def mm_cell(mm: np.ndarray, stride: int) -> np.ndarray:
    """Inverse of `cell_mm`, fractional."""
    return (np.asarray(mm, dtype=np.float64) / SPACING_MM + PADDING_VOXELS - (stride - 1) / 2) / stride


@torch.no_grad()
def encode(volume: np.ndarray, position: nn.Module, features: nn.Module | None) -> Encoding:
    """Run the networks over a whole working volume [z, y, x] in 0..1."""
    stride = PositionNet.stride_voxels
    source = padded(volume, PositionNet.multiple_of)
    latent = position(source)[0].numpy()
    mean = nn.functional.avg_pool3d(source, stride)[0, 0].numpy()
    body = np.argwhere(mean > BODY_MEAN)
    maps: list[np.ndarray] = []
    if features is not None:
        for output in features(padded(volume, FeatureNet.multiple_of)):
            maps.append(nn.functional.normalize(output[0], dim=0).numpy())
    return Encoding(
        cell_mm(body, stride), latent[:, body[:, 0], body[:, 1], body[:, 2]].T.astype(np.float64), latent, maps
    )


def trilinear(field_: np.ndarray, index: np.ndarray) -> np.ndarray:
    """Values [n, c] of a map [c, d, h, w] at fractional cell indices [n, 3], clamped to the map."""
    size = np.array(field_.shape[1:])
    index = np.clip(index, 0, size - 1)
    low = np.minimum(np.floor(index).astype(int), np.maximum(size - 2, 0))
    fraction = index - low
    high = np.minimum(low + 1, size - 1)
    value = np.zeros((len(index), field_.shape[0]))
    for corner in np.ndindex(2, 2, 2):
        at = np.where(np.array(corner) == 1, high, low)
        weight = np.prod(np.where(np.array(corner) == 1, fraction, 1 - fraction), axis=1)
        value += weight[:, None] * field_[:, at[:, 0], at[:, 1], at[:, 2]].T
    return value


def cube_offsets(side: int) -> np.ndarray:
    """Offsets [side^3, 3] of a cube of cells about its centre, raster order."""
    return np.array(list(np.ndindex(side, side, side)), dtype=np.float64) - (side - 1) / 2


def make_template(name: str, encoding: Encoding, places: dict[int, np.ndarray], options: Options) -> Template:
    """Look up every extreme point (mm of the working grid, [6, 3] per organ) of a labelled scan."""
    points: dict[int, list[TemplatePoint]] = {}
    for organ, mm in places.items():
        latents = trilinear(encoding.field, mm_cell(mm, PositionNet.stride_voxels))
        cubes: list[list[np.ndarray]] = [[] for _ in mm]
        for scale, features in enumerate(encoding.features):
            stride, side = FeatureNet.strides[scale], options.kernel_sides[scale]
            for number, centre in enumerate(mm_cell(mm, stride)):
                cube = trilinear(features, centre + cube_offsets(side))
                cubes[number].append(cube / np.maximum(np.linalg.norm(cube, axis=1, keepdims=True), 1e-9))
        points[organ] = [TemplatePoint(latents[i], cubes[i]) for i in range(len(mm))]
    return Template(name, points, places)


def vote(encoding: Encoding, targets: np.ndarray, options: Options) -> tuple[np.ndarray, np.ndarray]:
    """RDR: where each target latent [n, 3] is, by the median over agents, then over ever nearer agents.

    Returns places [n, 3] mm and the spread of the last vote (median absolute deviation, mm, [n]).
    """
    agents, latents = encoding.agents, encoding.latents
    step = max(1, len(agents) // options.first_agents)
    places = np.empty((len(targets), 3))
    spread = np.empty(len(targets))
    for i, target in enumerate(targets):
        place = np.median(agents[::step] + RANGE * np.tanh(target - latents[::step]), axis=0)
        near = np.arange(len(agents))
        for number, radius in enumerate(options.radii_mm):
            pool = near if number else np.nonzero(np.abs(agents - place).max(axis=1) < radius + 30)[0]
            distance = ((agents[pool] - place) ** 2).sum(axis=1)
            near = pool[distance < radius**2]
            if len(near) < options.least_agents:
                distance = ((agents - place) ** 2).sum(axis=1)
                near = np.argsort(distance)[: options.least_agents]
            votes = agents[near] + RANGE * np.tanh(target - latents[near])
            place = np.median(votes, axis=0)
        places[i] = place
        spread[i] = np.median(np.linalg.norm(votes - place, axis=1))
    return places, spread


def similarity(encoding: Encoding, points: list[TemplatePoint], centre: np.ndarray, options: Options) -> np.ndarray:
    """Similarity with each template of a point on a lattice of displacements about `centre` mm, [templates, m, m, m].

    Per scale: cosine similarities of the cube at whole cells, averaged over the cube, then interpolated on the lattice.
    """
    reach = round(options.window_mm / options.step_mm)
    steps = np.arange(-reach, reach + 1) * options.step_mm
    total = np.zeros((len(points), *[2 * reach + 1] * 3))
    weights = options.scale_weights[: len(encoding.features)]
    for scale, features in enumerate(encoding.features):
        stride = FeatureNet.strides[scale]
        cubes = np.stack([p.cubes[scale] for p in points])
        side = round(cubes.shape[1] ** (1 / 3))
        low = np.floor(mm_cell(centre - options.window_mm, stride)).astype(int)
        high = np.ceil(mm_cell(centre + options.window_mm, stride)).astype(int) + 1
        pad = (side - 1) // 2
        ranges = [np.clip(np.arange(a - pad, b + pad), 0, n - 1) for a, b, n in zip(low, high, features.shape[1:])]
        window = features[:, ranges[0]][:, :, ranges[1]][:, :, :, ranges[2]]
        products = np.tensordot(cubes, window, axes=(2, 0))
        size = high - low
        score = np.zeros((len(points), *size))
        for number, (z, y, x) in enumerate(np.ndindex(side, side, side)):
            score += products[:, number, z : z + size[0], y : y + size[1], x : x + size[2]]
        score /= cubes.shape[1]
        for axis in range(3):
            score = interpolate_axis(score, axis + 1, mm_cell(centre[axis] + steps, stride) - low[axis])
        total += weights[scale] * score
    return total / sum(weights)


def interpolate_axis(field_: np.ndarray, axis: int, at: np.ndarray) -> np.ndarray:
    """Linear interpolation of an array along one axis at fractional indices inside it."""
    low = np.clip(np.floor(at).astype(int), 0, field_.shape[axis] - 2)
    shape = [1] * field_.ndim
    shape[axis] = -1
    fraction = (at - low).reshape(shape)
    return np.take(field_, low, axis=axis) * (1 - fraction) + np.take(field_, low + 1, axis=axis) * fraction


def sub_voxel(score: np.ndarray) -> np.ndarray:
    """Index of the maximum of a lattice, refined by a parabola along each axis."""
    best = np.array(np.unravel_index(int(score.argmax()), score.shape))
    result = best.astype(np.float64)
    for axis in range(3):
        if 0 < best[axis] < score.shape[axis] - 1:
            at = [tuple(best + d * np.eye(3, dtype=int)[axis]) for d in (-1, 0, 1)]
            a, b, c = (score[i] for i in at)
            curve = a - 2 * b + c
            if curve < 0:
                result[axis] += np.clip(0.5 * (a - c) / curve, -0.5, 0.5)
    return result


def best_move(score: np.ndarray, options: Options) -> np.ndarray:
    """Displacement (mm) of the maximum of a similarity lattice less the distance prior."""
    reach = (score.shape[0] - 1) // 2
    axis = ((np.arange(2 * reach + 1) - reach) * options.step_mm) ** 2
    squared = axis[:, None, None] + axis[None, :, None] + axis[None, None, :]
    return (sub_voxel(score - options.prior_weight * squared / (2 * options.prior_mm**2)) - reach) * options.step_mm


@dataclass(frozen=True)
class Calibration:
    """What labelled scans taught about an organ, per point as in `DIRECTIONS`: usual wall error (mm) and similarity."""

    error_mm: np.ndarray
    similarity: np.ndarray


def expected_error_mm(similarity_: np.ndarray, calibration: Calibration | None, slope: float = 5.0) -> float:
    """Wall error to expect of an organ: its usual error, more where the scan looks less like the templates than usual.

    `similarity_` [6] is the mean over templates of each template's own best similarity.
    """
    error = calibration.error_mm if calibration else np.full(6, DEFAULT_ERROR_MM)
    usual = calibration.similarity if calibration else np.full(6, DEFAULT_SIMILARITY)
    return float(np.mean(error * np.clip(1 + slope * (usual - similarity_), 0.25, 4)))


def confidence(expected_mm: float) -> float:
    """Expected wall error as a confidence in 0..1: 0.5 at 7 mm."""
    return 1 / (1 + (expected_mm / 7) ** 2)


def localize(
    encoding: Encoding, templates: list[Template], options: Options, calibration: dict[int, Calibration] | None = None
) -> Found:
    """The procedure that ships: RDR per template, median over templates, then one similarity search for all of them."""
    organs = sorted({organ for template in templates for organ in template.points})
    having = {organ: [t for t in templates if organ in t.points] for organ in organs}
    found = Found(points={})
    targets = np.array([p.latent for o in organs for t in having[o] for p in t.points[o]])
    places, spread = vote(encoding, targets, options)
    start = 0
    for organ in organs:
        count = len(having[organ])
        found.per_template[organ] = places[start : start + 6 * count].reshape(count, 6, 3)
        found.coarse[organ] = np.median(found.per_template[organ], axis=0)
        own = np.stack([found.per_template[organ][:, i, i % 3] for i in range(6)], axis=1)
        found.signals[organ] = {
            "agents_mm": float(spread[start : start + 6 * count].mean()),
            "templates_mm": float(np.abs(own - np.median(own, axis=0)).mean()),
        }
        start += 6 * count
    if not options.search or not encoding.features:
        found.points = dict(found.coarse)
        return found
    for organ in organs:
        points, peaks = found.coarse[organ].copy(), np.empty(6)
        for i in range(6):
            scores = similarity(encoding, [t.points[organ][i] for t in having[organ]], found.coarse[organ][i], options)
            points[i] += best_move(scores.mean(axis=0), options)
            peaks[i] = scores.max(axis=(1, 2, 3)).mean()
        found.points[organ], found.peaks[organ] = points, peaks
        expected = expected_error_mm(peaks, (calibration or {}).get(organ))
        found.signals[organ] |= {
            "similarity": float(peaks.mean()),
            "move_mm": float(np.linalg.norm(points - found.coarse[organ], axis=1).mean()),
            "expected_mm": expected,
            "confidence": confidence(expected),
        }
    return found


def mean_point(points: list[TemplatePoint]) -> TemplatePoint:
    """Templates melted into one, as in the paper; the mean of unit cubes keeps the mean of their similarities."""
    cubes = [np.mean([p.cubes[s] for p in points], axis=0) for s in range(len(points[0].cubes))]
    return TemplatePoint(np.mean([p.latent for p in points], axis=0), cubes)


def paper_agents(encoding: Encoding, extent_mm: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Ten random agents (indices) within 30 mm of the middle of the scan along each axis, as the paper draws them."""
    near = np.nonzero(np.abs(encoding.agents - extent_mm / 2).max(axis=1) <= 30)[0]
    if len(near) == 0:
        near = np.arange(len(encoding.agents))
    return generator.choice(near, size=10, replace=len(near) < 10)


def localize_as_paper(
    encoding: Encoding, templates: list[Template], extent_mm: np.ndarray, options: Options, seed: int = 2023
) -> Found:
    """The paper's procedure: means of latents over agents and templates, one jump, then the best similarity near it.

    The search looks 96 mm along each axis, without a prior and without refinement between the 3 mm steps.
    """
    agents = paper_agents(encoding, extent_mm, np.random.default_rng(seed))
    start, query = encoding.agents[agents].mean(axis=0), encoding.latents[agents].mean(axis=0)
    found = Found(points={})
    wide = Options(**{**options.__dict__, "window_mm": 96.0})
    for organ in sorted({organ for template in templates for organ in template.points}):
        having = [t for t in templates if organ in t.points]
        targets = np.mean([[p.latent for p in t.points[organ]] for t in having], axis=0)
        coarse = start + RANGE * np.tanh(targets - query)
        points = coarse.copy()
        if options.search and encoding.features:
            for i in range(6):
                score = similarity(encoding, [mean_point([t.points[organ][i] for t in having])], coarse[i], wide)[0]
                best = np.array(np.unravel_index(int(score.argmax()), score.shape))
                points[i] = coarse[i] + (best - (score.shape[0] - 1) / 2) * wide.step_mm
        found.coarse[organ], found.points[organ] = coarse, points
    return found
