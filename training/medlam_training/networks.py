"""The two small networks that ship: one tells where a cell is, one what a place looks like.

Both are fully convolutional with BatchNorm (folded away on export) and no statistics over the volume, so what they
say of a place depends only on its surroundings. Input: [1, 1, D, H, W], 3 mm voxels, values 0..1, axes z, y, x.
"""

from __future__ import annotations

import torch
from torch import nn

# Largest offset the tanh can express along z, y, x, in mm; a published constant of MedLAM.
RANGE_MM = (1500.0, 600.0, 600.0)


def block(inputs: int, outputs: int, kernel: int = 3, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    """Convolution, BatchNorm, ReLU. An even kernel equals its stride and needs no padding."""
    padding = 0 if kernel == stride and stride > 1 else dilation * (kernel // 2)
    conv = nn.Conv3d(inputs, outputs, kernel, stride, padding, dilation, bias=False)
    return nn.Sequential(conv, nn.BatchNorm3d(outputs, momentum=0.03), nn.ReLU(inplace=True))


class PositionNet(nn.Module):
    """Latent position (z, y, x) of every 12 mm cell: d_mm = RANGE_MM * tanh(latent(target) - latent(agent)).

    Mean-pool to 6 mm, then 12 mm and 24 mm with dilation, and back to 12 mm. Cell i sits at voxel 1.5 + 4 i.
    Needs dimensions that are multiples of 8 voxels.
    """

    stride_voxels = 4
    offset_voxels = 1.5
    multiple_of = 8

    def __init__(self, base: int = 24, fine: int = 16) -> None:
        super().__init__()
        self.fine = nn.Sequential(block(1, fine), block(fine, fine))
        self.middle = nn.Sequential(block(fine, 2 * base, 2, 2), block(2 * base, 2 * base), block(2 * base, 2 * base))
        self.coarse = nn.Sequential(
            block(2 * base, 4 * base, 2, 2),
            block(4 * base, 4 * base),
            block(4 * base, 4 * base, dilation=2),
            block(4 * base, 4 * base, dilation=2),
            block(4 * base, 4 * base),
        )
        self.lift = block(4 * base, 2 * base, 1)
        self.join = nn.Sequential(block(4 * base, 3 * base), block(3 * base, 3 * base, 1))
        self.head = nn.Conv3d(3 * base, 3, 1)
        self.up = nn.Upsample(scale_factor=2, mode="nearest")
        # The head speaks in units of 100 mm; this turns them into latents.
        self.register_buffer("unit", torch.tensor([100 / r for r in RANGE_MM]).view(1, 3, 1, 1, 1))

    def forward(self, volume: torch.Tensor) -> torch.Tensor:
        """Latents [n, 3, D/4, H/4, W/4]."""
        fine = self.fine(nn.functional.avg_pool3d(volume, 2))
        middle = self.middle(fine)
        lifted = self.up(self.lift(self.coarse(middle)))
        joined = self.join(torch.cat([lifted, middle], dim=1))
        return self.head(joined).float() * self.unit


class FeatureNet(nn.Module):
    """Appearance of every place at 12 mm, 6 mm and (optionally) 3 mm, for the similarity search.

    A small U-Net. Cell i of scale s sits at voxel (s - 1) / 2 + s i, s = 4, 2, 1. Needs multiples of 8 voxels.
    """

    multiple_of = 8
    strides = (4, 2, 1)
    # Reach of the receptive field: further voxels cannot change a feature.
    halo_voxels = 48

    def __init__(self, base: int = 16, channels: tuple[int, ...] = (64, 32), fine: int = 0) -> None:
        super().__init__()
        self.channels = channels if fine == 0 else (*channels, fine)
        self.down0 = block(1, base)
        self.down1 = nn.Sequential(block(base, 2 * base, 2, 2), block(2 * base, 2 * base))
        self.down2 = nn.Sequential(
            block(2 * base, 4 * base, 2, 2), block(4 * base, 4 * base), block(4 * base, 4 * base)
        )
        self.down3 = nn.Sequential(
            block(4 * base, 6 * base, 2, 2), block(6 * base, 6 * base), block(6 * base, 6 * base)
        )
        self.lift3 = block(6 * base, 4 * base, 1)
        self.join2 = nn.Sequential(block(8 * base, 4 * base), block(4 * base, 4 * base))
        self.lift2 = block(4 * base, 2 * base, 1)
        self.join1 = block(4 * base, 2 * base)
        self.head0 = nn.Conv3d(4 * base, channels[0], 1)
        self.head1 = nn.Conv3d(2 * base, channels[1], 1)
        if fine:
            self.lift1 = block(2 * base, base, 1)
            self.join0 = block(2 * base, base)
            self.head2 = nn.Conv3d(base, fine, 1)
        self.fine_channels = fine
        self.up = nn.Upsample(scale_factor=2, mode="nearest")

    def forward(self, volume: torch.Tensor) -> list[torch.Tensor]:
        """Feature maps, coarse first: [n, c, D/4, ...], [n, c, D/2, ...] and perhaps [n, c, D, ...]. Not normalised."""
        level0 = self.down0(volume)
        level1 = self.down1(level0)
        level2 = self.down2(level1)
        level3 = self.down3(level2)
        join2 = self.join2(torch.cat([self.up(self.lift3(level3)), level2], dim=1))
        join1 = self.join1(torch.cat([self.up(self.lift2(join2)), level1], dim=1))
        outputs = [self.head0(join2).float(), self.head1(join1).float()]
        if self.fine_channels:
            outputs.append(self.head2(self.join0(torch.cat([self.up(self.lift1(join1)), level0], dim=1))).float())
        return outputs
