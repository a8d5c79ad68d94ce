from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from engine_runtime import run_in_engine_runtime

from medlam_training.augment import Strength, make_view
from medlam_training.export import export_patch, fold_norm, store_halves, write_onnx
from medlam_training.losses import relative_distance_loss, similarity_loss
from medlam_training.networks import RANGE_MM, FeatureNet, PositionNet
from medlam_training.paper_network import PaperNet, read_paper_checkpoint


def test_views_know_where_their_voxels_are() -> None:
    # The volume's values are its own x coordinate, so a view's values tell where they were taken.
    volume = (torch.arange(40).float() / 100).expand(1, 1, 30, 30, 40).contiguous()
    strength = Strength(noise=0, contrast=0, blank=0, couch=0)
    generator = np.random.default_rng(3)
    view = make_view(volume, np.array([45.0, 45, 60]), (16, 16, 16), generator, strength)
    inner = view.image[0, 0] > 0.1
    expected = view.place[0, 2] / 3 / 100
    assert inner.any()
    assert float((view.image[0, 0] - expected)[4:-4, 4:-4, 4:-4].abs().median()) < 0.03


def test_relative_distance_is_zero_for_perfect_latents() -> None:
    place = torch.rand(20, 3) * 200
    latents = torch.atanh(place / torch.tensor(RANGE_MM))
    near = place[:1]
    loss, error = relative_distance_loss(torch.zeros(1, 3), torch.zeros(1, 3), latents, place, 10)
    assert float(loss) == pytest.approx(0, abs=1e-6) and float(error) < 1e-3
    worse, _ = relative_distance_loss(torch.zeros(1, 3), near, latents, place, 10)
    assert float(worse) > float(loss)


def test_similarity_prefers_the_true_place() -> None:
    features, place = torch.eye(16), torch.arange(16).float()[:, None] * torch.tensor([[20.0, 0, 0]])
    good, best, count = similarity_loss(features, place, features, place, 4, 20)
    bad, _, _ = similarity_loss(features, place, features.flip(0), place, 4, 20)
    assert count == 16 and float(best) == 0 and float(good) < float(bad)


@pytest.mark.parametrize("net", [PositionNet(8, 8), FeatureNet(8, (16, 8), 4)])
def test_export_keeps_the_numbers_and_takes_any_size(net: torch.nn.Module, tmp_path: Path) -> None:
    net.train()
    net(torch.rand(2, 1, 32, 32, 32))
    net.eval()
    names = ["position"] if isinstance(net, PositionNet) else ["feature0", "feature1", "feature2"]
    write_onnx(net, tmp_path / "n.onnx", "volume", names, (1, 1, 32, 24, 16), True)
    store_halves(tmp_path / "n.onnx")
    volume = torch.rand(1, 1, 40, 32, 24)
    with torch.no_grad():
        expected = net(volume)
    expected = [expected] if isinstance(expected, torch.Tensor) else expected
    outputs = run_in_engine_runtime(tmp_path / "n.onnx", volume.numpy(), tmp_path)
    for found, wanted in zip(outputs, expected, strict=True):
        assert found.shape == tuple(wanted.shape)
        assert np.abs(found - wanted.numpy()).max() < 5e-3 * max(1.0, float(wanted.abs().max()))


def test_receptive_field_of_features_is_the_stated_halo() -> None:
    net = fold_norm(FeatureNet(4, (8, 4)).eval())
    volume = torch.rand(1, 1, 112, 16, 16)
    other = volume.clone()
    other[:, :, :8] = 0
    with torch.no_grad():
        change = (net(volume)[1] - net(other)[1]).abs().amax(dim=(0, 1, 3, 4))
    reach = (int(change.nonzero().max()) * 2 + 1) - 7
    assert 16 < reach <= FeatureNet.halo_voxels


def test_paper_network_has_the_published_size_and_keys(tmp_path: Path) -> None:
    net = PaperNet()
    assert sum(p.numel() for p in net.parameters()) == 15_067_878
    convolutions = [f"conv{stage}_{unit}.model.conv1_1.Conv" for stage in range(9) for unit in (1, 2)]
    layers = [*convolutions, "classification.0", "fc1", "fc2", "fc3"]
    assert set(net.state_dict()) == {f"{layer}.{kind}" for layer in layers for kind in ("weight", "bias")}
    small = PaperNet(2)
    state = {f"module.{k}": v.half() for k, v in small.state_dict().items()}
    torch.save(state, tmp_path / "medlam.pth")
    loaded = read_paper_checkpoint(tmp_path / "medlam.pth")
    latent, *features = loaded(torch.rand(1, 1, 64, 64, 64))
    assert latent.shape == (1, 3) and [f.shape[2] for f in features] == [16, 32, 64]
    card = export_patch(tmp_path / "medlam.pth", tmp_path / "out", "toy", {})
    about = json.loads(card.read_text())
    for part, names in (("position", ["fc_position"]), ("features", ["feature0", "feature1", "feature2"])):
        graph = onnx.load(str(tmp_path / "out" / about[part]["file"])).graph
        assert [output.name for output in graph.output] == names
    del state["module.fc2.bias"]
    torch.save(state, tmp_path / "cut.pth")
    with pytest.raises(ValueError, match="no MedLAM checkpoint"):
        read_paper_checkpoint(tmp_path / "cut.pth")
