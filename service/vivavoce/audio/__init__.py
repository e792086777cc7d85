"""Audio formats: a row of ENCODERS and a file each."""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from vivavoce.audio.base import Encoder

ENCODERS: Mapping[str, str] = MappingProxyType(
    {
        "mp3": "vivavoce.audio.mp3:Mp3Encoder",
        "opus": "vivavoce.audio.opus:OpusEncoder",
        "aac": "vivavoce.audio.aac:AacEncoder",
        "flac": "vivavoce.audio.flac:FlacEncoder",
        "wav": "vivavoce.audio.wav:WavEncoder",
        "pcm": "vivavoce.audio.pcm:PcmEncoder",
    }
)
"""OpenAI's `response_format` → "module:class"."""


def encoder_class(audio_format: str) -> type[Encoder]:
    """The encoder of a format. KeyError for a format that we do not have."""
    module, _, name = ENCODERS[audio_format].partition(":")
    encoder: type[Encoder] = getattr(import_module(module), name)
    return encoder
