from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from medlam_training.reference import TINY_SAM, ramp
from medlam_training.sam_network import DecoderGraph, EncoderGraph, Sam, SamConfig
from medlam_training.skeleton import medlam_skeleton, randomise, sam_skeleton

ROOT = Path(__file__).resolve().parents[2]


def _linear(name: str, outputs: int, inputs: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}


def _norm(name: str, width: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}


def published_shapes() -> dict[str, tuple[int, ...]]:
    """Names and shapes of the tensors in sam_vit_b_01ec64.pth and medsam_vit_b.pth."""
    shapes: dict[str, tuple[int, ...]] = {
        "image_encoder.pos_embed": (1, 64, 64, 768),
        "image_encoder.patch_embed.proj.weight": (768, 3, 16, 16),
        "image_encoder.patch_embed.proj.bias": (768,),
        "image_encoder.neck.0.weight": (256, 768, 1, 1),
        "image_encoder.neck.2.weight": (256, 256, 3, 3),
        **_norm("image_encoder.neck.1", 256),
        **_norm("image_encoder.neck.3", 256),
    }
    for block in range(12):
        name, side = f"image_encoder.blocks.{block}", 64 if block in (2, 5, 8, 11) else 14
        shapes |= {f"{name}.attn.rel_pos_h": (2 * side - 1, 64), f"{name}.attn.rel_pos_w": (2 * side - 1, 64)}
        shapes |= _norm(f"{name}.norm1", 768) | _norm(f"{name}.norm2", 768)
        shapes |= _linear(f"{name}.attn.qkv", 2304, 768) | _linear(f"{name}.attn.proj", 768, 768)
        shapes |= _linear(f"{name}.mlp.lin1", 3072, 768) | _linear(f"{name}.mlp.lin2", 768, 3072)
    prompt = "prompt_encoder"
    shapes[f"{prompt}.pe_layer.positional_encoding_gaussian_matrix"] = (2, 128)
    for name in ("not_a_point_embed", "no_mask_embed", *(f"point_embeddings.{i}" for i in range(4))):
        shapes[f"{prompt}.{name}.weight"] = (1, 256)
    for number, shape in ((0, (4, 1, 2, 2)), (3, (16, 4, 2, 2)), (6, (256, 16, 1, 1))):
        shapes |= {
            f"{prompt}.mask_downscaling.{number}.weight": shape,
            f"{prompt}.mask_downscaling.{number}.bias": shape[:1],
        }
    shapes |= _norm(f"{prompt}.mask_downscaling.1", 4) | _norm(f"{prompt}.mask_downscaling.4", 16)
    decoder = "mask_decoder"
    shapes |= {f"{decoder}.iou_token.weight": (1, 256), f"{decoder}.mask_tokens.weight": (4, 256)}
    attentions = {
        f"layers.{i}.{kind}": 128 for i in (0, 1) for kind in ("cross_attn_token_to_image", "cross_attn_image_to_token")
    }
    attentions |= {"layers.0.self_attn": 256, "layers.1.self_attn": 256, "final_attn_token_to_image": 128}
    for name, inside in attentions.items():
        for part in ("q_proj", "k_proj", "v_proj"):
            shapes |= _linear(f"{decoder}.transformer.{name}.{part}", inside, 256)
        shapes |= _linear(f"{decoder}.transformer.{name}.out_proj", 256, inside)
    for name in ("norm_final_attn", *(f"layers.{i}.norm{k}" for i in (0, 1) for k in (1, 2, 3, 4))):
        shapes |= _norm(f"{decoder}.transformer.{name}", 256)
    for i in (0, 1):
        shapes |= _linear(f"{decoder}.transformer.layers.{i}.mlp.lin1", 2048, 256)
        shapes |= _linear(f"{decoder}.transformer.layers.{i}.mlp.lin2", 256, 2048)
    shapes |= {f"{decoder}.output_upscaling.0.weight": (256, 64, 2, 2), f"{decoder}.output_upscaling.0.bias": (64,)}
    shapes |= {f"{decoder}.output_upscaling.3.weight": (64, 32, 2, 2), f"{decoder}.output_upscaling.3.bias": (32,)}
    shapes |= _norm(f"{decoder}.output_upscaling.1", 64)
    for head, last in [*((f"output_hypernetworks_mlps.{i}", 32) for i in range(4)), ("iou_prediction_head", 4)]:
        for layer, outputs in ((0, 256), (1, 256), (2, last)):
            shapes |= _linear(f"{decoder}.{head}.layers.{layer}", outputs, 256)
    return shapes


def test_sam_has_the_published_tensors() -> None:
    sam = Sam(SamConfig())
    assert {name: tuple(value.shape) for name, value in sam.state_dict().items()} == published_shapes()


@pytest.mark.parametrize("name", ["sam-vit-b", "medlam"])
def test_the_skeletons_that_ship_are_small_and_place_every_tensor_once(name: str) -> None:
    folder = ROOT / "models" / "skeletons" / name
    about = json.loads((folder / "map.json").read_text())
    if name == "sam-vit-b":
        assert {w["tensor"]: tuple(w["shape"]) for w in about["weights"]} == published_shapes()
    ends = [0]
    for weight in about["weights"]:
        assert weight["offset"] >= ends[-1]
        ends.append(weight["offset"] + 4 * int(np.prod(weight["shape"])))
    assert ends[-1] == about["data"]["sizeBytes"]
    places = {(str(weight["offset"]), str(4 * int(np.prod(weight["shape"])))) for weight in about["weights"]}
    named = set()
    for file in about["graphs"]:
        assert (folder / file).stat().st_size < 2**20
        for tensor in onnx.load(str(folder / file), load_external_data=False).graph.initializer:
            outside = {entry.key: entry.value for entry in tensor.external_data}
            if outside:
                assert outside["location"] == about["data"]["file"]
                named.add((outside["offset"], outside["length"]))
    assert named == places


def test_one_head_at_a_time_computes_the_same() -> None:
    sam = randomise(Sam(TINY_SAM), 3)
    image = ramp((1, 3, 64, 64), -2, 2)
    with torch.no_grad():
        one_by_one = EncoderGraph(sam)(image)
        for block in sam.image_encoder.blocks:
            block.attn.head_by_head = not block.attn.head_by_head
        assert torch.allclose(EncoderGraph(sam)(image), one_by_one, atol=1e-5)


def test_prompts_tell_boxes_from_points_and_padding() -> None:
    sam = randomise(Sam(TINY_SAM), 3)
    points = sam.prompt_encoder.points(torch.full((1, 5, 2), 20.0), torch.tensor([[-1.0, 0.0, 1.0, 2.0, 3.0]]))[0]
    place = points[1] - sam.prompt_encoder.point_embeddings[0].weight[0]
    assert torch.allclose(points[0], sam.prompt_encoder.not_a_point_embed.weight[0])
    for kind in (1, 2, 3):
        assert torch.allclose(points[1 + kind], place + sam.prompt_encoder.point_embeddings[kind].weight[0], atol=1e-6)


def test_masks_cover_the_original_picture() -> None:
    sam = randomise(Sam(TINY_SAM), 3)
    small = torch.zeros(1, 1, 32, 32)
    box = torch.tensor([[[4.0, 8.0], [40.0, 30.0]]])
    with torch.no_grad():
        masks, overlap, low = DecoderGraph(sam)(
            ramp((1, 32, 8, 8), -1, 1),
            box,
            torch.tensor([[2.0, 3.0]]),
            small,
            torch.zeros(1),
            torch.tensor([30.0, 90.0]),
        )
    assert masks.shape == (1, 4, 30, 90) and overlap.shape == (1, 4) and low.shape == (1, 4, 32, 32)


def test_an_export_that_changes_a_weight_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from medlam_training import skeleton

    original = skeleton.trace

    def tampering(part: skeleton.Part, target: Path) -> onnx.ModelProto:
        model = original(part, target)
        tensor = next(t for t in model.graph.initializer if t.name.endswith("fc1.weight"))
        tensor.raw_data = tensor.raw_data[4:] + tensor.raw_data[:4]
        return model

    monkeypatch.setattr(skeleton, "trace", tampering)
    with pytest.raises(ValueError, match=r"changed fc1\.weight"):
        medlam_skeleton(tmp_path, "toy", base=1)


def test_skeletons_hold_no_weights(tmp_path: Path) -> None:
    sam = sam_skeleton(tmp_path, "toy", TINY_SAM)
    weight = sam.state_dict()["mask_decoder.mask_tokens.weight"].numpy().tobytes()
    for file in ("encoder.onnx", "decoder.onnx"):
        assert weight[:64] not in (tmp_path / file).read_bytes()
