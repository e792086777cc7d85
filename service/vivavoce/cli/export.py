"""`vivavoce export`: a model of others, from its checkpoint, in the form that batches best here."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from vivavoce.cli.failure import Failure
from vivavoce.cli.options import examples

FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
NEEDED = ("torch", "onnx")
EXAMPLE = examples(
    "vivavoce export kokoro --checkpoint kokoro-v1_0.pth --config config.json \\\n"
    "  --voices voices --out ~/.local/share/vivavoce/models/kokoro"
)


@click.group(epilog=EXAMPLE)
def export() -> None:
    """Make ONNX graphs from a model's checkpoint; needs the extra `export`."""


@export.command(epilog=EXAMPLE)
@click.option("--checkpoint", type=FILE, required=True, help="The published weights, .pth.")
@click.option("--config", type=FILE, required=True, help="The published config.json.")
@click.option("--out", type=FOLDER, required=True, help="The folder to make, which must be new or empty.")
@click.option("--voices", type=FOLDER, help="A folder of voice packs (.bin, .npz, .pt) to take along.")
@click.option(
    "--precision",
    type=click.Choice(("fp32", "fp16")),
    default="fp32",
    show_default=True,
    help="Of the decoder: fp16 is for GPUs, and half the size.",
)
@click.option(
    "--opset", type=click.IntRange(17, 20), default=17, show_default=True, help="ONNX's version of operators."
)
@click.option("--id", default="kokoro", show_default=True, help="The name of the model.")
def kokoro(out: Path, precision: str, **asked: Any) -> None:  # noqa: ANN401 - fields of Export, of their types
    """Kokoro-82M as two graphs that take batches and obey the seed."""
    from vivavoce.cli.progress import working

    if missing := [package for package in NEEDED if not find_spec(package)]:
        raise Failure(f"{' and '.join(missing)} is not installed: pip install 'vivavoce[export]'")
    from vivavoce.export import Export, ExportError, export_kokoro

    model = Export(half=precision == "fp16", **asked)
    try:
        with working("exporting") as tell:
            export_kokoro(model, out, tell)
    except ExportError as error:
        raise Failure(str(error)) from None
    click.echo(f"{model.id} is in {out}", err=True)
    if not model.voices:
        click.echo("It needs voice packs before it can speak: export again with --voices.", err=True)
