"""`vivavoce say`: the synthesizer without a server, into a file or a pipe."""

import asyncio
import struct
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, aclosing, contextmanager
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from vivavoce.cli.failure import Failure
from vivavoce.cli.options import command
from vivavoce.cli.progress import working

if TYPE_CHECKING:
    from vivavoce.config import Config
    from vivavoce.core import Usage, Utterance
    from vivavoce.synthesizer import Synthesizer

FORMATS = ("mp3", "opus", "aac", "flac", "wav", "pcm")
STDOUT = Path("-")


@command(
    "device",
    "models_dir",
    "cache_dir",
    "threads",
    "lexicon",
    "max_input_characters",
    example='vivavoce say "It is 7:30 am." -o morning.mp3\n'
    "vivavoce say - --format wav -o - < letter.txt | aplay",
)
@click.argument("text")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="`-` is stdout.")
@click.option("--format", "chosen", type=click.Choice(FORMATS), help="Default: by the suffix of the output.")
@click.option("--voice", default="", help="Id or alias of the voice; default: the model's first one.")
@click.option("--model", default="", help="Id or alias of the model; default: the embedded one.")
@click.option("--instructions", default="", help='How to speak, such as "calm, a little slower".')
@click.option("--speed", type=float, help="0.25 to 4; 1 is the voice's own.")
@click.option("--gain", "volume_gain_db", type=float, default=0.0, help="Decibels, -30 to 20.")
@click.option("--rate", "sample_rate_hertz", type=int, default=0, help="In hertz; default 24000.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, help="Another one, another reading.")
def say(text: str, output: Path, chosen: str | None, config: "Config", **asked: Any) -> None:  # noqa: ANN401
    """Speak TEXT into a file. `-` reads the text from stdin."""
    if output == STDOUT and sys.stdout.isatty():
        raise Failure("audio would fill the terminal: use -o FILE, or pipe it to a player")
    asked["response_format"] = chosen or _format_of(output)
    with working("Loading the voice") as show:
        seconds, usage = asyncio.run(_speak(text, output, config, asked, show))
    click.echo(
        f"{output}: {usage.audio_seconds:.1f} s of audio in {seconds:.2f} s, "
        f"{usage.audio_seconds / seconds:.0f} times faster than real time",
        err=True,
    )


async def _speak(
    text: str, output: Path, config: "Config", asked: Mapping[str, Any], show: Callable[[str], None]
) -> "tuple[float, Usage]":
    """Writes the file; seconds that it took once the model was loaded, and what it amounted to."""
    from vivavoce.cli.request import request
    from vivavoce.cli.wiring import speaking
    from vivavoce.models.base import in_use

    async with speaking(config) as parts:
        utterance = parts.synthesizer.utterance(request(parts, text, **asked))
        async with in_use(parts.catalogue.model(utterance.model)):
            began = perf_counter()
            usage = await _write(output, parts.synthesizer, utterance, show)
            return perf_counter() - began, usage


async def _write(
    output: Path, synthesizer: "Synthesizer", utterance: "Utterance", show: Callable[[str], None]
) -> "Usage":
    with ExitStack() as opened:
        file: BinaryIO | None = None
        async with aclosing(synthesizer.speak(utterance)) as chunks:
            async for chunk in chunks:
                # Opened now and not before: a request that is refused leaves an older file alone.
                file = file or opened.enter_context(_open(output))
                file.write(chunk.audio)
                if chunk.words:
                    show(f"Speaking: {chunk.words[-1].span.end / len(utterance.input):.0%}")
        assert file, "speech has a last chunk"
        assert chunk.usage, "the last chunk has the usage"
        if utterance.audio_format == "wav" and file.seekable():
            _write_sizes(file)
        return chunk.usage


@contextmanager
def _open(output: Path) -> Iterator[BinaryIO]:
    if output == STDOUT:
        yield sys.stdout.buffer
        return
    try:
        with output.open("wb") as file:
            yield file
    except OSError as error:
        raise Failure(f"cannot write {output}: {error.strerror}") from None


def _write_sizes(file: BinaryIO) -> None:
    """Puts the sizes into the header of a WAV file, which a stream could not know."""
    size = file.tell()
    for offset, value in ((4, size - 8), (40, size - 44)):
        file.seek(offset)
        file.write(struct.pack("<I", value))


def _format_of(output: Path) -> str:
    suffix = output.suffix.lower().removeprefix(".")
    audio_format = {"": "mp3", "ogg": "opus"}.get(suffix, suffix)
    if audio_format not in FORMATS:
        raise Failure(
            f"'{output}' does not tell the format: end it in one of {', '.join(FORMATS)}, or use --format"
        )
    return audio_format
