"""One experiment as a TOML file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from .augment import Strength


@dataclass(frozen=True)
class Experiment:
    """What to train and how. Paths are relative to the working folder of the command."""

    name: str
    task: str  # "position", "features" or "paper"
    packs: list[str]  # the first is the main one; further ones are picked up when they exist
    output: str  # folder of checkpoints, losses.csv and losses.png
    seed: int = 2023
    steps: int = 100_000
    minutes: float = 0.0  # when above 0 the schedule also ends after this many minutes of training
    scans_per_step: int = 2
    learning_rate: float = 2e-3
    weight_decay: float = 1e-4
    warmup_steps: int = 50
    freeze_norm_at: float = 0.6  # share of the schedule after which BatchNorm keeps its running statistics
    average: float = 0.998  # decay of the exponential average of the weights
    extra_share: float = 0.1  # share of draws from each further pack
    heavier: dict[str, float] = field(default_factory=dict)  # scan name prefix to its weight among the draws
    start_from: str = ""  # checkpoint whose weights start this run
    correspondences: str = ""  # file of label-free correspondences between patients
    correspondence_share: float = 0.5
    size_low: list[int] = field(default_factory=lambda: [40, 72, 80])  # voxels z, y, x of views
    size_high: list[int] = field(default_factory=lambda: [112, 104, 176])
    pairs: int = 512  # cells drawn per view for RDR
    huber_mm: float = 12.0
    blocks: int = 8  # neighbourhoods drawn per view for the finer scales of MSS
    sharpness: float = 20.0
    network: dict[str, Any] = field(default_factory=dict)
    augmentation: dict[str, Any] = field(default_factory=dict)
    threads: int = 1
    device: str = "cpu"
    save_seconds: float = 120.0

    def strength(self) -> Strength:
        """The augmentation with this experiment's changes."""
        changes = {k: tuple(v) if isinstance(v, list) else v for k, v in self.augmentation.items()}
        return Strength(**changes)


def read_experiment(path: Path) -> Experiment:
    """Read and check an experiment file; an unknown key is an error."""
    with path.open("rb") as handle:
        values = tomllib.load(handle)
    known = {f.name for f in fields(Experiment)}
    unknown = set(values) - known
    if unknown:
        raise ValueError(f"{path}: unknown keys {sorted(unknown)}; known: {sorted(known)}")
    return Experiment(**values)
