"""Every command once, in seconds, on data made here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from phantom import write_data

from medlam_training.cli import main

POSITION = """
name = "smoke"
task = "position"
packs = ["pack.npz", "missing.npz"]
output = "position"
steps = 6
pairs = 32
size_low = [16, 24, 24]
size_high = [24, 32, 32]
save_seconds = 0
network = { base = 8, fine = 8 }
"""
FEATURES = """
name = "smoke"
task = "features"
packs = ["pack.npz"]
output = "features"
correspondences = "pairs.npz"
steps = 4
blocks = 2
size_low = [24, 24, 24]
size_high = [32, 32, 32]
network = { base = 8, channels = [16, 8] }
"""
PAPER = """
name = "smoke"
task = "paper"
packs = ["pack.npz"]
output = "paper"
steps = 1
network = { base = 2 }
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("training")
    write_data(root / "data", {"train": 4, "templates": 2, "dev": 2})
    for name, text in (("position", POSITION), ("features", FEATURES), ("paper", PAPER)):
        (root / f"{name}.toml").write_text(text)
    return root


def test_every_command(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(folder)
    main(["prepare", "data", "pack.npz"])
    main(["prepare", "data", "other.npz", "--scans", "toy/dev/*_ct.nii.gz"])
    main(["train", "position.toml"])
    assert "min left" not in capsys.readouterr().err
    (folder / "position.toml").write_text(POSITION.replace("steps = 6", "steps = 8"))
    main(["train", "position.toml"])
    assert "resume at step 6" in capsys.readouterr().out
    assert (folder / "position" / "losses.csv").read_text().startswith("step,seconds,rate,loss")
    main(["train", "features.toml"])
    networks = ["--position", "position/last.pt", "--features", "features/last.pt"]
    main(["correspond", "pack.npz", "pairs.npz", *networks, "--scans", "3", "--partners", "1"])
    (folder / "features.toml").write_text(FEATURES.replace("steps = 4", "steps = 6"))
    main(["train", "features.toml"])
    main(["train", "paper.toml"])
    main(["export", "models", "--id", "toy", *networks])
    main(["export", "models", "--id", "toy-paper", "--paper", "paper/last.pt"])
    card = json.loads((folder / "models" / "toy.json").read_text())
    assert card["kind"] == "dense" and (folder / "models" / card["features"]["file"]).exists()
    assert json.loads((folder / "models" / "toy-paper.json").read_text())["kind"] == "patch"
    main(["bank", "data", "bank.json", *networks, "--region", "toy", "--most", "2", "--validation", "4"])
    assert len(json.loads((folder / "bank.json").read_text())["scans"]) == 2
    main(["evaluate", "data", *networks, "--region", "toy", "--output", "figures.json", "--calibration", "bank.json"])
    figures = json.loads((folder / "figures.json").read_text())
    assert "3 templates, RDR+MSS, robust" in figures and "crops" in figures
