"""From the arguments of `say` and `explain` to a SpeechRequest, with what they may leave out filled in."""

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vivavoce.cli.wiring import Parts
    from vivavoce.core import SpeechRequest

STDIN = "-"


def request(parts: "Parts", text: str, *, model: str, voice: str, **rest: Any) -> "SpeechRequest":  # noqa: ANN401
    """The request; `model` and `voice` default to the first ones, `-` as text reads stdin."""
    from vivavoce.core import SpeechRequest

    model = model or parts.embedded.facts.id
    voice = voice or parts.catalogue.model(model).facts.voices[0].id
    text = sys.stdin.read().strip() if text == STDIN else text
    return SpeechRequest(model=model, input=text, voice=voice, **rest)
