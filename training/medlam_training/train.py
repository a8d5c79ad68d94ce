"""The training loop: seeded, resumable, with time left, a CSV and a plot of the losses."""

from __future__ import annotations

import csv
import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import nn

from .augment import Strength, View, body_centre, make_view, sample_volume
from .config import Experiment
from .losses import cells, pick, relative_distance_loss, similarity_loss
from .networks import FeatureNet, PositionNet
from .pack import read_pack
from .paper_network import PaperNet, paper_loss
from .preprocess import SPACING_MM

Losses = dict[str, float]
# Place of voxels whose counterpart in the other patient is not trusted.
UNKNOWN_MM = 1e5


@dataclass
class Scans:
    """The packed scans and how often each is drawn."""

    volumes: dict[str, np.ndarray]
    names: list[str]
    weights: np.ndarray
    correspondences: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)

    def draw(self, generator: np.random.Generator) -> str:
        """A random scan name."""
        return self.names[generator.choice(len(self.names), p=self.weights)]

    def volume(self, name: str) -> torch.Tensor:
        """A scan as float [1, 1, D, H, W], 0..1."""
        return torch.from_numpy(self.volumes[name]).float().div_(255)[None, None]


def read_scans(experiment: Experiment) -> Scans:
    """All packs that exist, with the share of draws of each."""
    volumes: dict[str, np.ndarray] = {}
    names: list[str] = []
    weights: list[float] = []
    packs = [Path(p) for p in experiment.packs]
    extras = [p for p in packs[1:] if p.exists()]
    for path in [packs[0], *extras]:
        pack = read_pack(path)
        share = 1 - experiment.extra_share * len(extras) if path == packs[0] else experiment.extra_share
        raw = np.array([max([w for k, w in experiment.heavier.items() if n.startswith(k)], default=1.0) for n in pack])
        volumes |= pack
        names += list(pack)
        weights += list(raw / raw.sum() * share)
    scans = Scans(volumes, names, np.array(weights) / np.sum(weights))
    if experiment.correspondences and Path(experiment.correspondences).exists():
        with np.load(experiment.correspondences) as stored:
            for key in stored.files:
                first, second = key.split("|")
                scans.correspondences[first, second] = stored[key]
    return scans


def view_size(experiment: Experiment, generator: np.random.Generator, multiple: int) -> tuple[int, int, int]:
    """A random view size in voxels (z, y, x)."""
    size = [int(generator.integers(lo, hi + 1)) for lo, hi in zip(experiment.size_low, experiment.size_high)]
    return (size[0] // multiple * multiple, size[1] // multiple * multiple, size[2] // multiple * multiple)


def independent_views(
    volume: torch.Tensor,
    size: tuple[int, int, int],
    generator: np.random.Generator,
    strength: Strength,
    spread_mm: float,
) -> tuple[View, View]:
    """Two independent views of one scan whose centres differ by up to `spread_mm` per axis."""
    extent = np.array(volume.shape[2:]) * SPACING_MM
    views = []
    middle = body_centre(volume, generator)
    for _ in range(2):
        centre = middle + generator.uniform(-spread_mm, spread_mm, 3)
        views.append(make_view(volume, np.clip(centre, 0, extent), size, generator, strength))
    return views[0], views[1]


def whole_views(
    volume: torch.Tensor, size: tuple[int, int, int], generator: np.random.Generator, strength: Strength
) -> tuple[View, View]:
    """Two independent views that each show as much of the scan as fits, cut at random."""
    extent = np.array(volume.shape[2:]) * SPACING_MM
    window = np.array(size) * SPACING_MM
    views = []
    for _ in range(2):
        slack = np.abs(extent - window) / 2 + 15
        centre = extent / 2 + generator.uniform(-1, 1, 3) * slack
        views.append(make_view(volume, centre, size, generator, strength))
    return views[0], views[1]


def position_step(
    net: nn.Module, experiment: Experiment, scans: Scans, generator: np.random.Generator
) -> tuple[torch.Tensor, Losses]:
    """One RDR step: pairs of cells, one end in each of two independent views."""
    strength = experiment.strength()
    size = view_size(experiment, generator, PositionNet.multiple_of)
    pairs = [
        whole_views(scans.volume(scans.draw(generator)), size, generator, strength)
        for _ in range(experiment.scans_per_step)
    ]
    batch = torch.cat([view.image for pair in pairs for view in pair]).to(experiment.device)
    with torch.autocast(batch.device.type, dtype=torch.bfloat16):
        latents = net(batch).float().cpu()
    stride = PositionNet.stride_voxels
    total, error = torch.zeros(()), 0.0
    near, near_count = 0.0, 0
    for number, pair in enumerate(pairs):
        ends = []
        for side, view in enumerate(pair):
            chosen = pick(cells(view.body.float(), stride) > 0.4, experiment.pairs)
            place = cells(view.place, stride).reshape(3, -1).T[chosen]
            ends.append((latents[2 * number + side].reshape(3, -1).T[chosen], place))
        if min(len(ends[0][0]), len(ends[1][0])) == 0:
            continue
        loss, mean = relative_distance_loss(*ends[0], *ends[1], experiment.huber_mm)
        total = total + loss / len(pairs)
        error += float(mean) / len(pairs)
        with torch.no_grad():
            distance = torch.cdist(ends[0][1], ends[1][1])
            value, index = distance.min(dim=1)
            same = value < 9
            reach = torch.tensor([1500.0, 600.0, 600.0])
            offset = reach * torch.tanh(ends[1][0][index[same]] - ends[0][0][same]) - (
                ends[1][1][index[same]] - ends[0][1][same]
            )
            near += float(offset.norm(dim=1).sum())
            near_count += int(same.sum())
    return total, {"error_mm": error, "same_place_mm": near / max(near_count, 1)}


def _features_at_scale(
    features: tuple[torch.Tensor, torch.Tensor],
    views: tuple[View, View],
    stride: int,
    blocks: int,
    window: int,
    experiment: Experiment,
) -> tuple[torch.Tensor, float, int]:
    """MSS between two views at one scale: random anchors against all cells, or small blocks against what is near."""
    place_a, place_b = (cells(view.place, stride) for view in views)
    body_a, body_b = (cells(view.body.float(), stride) > 0.3 for view in views)
    # Cells without a trusted place can be neither right nor wrong.
    told_b = place_b[:, :1] < UNKNOWN_MM / 100
    sigma = 0.6 * stride * SPACING_MM
    total, best, count = torch.zeros(()), 0.0, 0
    if window == 0:
        anchors = pick(body_a, 256)
        others = pick(body_b & told_b, 4096)
        pairs = [(anchors, others)]
    else:
        pairs = []
        size_a, size_b = place_a.shape[2:], place_b.shape[2:]
        flat_b = place_b.reshape(3, -1).T
        for seed in pick(body_a, blocks).tolist():
            centre = np.array(np.unravel_index(seed, size_a))
            distance = (flat_b - place_a.reshape(3, -1)[:, seed]).norm(dim=1)
            if float(distance.min()) > 1.5 * stride * SPACING_MM:
                continue
            other = np.array(np.unravel_index(int(distance.argmin()), size_b))
            pairs.append((_box(centre, 2, size_a, body_a), _box(other, window, size_b, told_b)))
    for anchors, others in pairs:
        if len(anchors) == 0 or len(others) == 0:
            continue
        loss, distance, valid = similarity_loss(
            features[0].reshape(features[0].shape[0], -1).T[anchors],
            place_a.reshape(3, -1).T[anchors],
            features[1].reshape(features[1].shape[0], -1).T[others],
            place_b.reshape(3, -1).T[others],
            sigma,
            experiment.sharpness,
        )
        total, best, count = total + loss, best + float(distance), count + valid
    return total / max(count, 1), best / max(count, 1), count


def _box(centre: np.ndarray, reach: int, size: torch.Size, mask: torch.Tensor) -> torch.Tensor:
    """Flat indices of the cells within `reach` of a cell, clipped to the grid, where `mask` holds."""
    ranges = [torch.arange(max(0, int(c) - reach), min(int(n), int(c) + reach + 1)) for c, n in zip(centre, size)]
    z, y, x = torch.meshgrid(*ranges, indexing="ij")
    flat = ((z * size[1] + y) * size[2] + x).reshape(-1)
    return flat[mask.reshape(-1)[flat]]


def _cross_view(
    scans: Scans, pair: tuple[str, str], size: tuple[int, int, int], generator: np.random.Generator, strength: Strength
) -> tuple[View, View] | None:
    """Views of two patients with the second's places told in the first's mm, where their correspondence is trusted."""
    first, second = (scans.volume(name) for name in pair)
    # [4, d, h, w]: for every 12 mm cell of the second scan the place (mm) in the first, and trust 0 or 1.
    field_ = torch.from_numpy(scans.correspondences[pair].astype(np.float32))[None]
    trusted = (field_[0, 3] > 0.5).nonzero()
    if len(trusted) < 20:
        return None
    cell = trusted[int(generator.integers(len(trusted)))].numpy()
    centre_second = cell * 12.0 + 4.5
    centre_first = field_[0, :3, cell[0], cell[1], cell[2]].numpy()
    view_first = make_view(first, centre_first + generator.uniform(-24, 24, 3), size, generator, strength)
    view_second = make_view(second, centre_second + generator.uniform(-24, 24, 3), size, generator, strength)
    # sample_volume counts in 3 mm voxels; the field's cells are 12 mm wide and the first sits at 4.5 mm.
    mapped = sample_volume(field_, (view_second.place - 4.5) / 4)
    trust = mapped[:, 3:] > 0.95
    place = torch.where(trust, mapped[:, :3], torch.full_like(mapped[:, :3], UNKNOWN_MM))
    return view_first, View(image=view_second.image, place=place, body=view_second.body & trust)


def feature_step(
    net: nn.Module, experiment: Experiment, scans: Scans, generator: np.random.Generator
) -> tuple[torch.Tensor, Losses]:
    """One MSS step: each anchor of one view must find itself in the other, at every scale."""
    strength = experiment.strength()
    size = view_size(experiment, generator, FeatureNet.multiple_of)
    pairs: list[tuple[View, View]] = []
    known = list(scans.correspondences)
    for _ in range(experiment.scans_per_step):
        views = None
        if known and generator.random() < experiment.correspondence_share:
            views = _cross_view(scans, known[int(generator.integers(len(known)))], size, generator, strength)
        if views is None:
            views = independent_views(scans.volume(scans.draw(generator)), size, generator, strength, 24.0)
        pairs.append(views if generator.random() < 0.5 else (views[1], views[0]))
    batch = torch.cat([view.image for pair in pairs for view in pair]).to(experiment.device)
    with torch.autocast(batch.device.type, dtype=torch.bfloat16):
        maps = net(batch)
    total = torch.zeros(())
    report: Losses = {}
    for scale, output in enumerate(maps):
        stride = FeatureNet.strides[scale]
        output = output.float().cpu()
        summed, best = torch.zeros(()), 0.0
        for number, views in enumerate(pairs):
            window = (0, 9, 10)[scale]
            loss, distance, _ = _features_at_scale(
                (output[2 * number], output[2 * number + 1]), views, stride, experiment.blocks, window, experiment
            )
            summed, best = summed + loss / len(pairs), best + distance / len(pairs)
        total = total + summed
        report[f"loss{scale}"] = float(summed)
        report[f"best{scale}_mm"] = best
    return total, report


def paper_step(
    net: nn.Module, experiment: Experiment, scans: Scans, generator: np.random.Generator
) -> tuple[torch.Tensor, Losses]:
    """One step of the paper's own training: 64-cube patches, both losses."""
    volume = scans.volume(scans.draw(generator))
    size = (64, 64, 64)
    clean = Strength(tilt_deg=0, scale=(1, 1), anisotropy=0, elastic_mm=0, noise=0, contrast=0, blank=0, couch=0)
    first, second = (body_centre(volume, generator) for _ in range(2))
    views = [make_view(volume, c, size, generator, s) for c in (first, second) for s in (clean, experiment.strength())]
    return paper_loss(net, views)


STEPS: dict[str, Callable[[nn.Module, Experiment, Scans, np.random.Generator], tuple[torch.Tensor, Losses]]] = {
    "position": position_step,
    "features": feature_step,
    "paper": paper_step,
}


def make_network(experiment: Experiment) -> nn.Module:
    """The network that an experiment trains."""
    kinds: dict[str, type[nn.Module]] = {"position": PositionNet, "features": FeatureNet, "paper": PaperNet}
    options = {k: tuple(v) if isinstance(v, list) else v for k, v in experiment.network.items()}
    return kinds[experiment.task](**options)


def _schedule(progress: float, step: int, experiment: Experiment) -> float:
    """Learning rate: a short warm-up, then a cosine to a hundredth."""
    warm = min(1.0, (step + 1) / max(experiment.warmup_steps, 1))
    return experiment.learning_rate * warm * (0.01 + 0.99 * (1 + math.cos(math.pi * min(progress, 1.0))) / 2)


def _freeze_norm(net: nn.Module) -> None:
    """Keep BatchNorm's running statistics from now on, as at inference."""
    for module in net.modules():
        if isinstance(module, nn.BatchNorm3d):
            module.eval()


def plot_losses(table: Path, picture: Path) -> None:
    """Draw every column of the losses over steps, smoothed."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    with table.open() as handle:
        rows = list(csv.DictReader(handle))
    if not rows:
        return
    columns = [c for c in rows[0] if c not in ("step", "seconds", "rate")]
    figure, axes = pyplot.subplots(1, len(columns), figsize=(3.2 * len(columns), 3), squeeze=False)
    steps = [int(row["step"]) for row in rows]
    for axis, column in zip(axes[0], columns):
        values = np.array([float(row[column]) for row in rows])
        axis.plot(steps, values, linewidth=0.8)
        axis.set_title(column)
        axis.set_ylim(0, np.percentile(values, 99) * 1.05 + 1e-9)
    figure.tight_layout()
    figure.savefig(picture, dpi=80)
    pyplot.close(figure)


def train(experiment: Experiment) -> Path:
    """Run or resume an experiment; returns the path of its last checkpoint."""
    torch.set_num_threads(experiment.threads)
    folder = Path(experiment.output)
    folder.mkdir(parents=True, exist_ok=True)
    checkpoint, table = folder / "last.pt", folder / "losses.csv"
    torch.manual_seed(experiment.seed)
    scans = read_scans(experiment)
    net = make_network(experiment).to(experiment.device, memory_format=torch.channels_last_3d)
    if experiment.start_from:
        start = torch.load(experiment.start_from, map_location="cpu")["average"]
        missing = net.load_state_dict(start, strict=False)
        print(f"start from {experiment.start_from}; {missing}", flush=True)
    average = {k: v.detach().clone() for k, v in net.state_dict().items()}
    optimizer = torch.optim.AdamW(net.parameters(), lr=experiment.learning_rate, weight_decay=experiment.weight_decay)
    step, trained = 0, 0.0
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location="cpu")
        net.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        average, step, trained = state["average"], state["step"], state["seconds"]
        print(f"resume at step {step}", flush=True)
    net.train()
    generator = np.random.default_rng([experiment.seed, step])
    parameters = sum(p.numel() for p in net.parameters())
    print(
        f"{experiment.name}: {len(scans.names)} scans, {len(scans.correspondences)} correspondences,"
        f" {parameters} parameters",
        flush=True,
    )
    last_time, last_save, recent = time.time(), time.time(), []
    progress, frozen = 0.0, False

    def save() -> None:
        state = {
            "network": net.state_dict(),
            "average": average,
            "optimizer": optimizer.state_dict(),
            "step": step,
            "seconds": trained,
            "task": experiment.task,
            "options": experiment.network,
            "name": experiment.name,
        }
        torch.save(state, folder / "saving.pt")
        os.replace(folder / "saving.pt", checkpoint)
        if table.exists():
            plot_losses(table, folder / "losses.png")

    while True:
        progress = step / experiment.steps
        if experiment.minutes > 0:
            progress = max(progress, trained / 60 / experiment.minutes)
        if progress >= 1:
            break
        if not frozen and progress >= experiment.freeze_norm_at:
            frozen = True
            _freeze_norm(net)
        rate = _schedule(progress, step, experiment)
        for group in optimizer.param_groups:
            group["lr"] = rate
        loss, report = STEPS[experiment.task](net, experiment, scans, generator)
        optimizer.zero_grad(set_to_none=True)
        if loss.requires_grad and bool(torch.isfinite(loss)):
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
        decay = min(experiment.average, (1 + step) / (10 + step))
        with torch.no_grad():
            for key, value in net.state_dict().items():
                if value.dtype.is_floating_point:
                    average[key].mul_(decay).add_(value.detach(), alpha=1 - decay)
                else:
                    average[key].copy_(value)
        step += 1
        trained += time.time() - last_time
        last_time = time.time()
        recent.append({"loss": float(loss), **report})
        if step % 20 == 0 or step == experiment.steps:
            mean = {key: float(np.mean([r[key] for r in recent])) for key in recent[0]}
            recent = []
            fresh = not table.exists()
            with table.open("a", newline="") as handle:
                writer = csv.writer(handle)
                if fresh:
                    writer.writerow(["step", "seconds", "rate", *mean])
                writer.writerow([step, round(trained, 1), f"{rate:.2e}", *(f"{v:.4f}" for v in mean.values())])
            left = trained / max(progress, 1e-6) * (1 - progress)
            text = " ".join(f"{k} {v:.3f}" for k, v in mean.items())
            print(
                f"step {step} ({100 * progress:.0f} %, {left / 60:.1f} min left, {trained / step:.2f} s/step) {text}",
                flush=True,
            )
        if time.time() - last_save > experiment.save_seconds:
            save()
            last_save = time.time()
    save()
    print(f"done: {checkpoint}")
    return checkpoint
