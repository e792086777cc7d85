"""The family of Piper's voices (VITS): an .onnx graph and the .onnx.json that is published with it.

espeak-ng's phonemes as numbers, three scales, a speaker → samples

The text part gives Kokoro's symbols; `models.espeak` writes them as espeak-ng would, which is what the voices
were trained on. English comes from our own dictionaries; other languages espeak-ng itself has read, if it is
installed.
The graph tells neither how long each row of a batch is nor when a phoneme is said: a segment is a single
window, and the rows of a batch run one after another. It draws its noise itself, whatever the seed.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from vivavoce.core import Voice
from vivavoce.models import espeak, manifest
from vivavoce.models.base import Decoded, DecodeItem, Encoded, EncodeItem, Facts, Run, Window
from vivavoce.models.batching import Text
from vivavoce.models.manifest import ListedVoice, Manifest, ModelError
from vivavoce.models.session import Device, Session, SessionRun, Tensor, open_session

PAD, BEGIN, END = "_", "^", "$"
"""After each phoneme and the beginning; before all; after all."""
MOST_PHONEMES = 400
"""The voices learned from single sentences; the graph itself has no bound."""
SPEED_RANGE = (0.5, 2.0)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Audio(_Part):
    sample_rate: int


class _Espeak(_Part):
    voice: str
    """espeak-ng's name of the language, such as en-us or en-gb-x-rp."""


class _Inference(_Part):
    noise_scale: float = 0.667
    """Of the sound."""
    length_scale: float = 1.0
    noise_w: float = 0.8
    """Of the lengths."""


class VoiceConfig(_Part):
    """What matters here of an .onnx.json."""

    audio: _Audio
    espeak: _Espeak
    inference: _Inference = _Inference()
    phoneme_type: str = "espeak"
    phoneme_id_map: Mapping[str, tuple[int, ...]]
    num_speakers: int = 1
    speaker_id_map: Mapping[str, int] = {}
    dataset: str = ""

    @property
    def language(self) -> str:
        """BCP-47."""
        language, _, rest = self.espeak.voice.lower().partition("-")
        if language == "en" and (not rest or rest.startswith("gb")):
            return "en-GB"
        return f"{language}-{rest.upper() if len(rest) == 2 else rest}" if rest else language

    def speakers(self, only: str) -> Mapping[str, int]:
        """Voice id → number, in the order of the numbers; `only` is the name of a single nameless one."""
        if self.speaker_id_map:
            return dict(sorted(self.speaker_id_map.items(), key=lambda speaker: speaker[1]))
        if self.num_speakers > 1:
            return {str(number): number for number in range(self.num_speakers)}
        return {self.dataset or only: 0}


def load(directory: Path, device: Device) -> "Piper":
    """The voice in `directory`: model.toml, and of its files the one .onnx and the one .json."""
    listed = manifest.read(directory)
    config = _config(directory / listed.only(".json"))
    if config.audio.sample_rate != listed.sample_rate_hertz:
        raise ModelError(
            f"{manifest.FILE} tells {listed.sample_rate_hertz} samples a second, and the .json "
            f"{config.audio.sample_rate}"
        )
    session = open_session(directory / listed.only(".onnx"), device)
    _check(session, config)
    return Piper(listed, config, session)


class Piper:
    """A voice of this family, or several, for models.base.Model."""

    def __init__(self, listed: Manifest, config: VoiceConfig, session: Session) -> None:
        self._config = config
        self._session = session
        written = [one for one in config.phoneme_id_map if len(one) == 1 and one not in (PAD, BEGIN, END)]
        self._spelling = espeak.Spelling(_rules(config), written)
        self._speakers = config.speakers(only=listed.id)
        self.facts = Facts(
            id=listed.id,
            family="piper",
            license=listed.license,
            owned_by=listed.owned_by,
            created_seconds=listed.created_seconds,
            sample_rate_hertz=config.audio.sample_rate,
            voices=tuple(_voices(listed, config, self._speakers)),
            symbols=self._spelling.symbols,
            max_phonemes=MOST_PHONEMES,
            speed_range=SPEED_RANGE,
        )

    def new_run(self) -> Run:
        return SessionRun()

    def encode(self, items: Sequence[EncodeItem], run: Run) -> list[Encoded]:  # noqa: ARG002 - nothing runs
        """One Text per item. Raises ValueError for phonemes that it cannot say, KeyError for a voice."""
        return [self._text(item) for item in items]

    def decode(self, items: Sequence[DecodeItem], run: Run) -> list[Decoded]:
        """The samples of each whole row."""
        texts = [cast("Text", item.encoded) for item in items]
        return [Decoded(self._session.run(text.feeds, run)[0].reshape(-1), None) for text in texts]

    def _text(self, item: EncodeItem) -> Text:
        count = len(item.phonemes)
        if not 0 < count <= self.facts.max_phonemes:
            raise ValueError(f"{count} phonemes: the voice takes 1 to {self.facts.max_phonemes}")
        if unknown := set(item.phonemes) - self.facts.symbols:
            raise ValueError(f"phonemes that the voice does not know: {' '.join(sorted(unknown))}")
        ids = self._ids(self._spelling.ipa(item.phonemes))
        own = self._config.inference
        feeds: dict[str, Tensor] = {
            "input": np.array([ids], np.int64),
            "input_lengths": np.array([len(ids)], np.int64),
            "scales": np.array([own.noise_scale, own.length_scale / item.speed, own.noise_w], np.float32),
        }
        speaker = self._speakers[item.voice]
        if "sid" in self._session.inputs:
            feeds["sid"] = np.array([speaker], np.int64)
        return Text(feeds, (Window(0, count),))

    def _ids(self, ipa: str) -> list[int]:
        """^ _ p _ h _ o _ … $, as the voices were trained (piper-phonemize)."""
        numbers = self._config.phoneme_id_map
        inner = (number for phoneme in ipa for number in (*numbers[phoneme], *numbers[PAD]))
        return [*numbers[BEGIN], *numbers[PAD], *inner, *numbers[END]]


def _config(file: Path) -> VoiceConfig:
    try:
        config = VoiceConfig.model_validate_json(file.read_bytes())
    except ValidationError as error:
        fault = error.errors()[0]
        raise ModelError(": ".join([file.name, *map(str, fault["loc"]), fault["msg"]])) from None
    if config.phoneme_type != "espeak":
        raise ModelError(
            f"{file.name}: its phonemes are of the type {config.phoneme_type!r}; only voices of espeak's can "
            "be used"
        )
    if missing := [mark for mark in (PAD, BEGIN, END) if not config.phoneme_id_map.get(mark)]:
        raise ModelError(f"{file.name}: phoneme_id_map has no {' and no '.join(missing)}")
    return config


def _rules(config: VoiceConfig) -> Sequence[espeak.Rule]:
    """How our phonemes are written for a voice."""
    if not config.espeak.voice.startswith("en"):
        return espeak.OTHER
    return espeak.BRITISH if config.language == "en-GB" else espeak.AMERICAN


def _check(session: Session, config: VoiceConfig) -> None:
    expected = {"input", "input_lengths", "scales"}
    if not expected <= session.inputs.keys() <= expected | {"sid"}:
        raise ModelError(
            f"the graph is no voice of Piper: it takes {', '.join(session.inputs)}; expected are input, "
            "input_lengths, scales, and sid where there are several speakers"
        )
    if "sid" not in session.inputs and len(config.speakers("")) > 1:
        raise ModelError("its .json tells of several speakers, and the graph takes none, `sid`")


def _voices(listed: Manifest, config: VoiceConfig, speakers: Mapping[str, int]) -> Iterator[Voice]:
    """The voices to offer: those that model.toml lists, or all."""
    for entry in listed.voices or [ListedVoice(id=speaker) for speaker in speakers]:
        if entry.id not in speakers:
            raise ModelError(f"there is no speaker {entry.id}; there is: {', '.join(speakers)}")
        name = entry.name or entry.id.replace("_", " ").title()
        yield Voice(entry.id, name, entry.languages or (config.language,))
