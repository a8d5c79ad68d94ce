"""The two self-supervised tasks: relative distance regression (RDR) and multi-scale similarity (MSS)."""

from __future__ import annotations

import torch
import torch.nn.functional as functional

from .networks import RANGE_MM


def cells(field: torch.Tensor, stride: int) -> torch.Tensor:
    """Mean of [1, c, D, H, W] over cells of `stride` voxels."""
    return field if stride == 1 else functional.avg_pool3d(field, stride)


def pick(mask: torch.Tensor, count: int) -> torch.Tensor:
    """At most `count` random flat indices where `mask` holds."""
    index = mask.reshape(-1).nonzero().squeeze(1)
    return index[torch.randperm(len(index))[:count]]


def relative_distance_loss(
    latent_a: torch.Tensor, place_a: torch.Tensor, latent_b: torch.Tensor, place_b: torch.Tensor, delta_mm: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Huber loss of RANGE_MM * tanh(b - a) against the true offset for all pairs of two sets of cells.

    Latents and places (mm) are [n, 3] and [m, 3]. Near pairs weigh more: the last steps of a localization are short.
    Returns the loss (in units of `delta_mm`) and the mean absolute error in mm.
    """
    reach = torch.tensor(RANGE_MM)
    predicted = reach * torch.tanh(latent_b[None] - latent_a[:, None])
    truth = place_b[None] - place_a[:, None]
    weight = 1 / (1 + truth.norm(dim=2, keepdim=True) / 60)
    loss = functional.huber_loss(predicted, truth, reduction="none", delta=delta_mm) / delta_mm**2
    error = (predicted - truth).abs().detach()
    return (loss * weight).sum() / weight.sum() / 3, error.mean()


def similarity_loss(
    anchors: torch.Tensor,
    anchor_mm: torch.Tensor,
    candidates: torch.Tensor,
    candidate_mm: torch.Tensor,
    sigma_mm: float,
    sharpness: float,
) -> tuple[torch.Tensor, torch.Tensor, int]:
    """Contrastive loss: each anchor must pick the candidates at its own true place among all.

    Features [n, c] and [m, c] (any length), places in mm. The target is a Gaussian of `sigma_mm` over true distance,
    so the peak can lie between cells. Returns the summed loss, the summed distance (mm) of the best candidate, and
    how many anchors had a candidate near enough to count.
    """
    distance = torch.cdist(anchor_mm, candidate_mm)
    nearest = distance.min(dim=1).values
    valid = nearest < 2 * sigma_mm
    count = int(valid.sum())
    if count == 0:
        return anchors.sum() * 0, torch.zeros(()), 0
    distance = distance[valid]
    target = torch.softmax(-(distance**2) / (2 * sigma_mm**2), dim=1)
    logits = sharpness * functional.normalize(anchors[valid], dim=1) @ functional.normalize(candidates, dim=1).T
    loss = -(target * functional.log_softmax(logits, dim=1)).sum()
    with torch.no_grad():
        best = distance.gather(1, logits.argmax(dim=1, keepdim=True)).sum()
    return loss, best, count
