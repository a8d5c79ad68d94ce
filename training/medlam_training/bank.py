"""Choosing the scans of the built-in template bank: those whose labels agree best with everybody else's.

Labels are used to choose and to measure, never to train. The engine's own command line then encodes the chosen scans,
so that templates and queries pass through the same code.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from pathlib import Path

import nibabel as nib
import numpy as np

from .evaluate import Encoded, encode_case, load_network, make_templates, wall_errors
from .landmarks import Case, read_cases, read_label_names
from .localize import Calibration, Options, Template, localize

DATA_CREDIT = (
    "Made from scans and labels of OpenKBP (Babier et al., Medical Physics 2021; MIT; images from The Cancer Imaging"
    " Archive, de-identified). Holds latents, features, and of each organ a coarse shape and HU histograms; no image."
)
SOME_MISSING = 3
"""Exit code of the engine when some scans lack structures; it has written the bank all the same."""
# A wall further off than this counts as this: stray label voxels must not decide.
CLIP_MM = 30.0


def usable(case: Case, organs: set[int]) -> set[int]:
    """Organs that are labelled and not cut by the field of view."""
    return set((case.present & organs) - case.cut)


def single_template_points(scans: list[Encoded], candidates: list[Encoded], organs: set[int], options: Options) -> dict:
    """Points found in every scan from every single candidate: (candidate, scan, organ) to [6, 3] mm."""
    found = {}
    started = time.time()
    for number, template in enumerate(make_templates(candidates, organs, options)):
        for scan in scans:
            if scan.case.name != template.name:
                for organ, points in localize(scan.encoding, [template], options).points.items():
                    found[template.name, scan.case.name, organ] = points
        left = (time.time() - started) / (number + 1) * (len(candidates) - number - 1)
        print(f"candidate {number + 1}/{len(candidates)}, {left / 60:.1f} min left", flush=True)
    return found


def choose(
    scans: list[Encoded], candidates: list[Encoded], organs: set[int], options: Options, most: int
) -> list[tuple[str, float]]:
    """Greedy choice: add the candidate that lowers the clipped wall error of the median over the chosen most."""
    points = single_template_points(scans, candidates, organs, options)
    chosen: list[tuple[str, float]] = []
    while len(chosen) < min(most, len(candidates)):
        trials = []
        for candidate in candidates:
            names = [name for name, _ in chosen] + [candidate.case.name]
            if len(set(names)) == len(names):
                trials.append((candidate.case.name, _consensus_error(names, scans, organs, points)))
        best = min(trials, key=lambda trial: trial[1])
        chosen.append(best)
        print(f"{len(chosen)}: {best[0]}, {best[1]:.2f} mm", flush=True)
    return chosen


def _consensus_error(names: list[str], scans: list[Encoded], organs: set[int], points: dict) -> float:
    """Mean over organs of the clipped wall error of the median over some candidates' predictions."""
    per_organ = []
    for organ in sorted(organs):
        errors = []
        for scan in scans:
            if scan.case.name in names or organ not in usable(scan.case, organs) or organ not in scan.truth:
                continue
            votes = [points[n, scan.case.name, organ] for n in names if (n, scan.case.name, organ) in points]
            if votes:
                errors.append(np.minimum(wall_errors(np.median(votes, axis=0), scan.truth[organ]), CLIP_MM).mean())
            else:
                errors.append(CLIP_MM)
        if errors:
            per_organ.append(float(np.mean(errors)))
    return float(np.mean(per_organ))


def calibrate(scans: list[Encoded], templates: list[Template], options: Options) -> dict[int, Calibration]:
    """Usual wall error (clipped) and similarity of every organ on labelled scans that are no templates."""
    errors: dict[int, list[np.ndarray]] = {}
    peaks: dict[int, list[np.ndarray]] = {}
    for scan in scans:
        found = localize(scan.encoding, templates, options)
        for organ in found.points:
            if organ in scan.truth and organ not in scan.case.cut:
                errors.setdefault(organ, []).append(
                    np.minimum(wall_errors(found.points[organ], scan.truth[organ]), CLIP_MM)
                )
                peaks.setdefault(organ, []).append(found.peaks[organ])
    return {o: Calibration(np.mean(e, axis=0), np.median(peaks[o], axis=0)) for o, e in sorted(errors.items())}


def read_calibration(path: Path, names: dict[int, str]) -> dict[int, Calibration]:
    """The calibration of a selection file, by label value."""
    stored = json.loads(path.read_text())["calibration"]
    return {
        value: Calibration(np.array(stored[name]["errorMm"]), np.array(stored[name]["similarity"]))
        for value, name in names.items()
        if name in stored
    }


def build(
    data: Path,
    position: Path,
    features: Path,
    target: Path,
    prefix: str,
    validation: int,
    most: int,
    engine: list[str],
    seed: int,
    card: Path | None = None,
    credit: str = DATA_CREDIT,
) -> dict:
    """Choose scans, measure them on the other labelled training scans, write the choice, call the engine if given."""
    names = read_label_names(data / prefix / "labels.json")
    organs = set(names)
    cases = read_cases(data, f"{prefix}/train", "train")
    position_net, feature_net = load_network(position), load_network(features)
    rich = sorted(cases, key=lambda c: -len(usable(c, organs)))
    candidates = [c for c in rich if len(usable(c, organs)) >= max(1, min(6, len(organs) - 1))][:24]
    generator = np.random.default_rng(seed)
    others = [c for c in rich if c not in candidates and len(usable(c, organs)) >= min(4, len(organs))]
    others = [others[i] for i in generator.permutation(len(others))[: max(0, validation - len(candidates))]]
    encoded = []
    started = time.time()
    for number, case in enumerate([*candidates, *others]):
        encoded.append(encode_case(case, position_net, feature_net))
        encoded[-1].encoding.features = [f.astype(np.float16) for f in encoded[-1].encoding.features]
        if number % 10 == 9:
            print(f"encoded {number + 1}, {time.time() - started:.0f} s", flush=True)
    options = Options()
    pool = encoded[: len(candidates)]
    chosen = choose(encoded, pool, organs, options, most)
    kept = [scan for name, _ in chosen for scan in pool if scan.case.name == name]
    rest = [scan for scan in encoded if scan not in kept]
    learned = calibrate(rest, make_templates(kept, organs, options), options)
    selection = {
        "scans": [
            {
                "scan": str(scan.case.scan.relative_to(data)),
                "labels": str(scan.case.labels.relative_to(data)),
                "structures": [names[o] for o in sorted(usable(scan.case, organs))],
                "errorAfterMm": round(error, 2),
            }
            for scan, (_, error) in zip(kept, chosen)
        ],
        "labelNames": f"{prefix}/labels.json",
        "calibratedOn": f"{prefix}/train",
        "credit": credit,
        "validationScans": len(rest),
        "wallOrder": ["inferior", "posterior", "right", "superior", "anterior", "left"],
        "calibration": {
            names[o]: {
                "errorMm": [round(float(v), 2) for v in c.error_mm],
                "similarity": [round(float(v), 4) for v in c.similarity],
            }
            for o, c in learned.items()
        },
    }
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(selection, indent=2) + "\n")
    print(f"{target}: {len(kept)} scans")
    if engine:
        build_with_engine(data, selection, target, engine, card)
    return selection


def build_with_engine(data: Path, selection: dict, selection_file: Path, engine: list[str], card: Path | None) -> Path:
    """Let the engine encode the chosen scans into `bank-NAME.msgpack` beside the selection `bank-NAME.json`.

    Organs cut by the field of view are wiped from copies of the label maps, since their ends are not the organ's.
    """
    values = {name: value for value, name in read_label_names(data / selection["labelNames"]).items()}
    with tempfile.TemporaryDirectory() as folder:
        scans, labels = [], []
        for entry in selection["scans"]:
            image = nib.load(str(data / entry["labels"]))
            kept = np.isin(np.asanyarray(image.dataobj), [values[name] for name in entry["structures"]])
            copy = Path(folder) / Path(entry["labels"]).name
            nib.save(nib.Nifti1Image((np.asanyarray(image.dataobj) * kept).astype(np.uint8), image.affine), copy)
            scans.append(str(data / entry["scan"]))
            labels.append(str(copy))
        set_file, bank = Path(folder) / "set.json", selection_file.with_suffix(".msgpack")
        names = str(data / selection["labelNames"])
        subprocess.run(
            [
                *engine,
                "template",
                "create",
                str(set_file),
                "--scan",
                *scans,
                "--labels",
                *labels,
                "--label-names",
                names,
            ],
            check=True,
        )
        name, credit = selection_file.stem.removeprefix("bank-"), selection["credit"]
        built = subprocess.run(
            [
                *engine,
                "bank",
                "build",
                str(set_file),
                "--out",
                str(bank),
                "--name",
                name,
                "--credit",
                credit,
                "--calibrate-on",
                str(data / selection["calibratedOn"]),
                "--labels",
                names,
                *(["--medlam", str(card)] if card else []),
            ],
            check=False,
        )
    if built.returncode != SOME_MISSING:
        built.check_returncode()
    return bank
