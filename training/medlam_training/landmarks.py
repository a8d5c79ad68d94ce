"""Extreme points of organs, from a label map on its own grid."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .preprocess import load_ras

# Order of the six points: low then high ends of the working array's axes (z, y, x growing Superior, Anterior, Left).
DIRECTIONS = ("inferior", "posterior", "right", "superior", "anterior", "left")
# RAS axis of each point's own coordinate.
OWN_AXIS = (2, 1, 0, 2, 1, 0)


@dataclass(frozen=True)
class Case:
    """A scan of the catalog with its labels."""

    name: str
    scan: Path
    labels: Path
    present: frozenset[int]
    cut: frozenset[int]  # organs cut by the field of view


def read_cases(data: Path, prefix: str, split: str) -> list[Case]:
    """Cases of the catalog below a folder (for example `hn7/dev`) with a given split."""
    with (data / "catalog.csv").open() as handle:
        rows = [r for r in csv.DictReader(handle) if r["split"] == split and r["path"].startswith(prefix)]
    values = {v: k for k, v in read_label_names(data / prefix.split("/")[0] / "labels.json").items()}
    return [
        Case(
            name=Path(row["path"]).name.removesuffix("_ct.nii.gz"),
            scan=data / row["path"],
            labels=data / row["path"].replace("_ct.nii.gz", "_seg.nii.gz"),
            present=frozenset(int(v) for v in row["labels"].split()),
            cut=frozenset(
                values[name] for name in row["cut_organs"].replace(",", " ").replace(";", " ").split() if name in values
            ),
        )
        for row in rows
        if (data / row["path"].replace("_ct.nii.gz", "_seg.nii.gz")).exists()
    ]


def read_label_names(path: Path) -> dict[int, str]:
    """Label value to organ name."""
    return {int(k): v for k, v in json.loads(path.read_text())["labels"].items()}


def extreme_points(labels: np.ndarray, affine: np.ndarray, value: int) -> np.ndarray | None:
    """Six RAS points [6, 3] of one organ in `DIRECTIONS` order, or None when it is absent.

    `labels` is stored closest to RAS. A point's own coordinate lies on the outer face of the organ's outermost
    voxels; its other two are those of the middle voxel, in raster order, of that outermost plane. Raster axes are (y,
    x) for z, (x, z) for y and (z, y) for x, growing Superior, Anterior and Left.
    """
    found = np.argwhere(labels == value)
    if len(found) == 0:
        return None
    points = []
    for side in (-1, 1):
        for axis, (slow, fast) in ((2, (1, 0)), (1, (0, 2)), (0, (2, 1))):
            # The right comes before the left, and RAS x grows to the right.
            low = side > 0 if axis == 0 else side < 0
            edge = found[:, axis].min() if low else found[:, axis].max()
            plane = found[found[:, axis] == edge]
            keys = [(-plane[:, a] if a == 0 else plane[:, a]) for a in (slow, fast)]
            order = np.lexsort((keys[1], keys[0]))
            voxel = plane[order[len(order) // 2]].astype(np.float64)
            voxel[axis] += -0.5 if low else 0.5
            points.append(affine[:3, :3] @ voxel + affine[:3, 3])
    return np.array(points)


def case_points(case: Case) -> dict[int, np.ndarray]:
    """Extreme points of every labelled organ of a case."""
    labels, affine = load_ras(case.labels)
    found = {value: extreme_points(labels, affine, value) for value in sorted(case.present)}
    return {value: points for value, points in found.items() if points is not None}
