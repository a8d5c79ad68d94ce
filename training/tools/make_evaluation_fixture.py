"""Writes the masks and scores that the engine's evaluation is compared with in test/unit/lab/evaluation.

The scores come from other implementations than ours: NumPy, MedPy (Hausdorff distance) and DeepMind's surface-distance
(surface Dice). Run it with these installed (pip install medpy surface-distance-based-measures):

    python training/tools/make_evaluation_fixture.py test/unit/lab/evaluation/secondImplementation.json
"""

import base64
import json
import sys
from pathlib import Path

import numpy as np
import surface_distance
from medpy.metric.binary import hd95
from scipy import ndimage

if not hasattr(np, "bool"):
    np.bool = bool  # NumPy 1.24 to 1.26 lack the name that surface-distance uses.

TOLERANCES_MM = (1.0, 2.0, 3.0)


def blob(rng: np.random.Generator, shape: tuple[int, int, int], smooth: float, share: float) -> np.ndarray:
    """A random smooth mask that covers about a share of the grid; it may touch the borders and fall into pieces."""
    noise = ndimage.gaussian_filter(rng.normal(size=shape), smooth)
    return noise > np.quantile(noise, 1 - share)


def scores(prediction: np.ndarray, truth: np.ndarray, spacing_mm: tuple[float, float, float]) -> dict:
    """All scores of one pair of masks."""
    both = np.logical_and(prediction, truth).sum()
    distances = surface_distance.compute_surface_distances(truth, prediction, spacing_mm)
    return {
        "dice": 2 * both / (prediction.sum() + truth.sum()),
        "hd95Mm": hd95(prediction, truth, spacing_mm),
        "surfaceDice": {
            f"{t:g}": surface_distance.compute_surface_dice_at_tolerance(distances, t) for t in TOLERANCES_MM
        },
        "volumeMl": float(prediction.sum() * np.prod(spacing_mm) / 1000),
        "truthMl": float(truth.sum() * np.prod(spacing_mm) / 1000),
    }


def packed(mask: np.ndarray) -> str:
    """A mask as base64, eight voxels a byte, first axis fastest."""
    return base64.b64encode(np.packbits(mask.flatten(order="F"))).decode()


def main() -> None:
    """Write the fixture named on the command line."""
    rng = np.random.default_rng(6)
    pairs = []
    for spacing_mm in ((1.0, 1.0, 1.0), (3.9, 3.9, 2.5), (0.7, 0.7, 5.0), (2.0, 1.0, 3.0)):
        for smooth, share, shift in ((2.0, 0.2, (1, 0, 0)), (1.2, 0.3, (2, -1, 1)), (1.5, 0.05, (0, 3, 2))):
            shape = (19, 16, 13)
            truth = blob(rng, shape, smooth, share)
            prediction = ndimage.shift(truth.astype(float), shift, order=0) > 0.5
            prediction ^= blob(rng, shape, 1.0, 0.05)
            pairs.append((prediction, truth, spacing_mm))
    one, far = np.zeros((2, 9, 8, 7), bool)
    one[1, 2, 3] = True
    far[6, 4, 3] = True
    pairs += [(one, one, (0.9, 0.9, 3.0)), (one, far, (0.9, 0.9, 3.0))]
    pairs += [(np.ones((5, 4, 3), bool), np.ones((5, 4, 3), bool), (1.0, 2.0, 3.0))]
    cases = [
        {"size": p.shape, "spacingMm": s, "prediction": packed(p), "truth": packed(t), "expected": scores(p, t, s)}
        for p, t, s in pairs
    ]
    Path(sys.argv[1]).write_text(
        json.dumps({"madeBy": "training/tools/make_evaluation_fixture.py", "cases": cases}, indent=1) + "\n"
    )


if __name__ == "__main__":
    main()
