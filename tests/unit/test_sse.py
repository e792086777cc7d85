"""Bytes → events."""

import json
from base64 import b64decode

import pytest

from vivavoce.core import Usage
from vivavoce.errors import Overloaded
from vivavoce.rpc.sse import EventStream
from vivavoce.rpc.status import failure

USAGE = Usage(3, 4, 10, 0.08)


def parse(text: bytes) -> list[dict]:
    events = text.decode().split("\n\n")
    assert events.pop() == ""
    assert all(event.startswith("data: ") and "\n" not in event for event in events)
    return [json.loads(event.removeprefix("data: ")) for event in events]


@pytest.mark.parametrize("sizes", [(3, 3), (4, 4, 4), (5, 1, 1), (7, 8, 9, 10), (1, 1, 1), (2,)])
def test_the_parts_are_the_whole(sizes):
    pieces = [bytes(range(size)) for size in sizes]
    events = EventStream()
    text = b"".join(map(events.frame, pieces)) + events.finish(USAGE)
    *deltas, done = parse(text)
    assert b"".join(b64decode(event["audio"]) for event in deltas) == b"".join(pieces)
    assert done["usage"] == {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}


def test_base64_that_is_joined_before_it_is_decoded_is_the_same():
    pieces = [bytes(range(size)) for size in (100, 101, 50, 3, 7)]
    events = EventStream()
    *deltas, _ = parse(b"".join(map(events.frame, pieces)) + events.finish(USAGE))
    joined = "".join(event["audio"] for event in deltas)
    assert b64decode(joined, validate=True) == b"".join(pieces)


def test_audio_is_never_held_back_whole():
    events = EventStream()
    assert parse(events.frame(b"a"))[0]["audio"] == "YQ=="


def test_an_answer_that_breaks_off_says_why():
    (event,) = parse(EventStream().break_off(failure(Overloaded('"Full"\n'))))
    assert event == {
        "type": "error",
        "error": {"message": '"Full"\n', "type": "server_error", "param": None, "code": "overloaded"},
    }
