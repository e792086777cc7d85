"""`vivavoce pull`: a published model, by name, into the model directory."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from vivavoce.cli.failure import Failure
from vivavoce.cli.listing import AS_JSON, print_rows
from vivavoce.cli.options import command

if TYPE_CHECKING:
    from vivavoce.config import Config
    from vivavoce.pull import Progress, Published


@command(
    "models_dir",
    "mirror",
    "catalogue",
    example="vivavoce pull --list\nvivavoce pull en_GB-alba-medium\n"
    "vivavoce pull kokoro --voice af_heart --voice bf_lily",
)
@click.argument("name", default="")
@click.option("--voice", "voices", multiple=True, help="Of Kokoro: this voice alone; may be repeated.")
@click.option("--list", "as_list", is_flag=True, help="What can be pulled.")
@AS_JSON
def pull(name: str, voices: tuple[str, ...], config: "Config", *, as_list: bool, as_json: bool) -> None:
    """Download the model NAME into the model directory. What breaks off goes on where it stopped."""
    from vivavoce.pull import OWN, PullError, read

    try:
        published = read(config.catalogue or OWN)
        if as_list:
            print_rows([_row(model) for model in published.values()], as_json=as_json)
            return
        if name not in published:
            raise Failure(f"there is no {name!r} to pull: `vivavoce pull --list` shows what there is")
        _place(published[name].with_voices(voices), config)
    except PullError as error:
        raise Failure(str(error)) from None


def _place(model: "Published", config: "Config") -> None:
    from vivavoce.pull import Downloads, pull

    with _progress(model) as progress:
        is_new = pull(model, config.models_dir, Downloads(config.mirror), progress)
    told = "is here" if is_new else "was here already"
    folder = config.models_dir / model.name
    click.echo(f"{model.name} {told}: {folder} (licence: {model.described.license})", err=True)


def _row(model: "Published") -> dict[str, object]:
    return {
        "name": model.name,
        "family": model.described.family,
        "megabytes": round(model.size_bytes / 1e6) if model.size_bytes else "",
        "license": model.described.license,
        "title": model.described.title,
    }


@contextmanager
def _progress(model: "Published") -> "Iterator[Progress]":
    """Yields what moves a bar per file, on a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        tasks = {name: bars.add_task(name, total=remote.size_bytes) for name, remote in model.files.items()}
        yield lambda name, here, of: bars.update(tasks[name], completed=here, total=of)
