"""The sizes of the network: config.json goes in, a checked Architecture comes out."""

import json
import math
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

SAMPLES_PER_STEP = 300
"""Of the pitch curve, which has two steps a frame."""
DECODER_STEPS_PER_FRAME = 2


class ExportError(Exception):
    """The model cannot be exported; the message says why."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True)


class Bert(_Table):
    """Of the text's ALBERT, `plbert`."""

    hidden_size: int
    num_attention_heads: int
    intermediate_size: int
    max_position_embeddings: int
    num_hidden_layers: int
    embedding_size: int = 128
    """ALBERT's own default, which the published configuration leaves out, as all that have one here."""


class Vocoder(_Table):
    """Of the decoder, `istftnet`."""

    upsample_rates: tuple[int, ...]
    upsample_kernel_sizes: tuple[int, ...]
    upsample_initial_channel: int
    resblock_kernel_sizes: tuple[int, ...]
    resblock_dilation_sizes: tuple[tuple[int, ...], ...]
    gen_istft_n_fft: int
    gen_istft_hop_size: int
    decoder_channels: int = 1024
    residual_channels: int = 64


class Architecture(_Table):
    """config.json, as far as it matters here."""

    vocab: dict[str, int]
    n_token: int
    hidden_dim: int
    style_dim: int = Field(ge=128, le=128)
    """Half of a voice pack's row: the first half is for the sound, the second for the prosody."""
    n_layer: int
    max_dur: int
    text_encoder_kernel_size: int
    plbert: Bert
    istftnet: Vocoder


def read(file: Path) -> Architecture:
    """Raises ExportError for what is no configuration of Kokoro."""
    try:
        architecture = Architecture.model_validate(json.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise ExportError(f"{file}: {error.strerror}") from None
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise ExportError(f"{file.name} is no configuration of Kokoro: {'; '.join(faults)}") from None
    except ValueError as error:
        raise ExportError(f"{file.name}: {error}") from None
    vocoder = architecture.istftnet
    if math.prod(vocoder.upsample_rates) * vocoder.gen_istft_hop_size != SAMPLES_PER_STEP:
        raise ExportError(
            f"{file.name}: upsample_rates and gen_istft_hop_size must make {SAMPLES_PER_STEP} samples a step"
        )
    return architecture
