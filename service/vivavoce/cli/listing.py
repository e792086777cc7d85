"""`vivavoce voices` and `vivavoce models`: the names that a request may give."""

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from vivavoce.cli.options import command

if TYPE_CHECKING:
    from vivavoce.catalogue import Catalogue
    from vivavoce.config import Config

AS_JSON = click.option("--json", "as_json", is_flag=True, help="A JSON array.")


@command("device", "models_dir", "cache_dir", example="vivavoce voices --model viva")
@click.option("--model", default="", help="Only the voices of this model.")
@click.option("--language", default="", help="Only the voices that speak this language, such as en-US.")
@AS_JSON
def voices(model: str, language: str, config: "Config", *, as_json: bool) -> None:
    """List the voices, aliases included."""
    print_rows(
        [
            {
                "id": entry.id,
                "model": entry.facts.id,
                "name": entry.voice.name,
                "languages": list(entry.voice.languages),
                "alias_of": entry.alias_of,
            }
            for entry in _catalogue(config).voices(model, language)
        ],
        as_json=as_json,
    )


@command("device", "models_dir", "cache_dir", example="vivavoce models --json")
@AS_JSON
def models(config: "Config", *, as_json: bool) -> None:
    """List the models, aliases included; those that cannot be loaded are named on stderr."""
    print_rows(
        [
            {
                "id": entry.id,
                "family": entry.facts.family,
                "license": entry.facts.license,
                "sample_rate_hertz": entry.facts.sample_rate_hertz,
                "voices": [voice.id for voice in entry.facts.voices],
                "alias_of": entry.alias_of,
            }
            for entry in _catalogue(config).models()
        ],
        as_json=as_json,
    )


def _catalogue(config: "Config") -> "Catalogue":
    from vivavoce.cli.wiring import load_models

    return load_models(config).catalogue


def print_rows(rows: Sequence[dict[str, Any]], *, as_json: bool) -> None:
    """A table for people, or a JSON array."""
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    cells = [[_cell(value) for value in row.values()] for row in rows]
    for line in _aligned([list(rows[0]), *cells] if rows else []):
        click.echo(line)


def _cell(value: object) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)


def _aligned(lines: Sequence[Sequence[str]]) -> Iterable[str]:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
