"""Tiny made-up scans: an ellipsoid body with three organs, written as NIfTI with a catalog."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import nibabel as nib
import numpy as np

ORGANS = {"1": "Ball", "2": "Rod", "3": "Box"}


def phantom(
    seed: int, size: tuple[int, int, int] = (26, 20, 22), spacing: float = 5.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """HU [x, y, z], labels and affine of one made-up scan."""
    generator = np.random.default_rng(seed)
    x, y, z = np.meshgrid(*[(np.arange(n) - (n - 1) / 2) / (n / 2) for n in size], indexing="ij")
    shift = generator.uniform(-0.05, 0.05, 3)
    hu = np.where((x / 0.9) ** 2 + (y / 0.85) ** 2 < 1, 30.0, -1000.0)
    labels = np.zeros(size, dtype=np.uint8)
    labels[((x - 0.3 - shift[0]) ** 2 + (y - shift[1]) ** 2 + (z - 0.3) ** 2) < 0.07] = 1
    labels[((x + shift[0]) ** 2 + (y + 0.4) ** 2 < 0.03) & (np.abs(z) < 0.7)] = 2
    labels[(np.abs(x + 0.4) < 0.2) & (np.abs(y - 0.1) < 0.25) & (np.abs(z + 0.3 + shift[2]) < 0.2)] = 3
    for value, level in ((1, 160.0), (2, 900.0), (3, -120.0)):
        hu[labels == value] = level
    hu += generator.normal(0, 15, size)
    affine = np.diag([spacing, spacing, spacing, 1.0])
    affine[:3, 3] = -spacing * (np.array(size) - 1) / 2
    return hu.round().astype(np.int16), labels, affine


def write_data(root: Path, counts: dict[str, int]) -> Path:
    """A data folder `root/toy` with so many scans per split, and its catalog."""
    rows = []
    seed = 0
    for split, count in counts.items():
        folder = root / "toy" / split
        folder.mkdir(parents=True)
        for number in range(count):
            hu, labels, affine = phantom(seed)
            seed += 1
            name = f"{split}{number}_ct.nii.gz"
            nib.save(nib.Nifti1Image(hu, affine), folder / name)
            nib.save(nib.Nifti1Image(labels, affine), folder / name.replace("_ct", "_seg"))
            rows.append({"path": f"toy/{split}/{name}", "split": split, "labels": "1 2 3", "cut_organs": ""})
    (root / "toy" / "labels.json").write_text(json.dumps({"labels": ORGANS}))
    with (root / "catalog.csv").open("w", newline="") as handle:
        writer = csv.DictWriter(handle, ["path", "split", "labels", "cut_organs"])
        writer.writeheader()
        writer.writerows(rows)
    return root
