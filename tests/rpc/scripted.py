"""A synthesizer that does exactly as it is told, where a test needs a failure or a silence at one moment."""

import asyncio

from vivavoce import validation
from vivavoce.catalogue import Catalogue
from vivavoce.core import Chunk, StageTimes, Usage, Voice
from vivavoce.models.base import Facts

USAGE = Usage(input_tokens=7, output_tokens=50, input_characters=6, audio_seconds=1.0)
TIMES = StageTimes(text=0.01, queue=0.02, encode=0.03, decode=0.04, audio=0.05, first_audio=0.06, total=0.07)
LAST = Chunk(b"", usage=USAGE, times=TIMES)


def facts(name: str, *voices: str) -> Facts:
    return Facts(
        id=name,
        family="scripted",
        license="Apache-2.0",
        owned_by="acme",
        created_seconds=1_790_000_000,
        sample_rate_hertz=24000,
        voices=tuple(Voice(voice, voice.title(), ("en-US", "en-GB")) for voice in voices),
        symbols=frozenset("abc "),
        max_phonemes=400,
        speed_range=(0.5, 2.0),
        follows_delivery=True,
    )


class NamedModel:
    """A model that has facts and nothing to run."""

    def __init__(self, its_facts: Facts) -> None:
        self.facts = its_facts


class Scripted:
    """Yields the chunks of `script`, waits for its events and numbers of seconds, raises its exceptions."""

    def __init__(self, *script) -> None:
        self.script = script
        self.catalogue = Catalogue(
            [NamedModel(facts("viva", "kathleen", "emma")), NamedModel(facts("echo", "hall"))],
            {"tts-1": "viva"},
            {"viva": {"alloy": "kathleen"}},
        )
        self.spoken = []
        self.called = asyncio.Event()
        self.closed = 0

    def utterance(self, request):
        return validation.utterance(request, self.catalogue, 4096)

    async def speak(self, utterance):
        self.spoken.append(utterance)
        self.called.set()
        try:
            for step in self.script:
                if isinstance(step, Chunk):
                    yield step
                elif isinstance(step, Exception):
                    raise step
                elif isinstance(step, asyncio.Event):
                    await step.wait()
                else:
                    await asyncio.sleep(step)
        finally:
            self.closed += 1
