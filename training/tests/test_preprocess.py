from __future__ import annotations

import json
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from medlam_training.cli import main
from medlam_training.landmarks import extreme_points
from medlam_training.preprocess import normalise_hu, points_to_voxels, preprocess, voxels_to_points, world_grid


def ramp(path: Path, affine: np.ndarray, size: tuple[int, int, int]) -> Path:
    """A scan whose HU is 2 * z mm (RAS) everywhere."""
    index = np.stack(np.meshgrid(*[np.arange(n) for n in size], indexing="ij"), axis=-1)
    world = index @ affine[:3, :3].T + affine[:3, 3]
    nib.save(nib.Nifti1Image((2 * world[..., 2]).astype(np.float32), affine), path)
    return path


def test_hu_knots_are_exact_and_clamped() -> None:
    values = normalise_hu(np.array([-2000, -1000, -600, -200, 0, 200, 850, 1500, 4000]))
    assert values == pytest.approx([0, 0, 0.1, 0.2, 0.5, 0.8, 0.9, 1, 1])


def test_grid_covers_the_voxel_faces() -> None:
    affine = np.diag([2.0, 2.0, 4.0, 1.0])
    grid = world_grid((30, 15, 10), affine)
    assert grid.size == (14, 10, 20)
    assert grid.origin_mm == pytest.approx((-1 + 30 + 28.5, -1 + 15 - 13.5, -2 + 20 - 19.5))


def test_points_and_voxels_invert_each_other() -> None:
    grid = world_grid((30, 15, 10), np.diag([2.0, 2.0, 4.0, 1.0]))
    voxels = np.array([[0.0, 0, 0], [3.25, 7, 1]])
    points = voxels_to_points(voxels, grid)
    assert points_to_voxels(points, grid) == pytest.approx(voxels)
    # x index grows towards the left, where RAS x falls.
    assert points[1, 0] < points[0, 0] and points[1, 1] > points[0, 1] and points[1, 2] > points[0, 2]


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("spacing", [(3.0, 3.0, 3.0), (1.0, 1.2, 5.0), (0.7, 4.0, 2.0)])
def test_values_sit_where_they_belong(tmp_path: Path, flip: bool, spacing: tuple[float, float, float]) -> None:
    affine = np.diag([*spacing, 1.0])
    affine[:3, 3] = (-11, 7, -40)
    if flip:
        affine = affine @ np.array([[0, -1, 0, 19.0], [1, 0, 0, 0], [0, 0, -1, 23], [0, 0, 0, 1]])
    volume, grid = preprocess(ramp(tmp_path / "a_ct.nii.gz", affine, (20, 20, 24)))
    z = voxels_to_points(
        np.stack([np.arange(grid.size[0]), *[np.full(grid.size[0], n // 2) for n in grid.size[1:]]], axis=1), grid
    )[:, 2]
    middle = volume[:, grid.size[1] // 2, grid.size[2] // 2]
    inner = slice(3, -3)
    assert middle[inner] == pytest.approx(normalise_hu(2 * z)[inner], abs=2e-4)


def test_oblique_scan_is_air_outside(tmp_path: Path) -> None:
    angle = np.radians(20)
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    affine = np.eye(4)
    affine[:3, :3] = turn * 3
    nib.save(nib.Nifti1Image(np.full((20, 20, 8), 100, np.int16), affine), tmp_path / "b.nii.gz")
    volume, grid = preprocess(tmp_path / "b.nii.gz")
    assert grid.size[1] > 20 and volume[4, 0, 0] == 0
    assert volume[4, grid.size[1] // 2, grid.size[2] // 2] == pytest.approx(normalise_hu(np.array(100.0)))


def test_preprocess_command_writes_raw_floats(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scan = ramp(tmp_path / "c.nii.gz", np.diag([3.0, 3.0, 3.0, 1.0]), (5, 6, 7))
    main(["preprocess", str(scan), str(tmp_path / "out.raw")])
    told = json.loads(capsys.readouterr().out)
    values = np.fromfile(tmp_path / "out.raw", dtype="<f4").reshape(told["size"])
    assert told["size"] == [7, 6, 5] and told["originMm"] == [12.0, 0.0, 0.0]
    assert values == pytest.approx(preprocess(scan)[0])


def test_extreme_points_lie_on_faces() -> None:
    labels = np.zeros((10, 10, 10), np.uint8)
    labels[2:5, 3:8, 4:6] = 1
    affine = np.diag([2.0, 2.0, 2.0, 1.0])
    points = extreme_points(labels, affine, 1)
    assert points is not None
    own = [points[i, axis] for i, axis in enumerate((2, 1, 0, 2, 1, 0))]
    assert own == [7.0, 5.0, 9.0, 11.0, 15.0, 3.0]
    assert extreme_points(labels, affine, 9) is None
