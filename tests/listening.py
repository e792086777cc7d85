"""Listening with instruments: decoding by a program that did not encode, levels, gaps, a recogniser."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

RATE_HERTZ = 24000
BLOCK_SECONDS = 0.02


def decode(audio: bytes, *, audio_format: str = "", rate_hertz: int = RATE_HERTZ) -> NDArray[np.float32]:
    """Mono samples at `rate_hertz` of a whole file, by ffmpeg; `audio_format` only for raw pcm.

    Whatever ffmpeg finds wrong with the file fails here.
    """
    raw = ["-f", "s16le", "-ar", str(rate_hertz), "-ac", "1"] if audio_format == "pcm" else []
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *raw, "-i", "pipe:0"]
    command += ["-f", "f32le", "-ac", "1", "-ar", str(rate_hertz), "pipe:1"]
    done = subprocess.run(command, input=audio, capture_output=True, check=False)
    errors = done.stderr.decode()
    assert done.returncode == 0, errors
    assert not errors
    return np.frombuffer(done.stdout, np.float32)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a listener would notice of a recording."""

    seconds: float
    level_dbfs: float
    """Root mean square."""
    peak: float
    longest_silence_seconds: float
    """Inside the recording: its beginning and its end do not count."""


def listen(samples: NDArray[np.float32], *, rate_hertz: int = RATE_HERTZ) -> Heard:
    """Duration, level, peak and the longest stretch more than 50 dB under the peak."""
    assert samples.size, "there is nothing to hear"
    block = int(rate_hertz * BLOCK_SECONDS)
    blocks = samples[: samples.size // block * block].reshape(-1, block)
    loud = np.abs(blocks).max(1) > np.abs(samples).max() * 10 ** (-50 / 20)
    places = np.flatnonzero(loud)
    gaps = np.diff(places) - 1
    return Heard(
        seconds=samples.size / rate_hertz,
        level_dbfs=float(10 * np.log10(np.mean(samples**2) + 1e-12)),
        peak=float(np.abs(samples).max()),
        longest_silence_seconds=float(gaps.max(initial=0) * BLOCK_SECONDS),
    )


def recognise(samples: NDArray[np.float32], *, rate_hertz: int = RATE_HERTZ) -> str:
    """The words that pocketsphinx hears, with the model that it brings."""
    import pocketsphinx  # half a second, for the few tests that need it
    import soxr

    model = Path(pocketsphinx.get_model_path()) / "en-us"
    decoder = pocketsphinx.Decoder(
        hmm=str(model / "en-us"),
        lm=str(model / "en-us.lm.bin"),
        dict=str(model / "cmudict-en-us.dict"),
        loglevel="FATAL",
    )
    at_16k = soxr.resample(samples, rate_hertz, 16000)
    padded = np.concatenate([np.zeros(4800), at_16k, np.zeros(4800)])
    decoder.start_utt()
    decoder.process_raw((padded * 32767).astype(np.int16).tobytes(), no_search=False, full_utt=True)
    decoder.end_utt()
    return decoder.hyp().hypstr if decoder.hyp() else ""


def word_error_rate(said: str, heard: str) -> float:
    """Levenshtein distance of the words, over the number of words said."""
    want, got = (re.findall(r"[a-z']+", text.lower()) for text in (said, heard))
    row = list(range(len(got) + 1))
    for i, word in enumerate(want, 1):
        last, row[0] = row[0], i
        for j, other in enumerate(got, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (word != other))
    return row[-1] / len(want)
