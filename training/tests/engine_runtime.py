"""Runs an exported graph where the product runs it, so that no ONNX runtime for Python is needed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np

SCRIPT = Path(__file__).with_name("run_onnx.mjs")


def run_in_engine_runtime(graph: Path, volume: np.ndarray, folder: Path) -> list[np.ndarray]:
    """The graph's outputs, in order, for a float32 volume of shape (1, 1, D, H, W)."""
    raw = folder / "volume.raw"
    raw.write_bytes(volume.astype("<f4").tobytes())
    command = ["node", str(SCRIPT), str(graph), str(raw), str(folder), *map(str, volume.shape[2:])]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [
        np.frombuffer((folder / f"{name}.raw").read_bytes(), "<f4").reshape(dims) for name, dims in json.loads(printed)
    ]
