"""Audio as server-sent events, in the form that OpenAI gives them. Bytes in, the text of the events out."""

import json
from base64 import b64encode

from vivavoce.core import Usage
from vivavoce.rpc.status import Failure


class EventStream:
    """The events of one answer."""

    content_type = "text/event-stream"
    max_piece_bytes = 48_000
    """Of audio in one event: 64,000 characters."""

    def __init__(self) -> None:
        self._held = b""

    def frame(self, audio: bytes) -> bytes:
        """An event with the next audio, which is not empty.

        Up to two bytes wait for the next event, so that no base64 ends in padding before the last one:
        clients may decode event by event or everything at once.
        """
        audio = self._held + audio
        whole = len(audio) - len(audio) % 3 or len(audio)
        self._held = audio[whole:]
        return _delta(audio[:whole])

    def finish(self, usage: Usage) -> bytes:
        """The end of a whole answer."""
        tokens = {
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
            "total_tokens": usage.input_tokens + usage.output_tokens,
        }
        rest = _delta(self._held) if self._held else b""
        return rest + _event({"type": "speech.audio.done", "usage": tokens})

    def break_off(self, failure: Failure) -> bytes:
        """The end of an answer that cannot go on."""
        return _event({"type": "error", "error": failure.openai_error()})


def _delta(audio: bytes) -> bytes:
    return _event({"type": "speech.audio.delta", "audio": b64encode(audio).decode()})


def _event(content: dict[str, object]) -> bytes:
    return b"data: " + json.dumps(content, separators=(",", ":")).encode() + b"\n\n"
