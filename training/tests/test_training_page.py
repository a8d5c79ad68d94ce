"""The commands of docs/training.md, as they stand there, on tiny scans and a few steps."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nibabel as nib
from phantom import phantom

ROOT = Path(__file__).resolve().parents[2]
TINY = {
    "own-position": "steps = 6\npairs = 32\nsize_low = [16, 24, 24]\nsize_high = [24, 32, 32]\n"
    "network = { base = 8, fine = 8 }\n",
    "own-features": "steps = 4\nblocks = 2\nsize_low = [24, 24, 24]\nsize_high = [32, 32, 32]\n"
    "network = { base = 8, channels = [16, 8] }\n",
}


def page_commands() -> str:
    """The one block of commands of the page."""
    blocks = re.findall(r"```bash\n(.*?)```", (ROOT / "docs" / "training.md").read_text(), re.DOTALL)
    assert len(blocks) == 1
    return str(blocks[0])


def shortened(text: str, changes: str) -> str:
    """An experiment with some keys replaced, so that it ends in seconds."""
    names = [*re.findall(r"^(\w+) =", changes, re.MULTILINE), "minutes", "scans_per_step"]
    kept = [line for line in text.splitlines() if not any(line.startswith(f"{name} =") for name in names)]
    return "\n".join(kept) + "\n" + changes


def test_page(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "training" / "configs").mkdir(parents=True)
    shutil.copytree(ROOT / "training" / "medlam_training", project / "training" / "medlam_training")
    for name, changes in TINY.items():
        file = ROOT / "training" / "configs" / f"{name}.toml"
        (project / "training" / "configs" / f"{name}.toml").write_text(shortened(file.read_text(), changes))
    scans = tmp_path / "scans" / "site"
    scans.mkdir(parents=True)
    for seed in range(4):
        hu, labels, affine = phantom(seed)
        nib.save(nib.Nifti1Image(hu, affine), scans / f"{seed}.nii.gz")
    nib.save(nib.Nifti1Image(labels, affine), tmp_path / "labels.nii.gz")

    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "npx").write_text(f'#!/bin/sh\nshift\nexec node "{ROOT / "dist" / "cli.js"}" "$@"\n')
    (tools / "python3").symlink_to(sys.executable)
    for tool in tools.iterdir():
        if not tool.is_symlink():
            tool.chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "SCANS": str(tmp_path / "scans"),
        "TEMPLATE": str(scans / "3.nii.gz"),
        "LABELS": str(tmp_path / "labels.nii.gz"),
        "NEW": str(scans / "0.nii.gz"),
        "MEDLSAM_MODELS_FOLDER": str(tmp_path / "models"),
    }
    ran = subprocess.run(
        ["bash", "-euc", page_commands()], cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    # 3: an untrained localizer need not find all that it looks for.
    assert ran.returncode in (0, 3), ran.stdout + ran.stderr
    assert (scans / "0_dseg.nii.gz").exists()
    assert '"id": "own"' in (scans / "0_dseg.json").read_text()
