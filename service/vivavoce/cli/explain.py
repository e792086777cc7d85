"""`vivavoce explain`: what will be said, before anything is said."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from vivavoce.cli.options import command

if TYPE_CHECKING:
    from vivavoce.config import Config
    from vivavoce.core import Segment


@command(
    "device",
    "models_dir",
    "cache_dir",
    "lexicon",
    "max_input_characters",
    example='vivavoce explain "The train leaves at 5:30 pm."\nvivavoce explain --json "Dr. No, 1962"',
)
@click.argument("text")
@click.option("--voice", default="", help="Id or alias of the voice; default: the model's first one.")
@click.option("--model", default="", help="Id or alias of the model; default: the embedded one.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def explain(text: str, voice: str, model: str, config: "Config", *, as_json: bool) -> None:
    """Show how TEXT will be said: segments, words, phonemes. `-` reads the text from stdin."""
    from vivavoce.cli.request import request
    from vivavoce.cli.wiring import build

    parts = build(config)
    utterance = parts.synthesizer.utterance(request(parts, text, voice=voice, model=model))
    facts = parts.catalogue.model(utterance.model).facts
    segments = list(
        parts.front_end.prepare(
            utterance.input,
            language=utterance.language,
            symbols=facts.symbols,
            max_phonemes=facts.max_phonemes,
        )
    )
    parts.synthesizer.close()
    click.echo(_json(segments) if as_json else _readable(segments))


def _json(segments: "list[Segment]") -> str:
    rows = [
        {
            "text": segment.text,
            "spoken": segment.spoken,
            "phonemes": segment.phonemes,
            "span": list(segment.span),
        }
        for segment in segments
    ]
    return json.dumps({"spoken": _spoken(segments), "segments": rows}, ensure_ascii=False, indent=2)


def _readable(segments: "list[Segment]") -> str:
    return "\n\n".join("\n".join(_lines(segment)) for segment in segments)


def _lines(segment: "Segment") -> Iterator[str]:
    yield f"{segment.span.start}–{segment.span.end}  {' '.join(segment.text.split())}"
    if segment.phonemes:
        yield f"  spoken    {segment.spoken}"
        yield f"  phonemes  {segment.phonemes}"
    if segment.pause_seconds:
        yield f"  pause     {segment.pause_seconds:g} s"


def _spoken(segments: "list[Segment]") -> str:
    return " ".join(segment.spoken for segment in segments if segment.spoken)
