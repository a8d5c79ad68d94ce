"""The packed training set: every scan at 3 mm as bytes in one compressed file that travels (under 50 MB)."""

from __future__ import annotations

import csv
import json
import time
from pathlib import Path

import numpy as np

from .preprocess import preprocess


def training_scans(data: Path) -> list[Path]:
    """Scans of the catalog that training may see: split `train`, the 21-organ templates, the native trunk example."""
    with (data / "catalog.csv").open() as handle:
        rows = list(csv.DictReader(handle))
    seen = [
        row["path"]
        for row in rows
        if row["split"] == "train"
        or (row["split"] == "templates" and row["path"].startswith("hn21/"))
        or row["path"].startswith("native/totalseg_example")
    ]
    return [data / path for path in seen if (data / path).exists()]


def write_pack(scans: list[Path], target: Path, root: Path) -> None:
    """Preprocess scans and store them as uint8 (0..1 in steps of 1/255) under names relative to `root`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    names: list[str] = []
    arrays: dict[str, np.ndarray] = {}
    started = time.time()
    for number, scan in enumerate(scans):
        volume, _ = preprocess(scan)
        names.append(str(scan.relative_to(root)) if scan.is_relative_to(root) else scan.name)
        arrays[f"volume{number}"] = np.round(volume * 255).astype(np.uint8)
        left = (time.time() - started) / (number + 1) * (len(scans) - number - 1)
        print(f"{number + 1}/{len(scans)} {names[-1]} {volume.shape}, {left:.0f} s left", flush=True)
    np.savez_compressed(target, names=json.dumps(names), **arrays)
    print(f"{target}: {len(names)} scans, {target.stat().st_size / 1e6:.1f} MB")


def read_pack(path: Path) -> dict[str, np.ndarray]:
    """Scan name to uint8 volume [z, y, x]."""
    with np.load(path) as pack:
        return {name: pack[f"volume{i}"] for i, name in enumerate(json.loads(str(pack["names"])))}
