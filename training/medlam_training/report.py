"""The table of figures: templates, procedures, crops, confidence, seconds, per organ."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from .bank import read_calibration
from .crops import crop_disagreement
from .evaluate import Encoded, Row, encode_case, evaluate, load_network, make_templates, score, spearman, summary
from .landmarks import read_cases, read_label_names
from .localize import Calibration, Options, Template, localize_as_paper
from .preprocess import SPACING_MM, preprocess


def _line(rows: list[Row], names: dict[int, str]) -> dict[str, Any]:
    """The figures of one procedure."""
    return {k: round(v, 3) if isinstance(v, float) else v for k, v in summary(rows, names).items()}


def confidence_rank(rows: list[Row]) -> float:
    """Spearman correlation of expected with true wall error, over organs of scans."""
    return spearman(np.array([r.signals["expected_mm"] for r in rows]), np.array([r.errors.mean() for r in rows]))


def report(
    data: Path,
    position: Path,
    features: Path,
    target: Path | None,
    organs: set[int],
    prefix: str,
    split: str,
    calibration: Path | None = None,
) -> dict[str, Any]:
    """Encode templates and queries of a region and print and return every figure of the issue's table."""
    position_net, feature_net = load_network(position), load_network(features)
    names = read_label_names(data / prefix / "labels.json")
    fixed = [encode_case(c, position_net, feature_net) for c in read_cases(data, f"{prefix}/templates", "templates")]
    more = [
        c
        for c in read_cases(data, f"{prefix}/train", "train")
        if len((c.present & organs) - c.cut) >= min(6, len(organs))
    ]
    extra = [encode_case(c, position_net, feature_net) for c in more[: max(0, 10 - len(fixed))]]
    queries = [encode_case(c, position_net, feature_net) for c in read_cases(data, f"{prefix}/{split}", split)]
    results = figures(
        queries, fixed, extra, organs, names, read_calibration(calibration, names) if calibration else None
    )
    generator = np.random.default_rng(0)
    offsets = []
    for query in queries:
        volume, _ = preprocess(query.case.scan)
        offsets.append(crop_disagreement(volume, position_net, generator))
    joined = np.concatenate([o for o in offsets if len(o)])
    results["crops"] = {
        "per_axis_mm": [round(float(v), 2) for v in joined.mean(axis=0)],
        "norm_mm": round(float(np.linalg.norm(joined, axis=1).mean()), 2),
    }
    results["encode_seconds"] = round(float(np.mean([q.seconds for q in queries])), 2)
    if target is not None:
        target.write_text(json.dumps(results, indent=2) + "\n")
    print(json.dumps(results, indent=2))
    return results


def figures(
    queries: list[Encoded],
    fixed: list[Encoded],
    extra: list[Encoded],
    organs: set[int],
    names: dict[int, str],
    calibration: dict[int, Calibration] | None,
) -> dict[str, Any]:
    """Robust and paper's procedure, RDR alone and RDR + MSS, with 1, 3, 5 and 10 templates."""
    options = Options()
    everything = make_templates([*fixed, *extra], organs, options)
    results: dict[str, Any] = {}
    for count in (1, 3, 5, 10):
        if count > len(everything):
            continue
        templates = everything[:count]
        for label, choice in (("RDR", replace(options, search=False)), ("RDR+MSS", options)):
            rows, _, seconds = evaluate(queries, templates, choice, calibration)
            line = _line(rows, names)
            line["seconds"] = round(seconds, 2)
            if choice.search:
                line["confidence_spearman"] = round(confidence_rank(rows), 2)
            results[f"{count} templates, {label}, robust"] = line
            rows = [r for q in queries for r in score(q, _paper(q, templates, choice))]
            results[f"{count} templates, {label}, paper"] = _line(rows, names)
        print(f"{count} templates done", flush=True)
    return results


def _paper(query: Encoded, templates: list[Template], options: Options) -> Any:
    extent = np.array(query.grid.size) * SPACING_MM
    return localize_as_paper(query.encoding, templates, extent, options)


def set_threads(count: int) -> None:
    """Limit PyTorch to so many threads."""
    torch.set_num_threads(count)
