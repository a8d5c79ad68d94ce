"""Figures on labelled scans: wall error, box IoU, walls within 30 mm, confidence, agreement of crops, seconds."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from .landmarks import Case, case_points
from .localize import Calibration, Encoding, Found, Options, Template, encode, localize, make_template
from .networks import FeatureNet, PositionNet
from .preprocess import SPACING_MM, Grid, points_to_voxels, preprocess


@dataclass
class Encoded:
    """A labelled scan, encoded: its grid and its true points in mm (z, y, x) of the working grid."""

    case: Case
    grid: Grid
    encoding: Encoding
    truth: dict[int, np.ndarray]
    seconds: float


def load_network(path: Path) -> nn.Module:
    """The averaged weights of a checkpoint, ready for inference."""
    state = torch.load(path, map_location="cpu")
    options = {k: tuple(v) if isinstance(v, list) else v for k, v in state["options"].items()}
    net = {"position": PositionNet, "features": FeatureNet}[state["task"]](**options)
    net.load_state_dict(state["average"])
    return net.eval()


def encode_case(case: Case, position: nn.Module, features: nn.Module | None) -> Encoded:
    """Preprocess and encode one labelled scan."""
    volume, grid = preprocess(case.scan)
    started = time.time()
    encoding = encode(volume, position, features)
    seconds = time.time() - started
    truth = {o: points_to_voxels(p, grid) * SPACING_MM for o, p in case_points(case).items()}
    return Encoded(case, grid, encoding, truth, seconds)


def walls(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Low and high corner (z, y, x) of the box that six points span; inverted sides are put right."""
    low, high = points[:3].diagonal(), points[3:].diagonal()
    return np.minimum(low, high), np.maximum(low, high)


def box_iou(a: np.ndarray, b: np.ndarray) -> float:
    """Intersection over union of the boxes of two sets of six points."""
    (low_a, high_a), (low_b, high_b) = walls(a), walls(b)
    shared = np.prod(np.clip(np.minimum(high_a, high_b) - np.maximum(low_a, low_b), 0, None))
    return float(shared / (np.prod(high_a - low_a) + np.prod(high_b - low_b) - shared))


def wall_errors(found: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Absolute error (mm) of each extreme point's own coordinate, [6]."""
    return np.abs(np.array([found[i, i % 3] - truth[i, i % 3] for i in range(6)]))


@dataclass
class Row:
    """One organ of one scan."""

    scan: str
    organ: int
    iou: float
    errors: np.ndarray
    signals: dict[str, float]


def score(scan: Encoded, found: Found) -> list[Row]:
    """Rows for the organs that are labelled and not cut by the field of view."""
    return [
        Row(scan.case.name, o, box_iou(p, scan.truth[o]), wall_errors(p, scan.truth[o]), found.signals.get(o, {}))
        for o, p in found.points.items()
        if o in scan.truth and o not in scan.case.cut
    ]


def summary(rows: list[Row], names: dict[int, str]) -> dict[str, float | str]:
    """Means over scans, as in the issue's table."""
    by_scan: dict[str, list[Row]] = {}
    for row in rows:
        by_scan.setdefault(row.scan, []).append(row)
    errors = np.concatenate([r.errors for r in rows])
    organs = sorted({r.organ for r in rows})
    per_organ = {o: [r for r in rows if r.organ == o] for o in organs}
    return {
        "wall_mm": float(np.mean([np.mean([r.errors for r in group]) for group in by_scan.values()])),
        "median_mm": float(np.median(errors)),
        "iou": float(np.mean([np.mean([r.iou for r in group]) for group in by_scan.values()])),
        "iou_organs": float(np.mean([np.mean([r.iou for r in group]) for group in per_organ.values()])),
        "within30": float(np.mean(errors <= 30)),
        "organs": " ".join(
            f"{names.get(o, o)} {np.mean([r.iou for r in g]):.2f}/{np.mean([r.errors for r in g]):.1f}"
            for o, g in per_organ.items()
        ),
    }


def spearman(a: np.ndarray, b: np.ndarray) -> float:
    """Rank correlation."""
    from scipy.stats import spearmanr

    return float(spearmanr(a, b)[0])


def make_templates(scans: list[Encoded], organs: set[int], options: Options) -> list[Template]:
    """Templates of encoded labelled scans; organs cut by the field of view are left out."""
    return [
        make_template(
            s.case.name, s.encoding, {o: p for o, p in s.truth.items() if o in organs and o not in s.case.cut}, options
        )
        for s in scans
    ]


def evaluate(
    queries: list[Encoded],
    templates: list[Template],
    options: Options,
    calibration: dict[int, Calibration] | None = None,
) -> tuple[list[Row], list[Found], float]:
    """Localize in every query; the last value is seconds per scan of the procedure alone."""
    rows, found = [], []
    started = time.time()
    for query in queries:
        found.append(localize(query.encoding, templates, options, calibration))
    seconds = (time.time() - started) / max(len(queries), 1)
    for query, result in zip(queries, found):
        rows += score(query, result)
    return rows, found, seconds
