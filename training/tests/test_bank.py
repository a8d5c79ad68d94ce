from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from medlam_training.bank import build_with_engine


@pytest.mark.parametrize(("code", "fails"), [(0, False), (3, False), (2, True)])
def test_a_bank_of_an_earlier_run_does_not_hide_that_the_engine_failed(tmp_path: Path, code: int, fails: bool) -> None:
    (tmp_path / "labels.json").write_text(json.dumps({"labels": {"1": "Brainstem"}}))
    bank = tmp_path / "bank-toy.msgpack"
    bank.write_text("of an earlier run")
    engine = [sys.executable, "-c", f"import sys; sys.exit({code} if sys.argv[1] == 'bank' else 0)"]
    selection = {"labelNames": "labels.json", "calibratedOn": "train", "scans": [], "credit": ""}
    if fails:
        with pytest.raises(subprocess.CalledProcessError):
            build_with_engine(tmp_path, selection, tmp_path / "bank-toy.json", engine, None)
    else:
        assert build_with_engine(tmp_path, selection, tmp_path / "bank-toy.json", engine, None) == bank
