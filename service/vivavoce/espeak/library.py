"""Where espeak-ng is on this machine. Nothing here loads it."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

NAMES = ("libespeak-ng.so", "libespeak-ng.dylib", "espeak-ng.dll")
"""On Linux, macOS and Windows; a package has one of them."""


@dataclass(frozen=True, slots=True)
class Library:
    """What a worker loads."""

    file: str
    """A path, or a name that the system's loader knows."""
    data: str = ""
    """The folder in which espeak-ng-data is; "" for the library's own."""


def find() -> Library | None:
    """espeak-ng of the package espeakng-loader, else that of the system; None if there is neither."""
    return _packaged() or _of_system()


def _packaged() -> Library | None:
    spec = find_spec("espeakng_loader")
    for folder in map(Path, spec.submodule_search_locations or () if spec else ()):
        for file in (folder / name for name in NAMES):
            if file.is_file() and (folder / "espeak-ng-data").is_dir():
                return Library(str(file), str(folder))
    return None


def _of_system() -> Library | None:
    from ctypes.util import find_library

    name = find_library("espeak-ng")
    return Library(name) if name else None
