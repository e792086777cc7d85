"""`vivavoce bench`: what the service costs beyond its model, as ratios inside one run.

The ceiling is the same work (text, sessions, joins, codec) called in a loop without a server. The service
runs in a process of its own with Envoy before it, and all of them share the machine's cores with the load.
Rounds alternate between the ways, so that a machine whose speed drifts favours none of them.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from tempfile import NamedTemporaryFile
from time import perf_counter, sleep
from typing import TYPE_CHECKING

import click

from vivavoce.cli.failure import Failure
from vivavoce.cli.options import command
from vivavoce.cli.progress import working

if TYPE_CHECKING:
    from vivavoce.cli.ways import Way
    from vivavoce.config import Config

SENTENCES = (
    "The package should arrive on Thursday, shortly after lunch.",
    "Please call me back when you have looked at the numbers.",
    "Although it was late, the library remained open for the students.",
    "At 7:30 the last train left, and nobody was on the platform.",
)
LONG = " ".join(SENTENCES * 2)
"""Some 28 seconds of speech."""
PARAGRAPH = " ".join(SENTENCES[:2])
ROUNDS = 6
START_SECONDS = 60.0
PCM_BYTES_PER_SECOND = 48000
WELCOME = re.compile(r"HTTP http://\S+:(?P<http>\d+)\s+gRPC \S+:(?P<grpc>\d+)")


@command("device", "threads", example="vivavoce bench --seconds 20 --concurrency 8")
@click.option("--seconds", default=10.0, show_default=True, help="How long each throughput is measured.")
@click.option("--concurrency", default=8, show_default=True, help="Requests at once for throughput.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def bench(config: "Config", *, seconds: float, concurrency: int, as_json: bool) -> None:
    """Measure the service against the bare model, on this machine."""
    from vivavoce.cli import ways, wiring

    with working("loading"):
        bare = ways.Bare(wiring.build(config))
    with working("starting the service"), _service(config) as (http_port, grpc_port):
        every: dict[str, Way] = {"bare": bare, "grpc": ways.Grpc(grpc_port), "envoy": ways.Http(http_port)}
        with working("first audio"):
            first = _first_audio_seconds(every)
            share = _share_of_long_text(every["envoy"])
        with working("throughput"):
            rate = _throughput(every, seconds, concurrency)
    figures = {
        name: {
            "first_audio_ms": round(first[name] * 1000, 2),
            "first_audio_ratio": round(first[name] / first["bare"], 3),
            "audio_seconds_per_second": round(rate[name], 1),
            "throughput_ratio": round(rate[name] / rate["bare"], 3),
        }
        for name in every
    }
    if as_json:
        click.echo(json.dumps({**figures, "first_audio_share_of_long_text": round(share, 4)}))
    else:
        click.echo(_table(figures, concurrency, share))


def _first_audio_seconds(every: "Mapping[str, Way]") -> dict[str, float]:
    """The median over all sentences and rounds, one request at a time, as mp3."""
    found: dict[str, list[float]] = {name: [] for name in every}
    for sentence in islice(cycle(SENTENCES), ROUNDS * len(SENTENCES)):
        for name, way in every.items():
            found[name].append(way.speak(sentence, "mp3").first_audio_seconds)
    return {name: median(seconds) for name, seconds in found.items()}


def _share_of_long_text(way: "Way") -> float:
    """Of the time that a long text takes, the part before its first audio."""
    spoken = [way.speak(LONG, "mp3") for _ in range(ROUNDS)]
    return median(one.first_audio_seconds / one.total_seconds for one in spoken)


def _throughput(every: "Mapping[str, Way]", seconds: float, concurrency: int) -> dict[str, float]:
    """Seconds of audio per second, in alternating rounds; the bare loop has nobody beside it."""
    audio = dict.fromkeys(every, 0.0)
    spent = dict.fromkeys(every, 0.0)
    for _ in range(ROUNDS):
        for name, way in every.items():
            began = perf_counter()
            audio[name] += _load(way, began + seconds / ROUNDS, 1 if name == "bare" else concurrency)
            spent[name] += perf_counter() - began
    return {name: audio[name] / spent[name] for name in every}


def _load(way: "Way", until: float, concurrency: int) -> float:
    """Seconds of audio that `concurrency` callers got, each asking again until the time is over."""

    def call() -> float:
        audio_seconds = 0.0
        while perf_counter() < until:
            audio_seconds += way.speak(PARAGRAPH, "pcm").bytes_of_audio / PCM_BYTES_PER_SECOND
        return audio_seconds

    with ThreadPoolExecutor(concurrency) as callers:
        return sum(caller.result() for caller in [callers.submit(call) for _ in range(concurrency)])


@contextmanager
def _service(config: "Config") -> Iterator[tuple[int, int]]:
    """`vivavoce up` in a process of its own, on free ports: its HTTP and its gRPC port, once it can speak."""
    free_ports = ("--http-port", "0", "--grpc-port", "0", "--metrics-port", "0")
    device = ("--device", config.device, "--threads", str(config.threads))
    alone = ("--load-models", "first use")  # the embedded voice is what is measured
    arguments = [sys.executable, "-m", "vivavoce", "up", *free_ports, *device, *alone]
    with NamedTemporaryFile() as log:
        process = subprocess.Popen(arguments, stdout=log, stderr=log)
        try:
            yield _ports(process, Path(log.name))
        finally:
            process.terminate()
            process.wait()


def _ports(process: "subprocess.Popen[bytes]", log: Path) -> tuple[int, int]:
    """Waits for the line in which `up` says where it listens."""
    until = perf_counter() + START_SECONDS
    while True:
        printed = log.read_text(encoding="utf-8")
        if said := WELCOME.search(printed):
            return int(said["http"]), int(said["grpc"])
        if process.poll() is not None or perf_counter() > until:
            raise Failure(f"the service did not start: {printed[-2000:]}")
        sleep(0.1)


def _table(figures: Mapping[str, Mapping[str, float]], concurrency: int, share: float) -> str:
    columns = next(iter(figures.values()))
    rows = [" " * 8 + "".join(f"{column.replace('_', ' '):>26}" for column in columns)]
    rows += [
        f"{name:8}" + "".join(f"{row[column]:>26}" for column in columns) for name, row in figures.items()
    ]
    rows.append(
        f"bare: one caller in a loop without a server; throughput of the others: {concurrency} at once"
    )
    return "\n".join([*rows, f"a text of half a minute: first audio after {share:.1%} of its time"])
