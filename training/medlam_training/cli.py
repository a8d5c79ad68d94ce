"""The commands of the package."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from .config import read_experiment


def _prepare(arguments: argparse.Namespace) -> None:
    from .pack import training_scans, write_pack

    scans = sorted(arguments.data.glob(arguments.scans)) if arguments.scans else training_scans(arguments.data)
    if not scans:
        raise SystemExit(f"No scan found in {arguments.data}.")
    write_pack(scans, arguments.output, arguments.data)


def _train(arguments: argparse.Namespace) -> None:
    from .train import train

    train(read_experiment(arguments.config))


def _correspond(arguments: argparse.Namespace) -> None:
    from .correspond import correspondences
    from .evaluate import load_network

    position, features = load_network(arguments.position), load_network(arguments.features)
    correspondences(
        arguments.pack, position, features, arguments.output, arguments.scans, arguments.partners, arguments.seed
    )


def _export(arguments: argparse.Namespace) -> None:
    from .export import export_dense, export_patch

    record: dict[str, Any] = json.loads(arguments.record.read_text()) if arguments.record else {}
    if arguments.paper:
        card = export_patch(arguments.paper, arguments.output, arguments.id, record)
    elif arguments.position and arguments.features:
        card = export_dense(arguments.position, arguments.features, arguments.output, arguments.id, record)
    else:
        raise SystemExit("Give --position and --features, or --paper.")
    print(card)


def _skeletons(arguments: argparse.Namespace) -> None:
    from .sam_network import SamConfig
    from .skeleton import medlam_skeleton, sam_skeleton

    medlam_skeleton(arguments.output / "medlam", "MedLAM")
    sam_skeleton(arguments.output / "sam-vit-b", "SAM ViT-B", SamConfig())


def _reference(arguments: argparse.Namespace) -> None:
    from .reference import write_reference

    write_reference(arguments.output, arguments.architecture, arguments.variants)


def _evaluate(arguments: argparse.Namespace) -> None:
    from .landmarks import read_label_names
    from .report import report, set_threads

    set_threads(arguments.threads)
    organs = set(read_label_names(arguments.data / arguments.region / "labels.json"))
    report(
        arguments.data,
        arguments.position,
        arguments.features,
        arguments.output,
        organs,
        arguments.region,
        arguments.split,
        arguments.calibration,
    )


def _bank(arguments: argparse.Namespace) -> None:
    from .bank import build

    build(
        arguments.data,
        arguments.position,
        arguments.features,
        arguments.output,
        arguments.region,
        arguments.validation,
        arguments.most,
        (arguments.engine or "").split(),
        arguments.seed,
        arguments.card,
    )


def _preprocess(arguments: argparse.Namespace) -> None:
    from .preprocess import preprocess

    volume, grid = preprocess(arguments.scan)
    arguments.output.write_bytes(volume.astype("<f4").tobytes())
    print(json.dumps({"size": list(grid.size), "originMm": list(grid.origin_mm)}))


def _networks(command: argparse.ArgumentParser, required: bool) -> None:
    command.add_argument("--position", type=Path, required=required, help="checkpoint of the position network")
    command.add_argument("--features", type=Path, required=required, help="checkpoint of the feature network")


def main(words: list[str] | None = None) -> None:
    """Parse the command line and run one command."""
    parser = argparse.ArgumentParser(prog="medlam_training", description="Train the MedLAM localizer.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("prepare", help="pack training scans at 3 mm into one file")
    command.add_argument("data", type=Path, help="folder with catalog.csv, or any folder with --scans")
    command.add_argument("output", type=Path, help="pack to write (.npz)")
    command.add_argument("--scans", help="glob below the folder instead of the catalog, such as '*_ct.nii.gz'")
    command.set_defaults(run=_prepare)

    command = commands.add_parser("train", help="train one experiment, or resume it from its last checkpoint")
    command.add_argument("config", type=Path)
    command.set_defaults(run=_train)

    command = commands.add_parser(
        "correspond", help="find label-free correspondences between patients for the second stage"
    )
    command.add_argument("pack", type=Path)
    command.add_argument("output", type=Path)
    _networks(command, True)
    command.add_argument("--scans", type=int, default=60)
    command.add_argument("--partners", type=int, default=2)
    command.add_argument("--seed", type=int, default=1)
    command.set_defaults(run=_correspond)

    command = commands.add_parser("export", help="write ONNX files and the model card")
    command.add_argument("output", type=Path, help="folder")
    command.add_argument("--id", default="medlam-small")
    _networks(command, False)
    command.add_argument("--paper", type=Path, help="checkpoint of the paper's network, ours or the published one")
    command.add_argument(
        "--record",
        type=Path,
        help="JSON file that becomes the card's `training`; its `licence` and `dataCredit` become the card's own",
    )
    command.set_defaults(run=_export)

    command = commands.add_parser("evaluate", help="print every figure on labelled scans")
    command.add_argument("data", type=Path)
    _networks(command, True)
    command.add_argument(
        "--region", default="hn7", help="folder of the data that holds labels.json, templates, train, dev"
    )
    command.add_argument("--split", default="dev")
    command.add_argument("--calibration", type=Path, help="selection file of `bank`, for the confidence")
    command.add_argument("--output", type=Path, help="JSON file to write")
    command.add_argument("--threads", type=int, default=2)
    command.set_defaults(run=_evaluate)

    command = commands.add_parser("bank", help="choose the scans of the built-in template bank")
    command.add_argument("data", type=Path)
    command.add_argument("output", type=Path, help="selection to write (.json)")
    _networks(command, True)
    command.add_argument("--region", default="hn7")
    command.add_argument("--validation", type=int, default=70, help="labelled training scans to measure on")
    command.add_argument("--most", type=int, default=10)
    command.add_argument("--seed", type=int, default=1)
    command.add_argument(
        "--engine", help="engine command ('node ../dist/cli.js') that builds the bank beside the selection"
    )
    command.add_argument("--card", type=Path, help="model card that the engine must use (default: the engine's own)")
    command.set_defaults(run=_bank)

    command = commands.add_parser(
        "skeletons", help="write the graphs, without weights, that checkpoints are imported into"
    )
    command.add_argument("output", type=Path, help="folder, ../models/skeletons for the product")
    command.set_defaults(run=_skeletons)

    command = commands.add_parser(
        "reference", help="write a random checkpoint and what PyTorch computes from it, to check its import"
    )
    command.add_argument("output", type=Path, help="folder")
    command.add_argument("--architecture", required=True, choices=["sam-vit-b", "medlam", "sam-tiny", "medlam-tiny"])
    command.add_argument("--variants", action="store_true", help="the same weights in other kinds of files too")
    command.set_defaults(run=_reference)

    command = commands.add_parser("preprocess", help="write one preprocessed scan as raw float32 (for the parity test)")
    command.add_argument("scan", type=Path)
    command.add_argument("output", type=Path)
    command.set_defaults(run=_preprocess)

    arguments = parser.parse_args(words)
    arguments.run(arguments)
