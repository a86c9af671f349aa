"""A Kyutai model of random weights, made in a moment: `python tiny_kyutai.py FOLDER`.

It has the real thing's files (config.json, two of safetensors, a sentencepiece model) and is loaded by the real code.
What it writes means nothing, but every step of the real model is computed. Prints the files as JSON, with bytes and
sha256. Imports nothing of ours, so that the file runs on its own.
"""

import hashlib
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

_SEED = 20
_WEIGHTS = "model.safetensors"
_CODEC = "mimi.safetensors"
_CODEC_CONFIG = "mimi.json"
_TOKENIZER = "tokenizer.model"
_SENTENCES = ("what is the capital of france", "how many days are there in a week", "tell me a short story about a fox")
_CODES = 64
_CODEBOOKS = 4
_FRAME_SAMPLES = 1_920

DELAY_S = 0.5
PREFIX_S = 0.16


def write(folder: Path) -> None:
    """Write the model's files."""
    os.environ.update(NO_CUDA_GRAPH="1", NO_TORCH_COMPILE="1", HF_HUB_OFFLINE="1")
    import sentencepiece
    import torch
    from moshi.models.loaders import get_mimi, get_moshi_lm
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(_SENTENCES),
        model_writer=tokenizer,
        vocab_size=48,
        hard_vocab_limit=False,
        unk_id=0,
        bos_id=1,
        eos_id=2,
        pad_id=3,
        minloglevel=2,
    )
    (folder / _TOKENIZER).write_bytes(tokenizer.getvalue())
    pieces = sentencepiece.SentencePieceProcessor(model_proto=tokenizer.getvalue()).get_piece_size()

    torch.manual_seed(_SEED)
    writer = _writer_config(pieces)
    save_file(get_moshi_lm(None, lm_kwargs=writer, dtype=torch.float32).state_dict(), folder / _WEIGHTS)
    codec = get_mimi(None, _codec_config(), num_codebooks=_CODEBOOKS)
    _learn_codes(codec, torch)
    save_file(codec.state_dict(), folder / _CODEC)
    (folder / _CODEC_CONFIG).write_text(json.dumps(_codec_config()), encoding="utf-8")
    names = {
        "moshi_name": _WEIGHTS,
        "mimi_name": _CODEC,
        "mimi_config_name": _CODEC_CONFIG,
        "tokenizer_name": _TOKENIZER,
        "model_type": "stt",
        "stt_config": {"audio_delay_seconds": DELAY_S, "audio_silence_prefix_seconds": PREFIX_S},
    }
    (folder / "config.json").write_text(json.dumps({**writer, **names}), encoding="utf-8")


def _learn_codes(codec: Any, torch: Any) -> None:
    """Take the codes from what the codec makes of noise; random ones are far from all of it, and every sound alike."""
    loudness = torch.rand(_CODES).repeat_interleave(_FRAME_SAMPLES)
    noise = torch.randn(1, 1, _CODES * _FRAME_SAMPLES) * loudness * 0.3
    with torch.no_grad():
        latent = codec.encode_to_latent(noise, quantize=False)
        for quantizer in (codec.quantizer.rvq_first, codec.quantizer.rvq_rest):
            rest = quantizer.input_proj(latent)[0].T
            for layer in quantizer.vq.layers:
                layer._codebook.embedding_sum.copy_(rest)
                layer._codebook.cluster_usage.fill_(1.0)
                # What is left of a sound whose code is the next one's.
                rest = rest - rest.roll(1, dims=0)


def _writer_config(pieces: int) -> dict[str, object]:
    return {
        "dim": 64,
        "text_card": pieces,
        "existing_text_padding_id": 3,
        "n_q": _CODEBOOKS,
        "dep_q": 0,
        "card": _CODES,
        "num_heads": 4,
        "num_layers": 2,
        "hidden_scale": 4.125,
        "causal": True,
        "context": 375,
        "max_period": 10_000,
        "gating": "silu",
        "norm": "rms_norm_f32",
        "positional_embedding": "rope",
        "delays": [0] * (_CODEBOOKS + 1),
        "extra_heads_num_heads": 4,
        "extra_heads_dim": 6,
    }


def _codec_config() -> dict[str, object]:
    dimension = 32
    return {
        "sample_rate": 24_000,
        "channels": 1,
        "frame_rate": 12.5,
        "seanet": {
            "channels": 1,
            "dimension": dimension,
            "causal": True,
            "n_filters": 4,
            "n_residual_layers": 1,
            "activation": "ELU",
            "compress": 2,
            "dilation_base": 2,
            "disable_norm_outer_blocks": 0,
            "kernel_size": 7,
            "residual_kernel_size": 3,
            "last_kernel_size": 3,
            "norm": "none",
            "pad_mode": "constant",
            "ratios": [8, 6, 5, 4],
            "true_skip": True,
        },
        "quantizer": {
            "dimension": 16,
            "n_q": _CODEBOOKS,
            "bins": _CODES,
            "input_dimension": dimension,
            "output_dimension": dimension,
        },
        "transformer": {
            "d_model": dimension,
            "num_heads": 4,
            "num_layers": 1,
            "causal": True,
            "layer_scale": 0.01,
            "context": 250,
            "conv_layout": True,
            "max_period": 10_000,
            "gating": "none",
            "norm": "layer_norm",
            "positional_embedding": "rope",
            "dim_feedforward": 64,
            "input_dimension": dimension,
            "output_dimensions": [dimension],
        },
    }


def _described(folder: Path) -> list[dict[str, object]]:
    files = sorted(file for file in folder.iterdir() if file.is_file())
    return [
        {"path": file.name, "bytes": file.stat().st_size, "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
        for file in files
    ]


if __name__ == "__main__":
    target = Path(sys.argv[1])
    write(target)
    print(json.dumps(_described(target), indent=1))
