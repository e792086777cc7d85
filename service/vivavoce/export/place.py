"""A checkpoint goes in, a folder of the model directory comes out: whole, or not at all."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from vivavoce.export import architecture, voices
from vivavoce.export.architecture import Architecture, ExportError
from vivavoce.models import manifest
from vivavoce.models.manifest import Manifest
from vivavoce.pull import OWN, read

FAMILY = "kokoro-batched"
SAMPLE_RATE_HERTZ = 24000
PUBLISHED = "kokoro"
"""The row of published.toml that tells licence, origin and date."""

Progress = Callable[[str], None]
"""Is told what is being done."""


@dataclass(frozen=True, slots=True)
class Export:
    """What to export."""

    checkpoint: Path
    config: Path
    voices: Path | None
    """A folder of voice packs."""
    half: bool
    """Whether the decoder computes in 16 bits."""
    opset: int
    id: str


def export_kokoro(export: Export, folder: Path, progress: Progress) -> None:
    """Makes `folder`, which must be new or empty. Raises ExportError, and leaves nothing behind then."""
    sizes = architecture.read(export.config)
    try:
        if folder.exists() and any(folder.iterdir()):
            raise ExportError(f"{folder} is not empty: export into a new folder")
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as staging:
            made = Path(staging) / folder.name
            made.mkdir()
            _fill(made, export, sizes, progress)
            made.replace(folder)
    except OSError as error:
        raise ExportError(f"{error.filename or folder}: {error.strerror or error}") from None


def _fill(folder: Path, export: Export, sizes: Architecture, progress: Progress) -> None:
    shutil.copyfile(export.config, folder / "config.json")
    if export.voices:
        progress("voices")
        voices.copy(export.voices, folder / "voices")
    _save_graphs(folder, export, sizes, progress)
    (folder / manifest.FILE).write_text(manifest.text(_manifest(folder, export)), encoding="utf-8")


def _save_graphs(folder: Path, export: Export, sizes: Architecture, progress: Progress) -> None:
    import onnx

    from vivavoce.export import checkpoint, graphs

    progress(export.checkpoint.name)
    parts = checkpoint.read(export.checkpoint)
    progress("encoder.onnx")
    onnx.save(graphs.encoder(sizes, parts, export.opset), folder / "encoder.onnx")
    progress("decoder.onnx")
    onnx.save(
        graphs.decoder(sizes, parts["decoder"], export.opset, half=export.half), folder / "decoder.onnx"
    )


def _manifest(folder: Path, export: Export) -> Manifest:
    about = read(OWN)[PUBLISHED]
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return Manifest(
        family=FAMILY,
        id=export.id,
        license=about.described.license,
        owned_by=about.described.owned_by,
        created=about.created,
        sample_rate_hertz=SAMPLE_RATE_HERTZ,
        files={path.relative_to(folder).as_posix(): manifest.sha256(path) for path in files},
        aliases=tuple(alias for alias in about.described.aliases if alias != export.id),
    )
