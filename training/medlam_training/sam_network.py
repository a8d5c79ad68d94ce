"""SAM with a ViT image encoder (SAM ViT-B, MedSAM), so that its checkpoints can become ONNX files.

Source: Kirillov et al., "Segment Anything"; Li et al., "Exploring Plain Vision Transformer Backbones for Object
Detection" (window attention, relative positions). Written anew; state-dict keys and shapes equal those of the
published checkpoints.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as functional
from torch import nn

MASK_TOKENS = 4
"""Token 0 answers unambiguous prompts such as boxes, 1 to 3 are three guesses."""
POINT_KINDS = 4
"""Background, foreground, first and second corner of a box."""


@dataclass(frozen=True)
class SamConfig:
    """Sizes of a SAM; the defaults are those of ViT-B."""

    image_side: int = 1024
    patch_side: int = 16
    width: int = 768
    depth: int = 12
    heads: int = 12
    window: int = 14
    global_blocks: tuple[int, ...] = (2, 5, 8, 11)
    embedding: int = 256
    mask_channels: int = 16
    decoder_heads: int = 8
    decoder_width: int = 2048
    quality_width: int = 256
    tokens_at_once: int = 1024
    """Attention among more tokens runs head by head: all heads at once would take 2.4 GB at 64 x 64 tokens."""

    @property
    def grid(self) -> int:
        """Side of the image embedding."""
        return self.image_side // self.patch_side


class ChannelNorm(nn.Module):
    """LayerNorm over the channels of [n, c, h, w]."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Same shape out."""
        last = functional.layer_norm(x.permute(0, 2, 3, 1), self.weight.shape, self.weight, self.bias, 1e-6)
        return last.permute(0, 3, 1, 2)


class TwoLayers(nn.Module):
    """Linear, activation, linear."""

    def __init__(self, width: int, hidden: int, activation: nn.Module) -> None:
        super().__init__()
        self.lin1 = nn.Linear(width, hidden)
        self.lin2 = nn.Linear(hidden, width)
        self.act = activation

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Same shape out."""
        return self.lin2(self.act(self.lin1(x)))


class GridAttention(nn.Module):
    """Self-attention on a square grid of tokens; how far apart two tokens lie along each axis adds to their score."""

    def __init__(self, config: SamConfig, side: int) -> None:
        super().__init__()
        width, heads = config.width, config.heads
        self.heads, self.side, self.width = heads, side, width
        self.head_by_head = side * side > config.tokens_at_once
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        self.rel_pos_h = nn.Parameter(torch.zeros(2 * side - 1, width // heads))
        self.rel_pos_w = nn.Parameter(torch.zeros(2 * side - 1, width // heads))
        place = torch.arange(side)
        self.register_buffer("apart", place[:, None] - place[None, :] + side - 1, persistent=False)

    def _attend(self, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        """All of [n, tokens, c]."""
        s, c = self.side, self.width // self.heads
        grid = q.reshape(-1, s, s, c)
        rows = grid @ self.rel_pos_h[self.apart].transpose(1, 2)
        columns = (grid.transpose(1, 2) @ self.rel_pos_w[self.apart].transpose(1, 2)).transpose(1, 2)
        score = ((q * c**-0.5) @ k.transpose(1, 2)).reshape(-1, s, s, s, s)
        score = score + rows[..., :, None] + columns[..., None, :]
        return score.reshape(-1, s * s, s * s).softmax(-1) @ v

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[n, side, side, width] to the same."""
        s, c = self.side, self.width // self.heads
        q, k, v = self.qkv(x).reshape(-1, s * s, 3, self.heads, c).permute(2, 0, 3, 1, 4).unbind(0)
        if self.head_by_head:
            mixed = torch.stack([self._attend(q[:, i], k[:, i], v[:, i]) for i in range(self.heads)], dim=1)
        else:
            all_heads = (part.reshape(-1, s * s, c) for part in (q, k, v))
            mixed = self._attend(*all_heads).reshape(-1, self.heads, s * s, c)
        return self.proj(mixed.transpose(1, 2).reshape(-1, s, s, self.width))


class EncoderBlock(nn.Module):
    """A transformer block; with a window, tokens attend only inside squares of that side."""

    def __init__(self, config: SamConfig, window: int) -> None:
        super().__init__()
        self.window, self.grid, self.width = window, config.grid, config.width
        self.norm1 = nn.LayerNorm(config.width, eps=1e-6)
        self.attn = GridAttention(config, window or config.grid)
        self.norm2 = nn.LayerNorm(config.width, eps=1e-6)
        self.mlp = TwoLayers(config.width, 4 * config.width, nn.GELU())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[n, grid, grid, width] to the same."""
        inside = self.norm1(x)
        if self.window == 0:
            x = x + self.attn(inside)
        else:
            # Sizes are plain numbers, so that the traced graph has no arithmetic of shapes.
            s, grid, width = self.window, self.grid, self.width
            windows = math.ceil(grid / s)
            padded = windows * s
            inside = functional.pad(inside, (0, 0, 0, padded - grid, 0, padded - grid))
            inside = inside.reshape(-1, windows, s, windows, s, width).transpose(2, 3).reshape(-1, s, s, width)
            inside = self.attn(inside).reshape(-1, windows, windows, s, s, width).transpose(2, 3)
            x = x + inside.reshape(-1, padded, padded, width)[:, :grid, :grid]
        return x + self.mlp(self.norm2(x))


class PatchEmbedding(nn.Module):
    """Patches of the picture to tokens."""

    def __init__(self, config: SamConfig) -> None:
        super().__init__()
        self.proj = nn.Conv2d(3, config.width, config.patch_side, stride=config.patch_side)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """[n, 3, side, side] to [n, grid, grid, width]."""
        return self.proj(image).permute(0, 2, 3, 1)


class ImageEncoder(nn.Module):
    """The vision transformer with its neck."""

    def __init__(self, config: SamConfig) -> None:
        super().__init__()
        self.patch_embed = PatchEmbedding(config)
        self.pos_embed = nn.Parameter(torch.zeros(1, config.grid, config.grid, config.width))
        windows = [0 if number in config.global_blocks else config.window for number in range(config.depth)]
        self.blocks = nn.ModuleList(EncoderBlock(config, window) for window in windows)
        self.neck = nn.Sequential(
            nn.Conv2d(config.width, config.embedding, 1, bias=False),
            ChannelNorm(config.embedding),
            nn.Conv2d(config.embedding, config.embedding, 3, padding=1, bias=False),
            ChannelNorm(config.embedding),
        )

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """[n, 3, side, side] to [n, embedding, grid, grid]."""
        x = self.patch_embed(image) + self.pos_embed
        for block in self.blocks:
            x = block(x)
        return self.neck(x.permute(0, 3, 1, 2))


class PositionEncoding(nn.Module):
    """Random Fourier features of places in the picture."""

    def __init__(self, config: SamConfig) -> None:
        super().__init__()
        self.register_buffer("positional_encoding_gaussian_matrix", torch.randn(2, config.embedding // 2))
        centres = (torch.arange(config.grid) + 0.5) / config.grid
        grid = torch.stack([centres.expand(config.grid, -1), centres[:, None].expand(-1, config.grid)], dim=-1)
        self.register_buffer("grid", grid.contiguous(), persistent=False)

    def forward(self, places: torch.Tensor) -> torch.Tensor:
        """(x, y) in 0..1 along the last axis, to as many numbers as an embedding has."""
        angles = 2 * math.pi * ((2 * places - 1) @ self.positional_encoding_gaussian_matrix)
        return torch.cat([angles.sin(), angles.cos()], dim=-1)

    def of_grid(self) -> torch.Tensor:
        """[1, embedding, grid, grid] for the centres of the image embedding's cells."""
        return self(self.grid).permute(2, 0, 1)[None]


class PromptEncoder(nn.Module):
    """Points, box corners and a rough mask to embeddings."""

    def __init__(self, config: SamConfig) -> None:
        super().__init__()
        self.image_side = config.image_side
        self.pe_layer = PositionEncoding(config)
        self.point_embeddings = nn.ModuleList(nn.Embedding(1, config.embedding) for _ in range(POINT_KINDS))
        self.not_a_point_embed = nn.Embedding(1, config.embedding)
        m = config.mask_channels
        self.mask_downscaling = nn.Sequential(
            nn.Conv2d(1, m // 4, 2, stride=2),
            ChannelNorm(m // 4),
            nn.GELU(),
            nn.Conv2d(m // 4, m, 2, stride=2),
            ChannelNorm(m),
            nn.GELU(),
            nn.Conv2d(m, config.embedding, 1),
        )
        self.no_mask_embed = nn.Embedding(1, config.embedding)

    def points(self, coords: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Pixels [1, n, 2] with labels [1, n] to [1, n, embedding].

        Labels: -1 none, 0 background, 1 foreground, 2 and 3 corners.
        """
        where = self.pe_layer((coords + 0.5) / self.image_side) * (labels >= 0).to(coords.dtype)[..., None]
        kinds = torch.cat([self.not_a_point_embed.weight, *(kind.weight for kind in self.point_embeddings)])
        return where + kinds[(labels + 1).to(torch.int64)]

    def mask(self, mask: torch.Tensor, given: torch.Tensor) -> torch.Tensor:
        """Logits [1, 1, 4 grid, 4 grid] and 1 or 0 for whether they count, to [1, embedding, grid, grid]."""
        return given * self.mask_downscaling(mask) + (1 - given) * self.no_mask_embed.weight[..., None, None]


class TokenAttention(nn.Module):
    """Attention between two sets of tokens, inside narrower vectors."""

    def __init__(self, width: int, heads: int, inside: int) -> None:
        super().__init__()
        self.heads, self.each = heads, inside // heads
        self.q_proj = nn.Linear(width, inside)
        self.k_proj = nn.Linear(width, inside)
        self.v_proj = nn.Linear(width, inside)
        self.out_proj = nn.Linear(inside, width)

    def _split(self, x: torch.Tensor) -> torch.Tensor:
        return x.reshape(1, -1, self.heads, self.each).transpose(1, 2)

    def forward(self, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        """[1, tokens of q, width]."""
        q, k, v = self._split(self.q_proj(q)), self._split(self.k_proj(k)), self._split(self.v_proj(v))
        mixed = ((q @ k.transpose(2, 3)) / math.sqrt(self.each)).softmax(-1) @ v
        return self.out_proj(mixed.transpose(1, 2).reshape(1, -1, self.heads * self.each))


class TwoWayBlock(nn.Module):
    """Tokens look at themselves, then at the picture, and the picture looks back at them."""

    def __init__(self, config: SamConfig, first: bool) -> None:
        super().__init__()
        width, heads = config.embedding, config.decoder_heads
        self.first = first
        self.self_attn = TokenAttention(width, heads, width)
        self.norm1 = nn.LayerNorm(width)
        self.cross_attn_token_to_image = TokenAttention(width, heads, width // 2)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = TwoLayers(width, config.decoder_width, nn.ReLU())
        self.norm3 = nn.LayerNorm(width)
        self.norm4 = nn.LayerNorm(width)
        self.cross_attn_image_to_token = TokenAttention(width, heads, width // 2)

    def forward(
        self, tokens: torch.Tensor, pixels: torch.Tensor, token_place: torch.Tensor, pixel_place: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Both sets, updated."""
        if self.first:
            tokens = self.self_attn(tokens, tokens, tokens)
        else:
            placed = tokens + token_place
            tokens = tokens + self.self_attn(placed, placed, tokens)
        tokens = self.norm1(tokens)
        tokens = self.norm2(tokens + self.cross_attn_token_to_image(tokens + token_place, pixels + pixel_place, pixels))
        tokens = self.norm3(tokens + self.mlp(tokens))
        back = self.cross_attn_image_to_token(pixels + pixel_place, tokens + token_place, tokens)
        return tokens, self.norm4(pixels + back)


class TwoWayTransformer(nn.Module):
    """Two such blocks, and one last look of the tokens at the picture."""

    def __init__(self, config: SamConfig) -> None:
        super().__init__()
        self.layers = nn.ModuleList(TwoWayBlock(config, first) for first in (True, False))
        self.final_attn_token_to_image = TokenAttention(config.embedding, config.decoder_heads, config.embedding // 2)
        self.norm_final_attn = nn.LayerNorm(config.embedding)

    def forward(
        self, pixels: torch.Tensor, pixel_place: torch.Tensor, prompt: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Tokens [1, t, c] and pixels [1, h w, c]."""
        tokens = prompt
        for layer in self.layers:
            tokens, pixels = layer(tokens, pixels, prompt, pixel_place)
        last = self.final_attn_token_to_image(tokens + prompt, pixels + pixel_place, pixels)
        return self.norm_final_attn(tokens + last), pixels


class ThreeLayers(nn.Module):
    """Linear layers with ReLU between them."""

    def __init__(self, inputs: int, hidden: int, outputs: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(inputs, hidden), nn.Linear(hidden, hidden), nn.Linear(hidden, outputs)])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[n, inputs] to [n, outputs]."""
        first, second, third = self.layers
        return third(second(first(x).relu()).relu())


class MaskDecoder(nn.Module):
    """Four masks and how good they should be, from image and prompt embeddings."""

    def __init__(self, config: SamConfig) -> None:
        super().__init__()
        c = config.embedding
        self.grid, self.channels = config.grid, c
        self.transformer = TwoWayTransformer(config)
        self.iou_token = nn.Embedding(1, c)
        self.mask_tokens = nn.Embedding(MASK_TOKENS, c)
        self.output_upscaling = nn.Sequential(
            nn.ConvTranspose2d(c, c // 4, 2, stride=2),
            ChannelNorm(c // 4),
            nn.GELU(),
            nn.ConvTranspose2d(c // 4, c // 8, 2, stride=2),
            nn.GELU(),
        )
        self.output_hypernetworks_mlps = nn.ModuleList(ThreeLayers(c, c, c // 8) for _ in range(MASK_TOKENS))
        self.iou_prediction_head = ThreeLayers(c, config.quality_width, MASK_TOKENS)

    def forward(
        self, image: torch.Tensor, image_place: torch.Tensor, sparse: torch.Tensor, dense: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits [1, 4, 4 grid, 4 grid] and predicted overlaps [1, 4]."""
        own = torch.cat([self.iou_token.weight, self.mask_tokens.weight])[None]
        prompt = torch.cat([own, sparse], dim=1)
        pixels = (image + dense).flatten(2).transpose(1, 2)
        tokens, pixels = self.transformer(pixels, image_place.flatten(2).transpose(1, 2), prompt)
        picture = self.output_upscaling(pixels.transpose(1, 2).reshape(1, self.channels, self.grid, self.grid))
        weights = torch.stack([mlp(tokens[:, 1 + i]) for i, mlp in enumerate(self.output_hypernetworks_mlps)], dim=1)
        side = 4 * self.grid
        masks = (weights @ picture.reshape(1, self.channels // 8, side * side)).reshape(1, MASK_TOKENS, side, side)
        return masks, self.iou_prediction_head(tokens[:, 0])


class Sam(nn.Module):
    """The whole model; only holds the parts, whose names start the checkpoint's keys."""

    def __init__(self, config: SamConfig | None = None) -> None:
        super().__init__()
        self.config = config or SamConfig()
        self.image_encoder = ImageEncoder(self.config)
        self.prompt_encoder = PromptEncoder(self.config)
        self.mask_decoder = MaskDecoder(self.config)


class EncoderGraph(nn.Module):
    """What the encoder's ONNX file computes."""

    def __init__(self, sam: Sam) -> None:
        super().__init__()
        self.image_encoder = sam.image_encoder

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """[1, 3, side, side], normalised, to [1, embedding, grid, grid]."""
        return self.image_encoder(image)


class DecoderGraph(nn.Module):
    """What the decoder's ONNX file computes: inputs and outputs of Meta's export with all four masks."""

    def __init__(self, sam: Sam) -> None:
        super().__init__()
        self.image_side = sam.config.image_side
        self.prompt_encoder = sam.prompt_encoder
        self.mask_decoder = sam.mask_decoder

    def forward(
        self,
        image_embeddings: torch.Tensor,
        point_coords: torch.Tensor,
        point_labels: torch.Tensor,
        mask_input: torch.Tensor,
        has_mask_input: torch.Tensor,
        orig_im_size: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Masks [1, 4, h, w] of the original picture, their predicted overlaps [1, 4], and the small masks."""
        sparse = self.prompt_encoder.points(point_coords, point_labels)
        dense = self.prompt_encoder.mask(mask_input, has_mask_input)
        small, overlap = self.mask_decoder(image_embeddings, self.prompt_encoder.pe_layer.of_grid(), sparse, dense)
        side = self.image_side
        square = functional.interpolate(small, size=(side, side), mode="bilinear", align_corners=False)
        covered = (orig_im_size * (side / orig_im_size.max()) + 0.5).floor().to(torch.int64)
        size = orig_im_size.to(torch.int64)
        part = square[..., : covered[0], : covered[1]]
        masks = functional.interpolate(part, size=(size[0], size[1]), mode="bilinear", align_corners=False)
        return masks, overlap, small
