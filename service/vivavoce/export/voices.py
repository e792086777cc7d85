"""Voice packs into the folder of the export: .bin and .npz as they are, PyTorch's .pt as .bin."""

from pathlib import Path

from vivavoce.export import pickled
from vivavoce.export.architecture import ExportError
from vivavoce.models import packs
from vivavoce.models.manifest import ModelError

TENSOR = ".pt"
SUFFIXES = (".bin", ".npz", TENSOR)


def copy(source: Path, target: Path) -> None:
    """All packs of the folder `source` into the new folder `target`. Raises ExportError, for a voice that
    comes twice too."""
    if not source.is_dir():
        raise ExportError(f"{source} is no folder of voice packs")
    files = sorted(file for file in source.iterdir() if file.suffix in SUFFIXES)
    if not files:
        raise ExportError(f"there are no voice packs ({', '.join(SUFFIXES)}) in {source}")
    target.mkdir()
    origins: dict[str, str] = {}
    for file in files:
        for voice in _copied(file, target):
            if voice in origins:
                raise ExportError(f"the voice {voice} is in {origins[voice]} and in {file.name}")
            origins[voice] = file.name


def _copied(file: Path, target: Path) -> list[str]:
    """The voices of `file`, which is then in `target`."""
    is_tensor = file.suffix == TENSOR
    copy = target / (f"{file.stem}.bin" if is_tensor else file.name)
    if copy.exists():
        raise ExportError(f"{file.name} would replace another pack of that name")
    try:
        copy.write_bytes(_values(file) if is_tensor else file.read_bytes())
        return list(packs.read(copy))
    except ModelError as error:
        raise ExportError(str(error)) from None


def _values(file: Path) -> bytes:
    values = pickled.read(file, "voice pack")
    if not hasattr(values, "numpy"):
        raise ExportError(f"{file.name} is no voice pack: it holds {type(values).__name__}")
    return bytes(values.float().numpy().astype("<f4").tobytes())
