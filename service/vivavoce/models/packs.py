"""Kokoro's voice packs: files go in, a table of styles per voice comes out.

`.bin` is one voice, little-endian float32, named by its file; `.npz` is many, an array each. What is called
`voices.bin` may be such an archive too, so the content decides. Nothing is unpickled.
"""

from pathlib import Path
from typing import BinaryIO
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from vivavoce.models.manifest import ModelError

STYLE_ROWS = 510
"""A style for each number of phonemes, from one on."""
STYLE_SIZE = 256
ZIP_MAGIC = b"PK\3\4"

Styles = NDArray[np.float32]
"""Shape [STYLE_ROWS, STYLE_SIZE]."""


def read(path: Path) -> dict[str, Styles]:
    """Voice id → styles, of all voices in `path`. Raises ModelError for what is not a voice pack."""
    try:
        with path.open("rb") as file:
            is_archive = file.read(len(ZIP_MAGIC)) == ZIP_MAGIC
            file.seek(0)
            voices = _archived(file) if is_archive else {path.stem: np.frombuffer(file.read(), "<f4")}
            return {voice: _styles(values, voice) for voice, values in voices.items()}
    except (BadZipFile, ValueError, EOFError) as error:
        raise ModelError(f"{path.name} is no voice pack: {error}") from None


def _archived(file: BinaryIO) -> dict[str, object]:
    with np.load(file, allow_pickle=False) as archive:
        return dict(archive)


def _styles(values: object, voice: str) -> Styles:
    if not isinstance(values, np.ndarray) or values.size != STYLE_ROWS * STYLE_SIZE or values.dtype != "<f4":
        raise ValueError(f"{voice} is not {STYLE_ROWS} × {STYLE_SIZE} values of float32")
    styles: Styles = values.reshape(STYLE_ROWS, STYLE_SIZE).astype(np.float32)
    if not np.isfinite(styles).all():
        raise ValueError(f"{voice} holds values that are no numbers")
    return styles
