"""A published model goes in, a folder of the model directory comes out: whole, or not at all.

Files gather in `.pull/NAME`, which nobody reads; the finished folder moves to its place by one rename. What
has come by then is used by the next attempt.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from vivavoce.models import manifest
from vivavoce.models.manifest import ListedVoice, Manifest, ModelError
from vivavoce.pull.download import Downloads
from vivavoce.pull.published import PACKS, Published, PullError, Remote

STAGING = ".pull"

Progress = Callable[[str, int, int | None], None]
"""Is told the file, its bytes that are here, and of how many if that is known."""


def pull(model: Published, models: Path, downloads: Downloads, progress: Progress) -> bool:
    """Puts `model` into the folder `models`, or adds the voices that it is given; False if all of it was
    there already. Raises PullError; what was there before is then as it was."""
    folder = models / model.name
    try:
        models.mkdir(parents=True, exist_ok=True)
        with _alone(models / STAGING):
            if folder.exists():
                return _add(model, folder, models / STAGING / model.name, downloads, progress)
            _place(model, folder, models / STAGING / model.name, downloads, progress)
            return True
    except OSError as error:
        where = error.filename or models
        raise PullError(f"{where}: {error.strerror or error}") from None


def _place(model: Published, folder: Path, staging: Path, downloads: Downloads, progress: Progress) -> None:
    hashes = _fetched(model.files, staging, downloads, progress)
    for stray in _strays(staging, hashes):
        stray.unlink()
    _describe(staging, _manifest(model, hashes))
    staging.rename(folder)


def _add(model: Published, folder: Path, staging: Path, downloads: Downloads, progress: Progress) -> bool:
    """Adds the voices that are missing. A file is not the model's before model.toml lists it, and
    model.toml changes last."""
    try:
        listed = manifest.read(folder)
        manifest.check_files(folder, listed)
    except ModelError as error:
        raise PullError(f"there is a broken model in {folder} ({error}): remove it, and pull again") from None
    missing = {name: one for name, one in model.voice_files.items() if name not in listed.files}
    if not missing:
        return False
    hashes = _fetched(missing, staging, downloads, progress)
    for name in hashes:
        (folder / name).parent.mkdir(exist_ok=True)
        (staging / name).replace(folder / name)
    _describe(staging, _with_voices(listed, hashes))
    (staging / manifest.FILE).replace(folder / manifest.FILE)
    shutil.rmtree(staging)
    return True


def _fetched(
    files: Mapping[str, Remote], staging: Path, downloads: Downloads, progress: Progress
) -> dict[str, str]:
    """Name → SHA-256 of `files`, when they are all in `staging`."""
    staging.mkdir(parents=True, exist_ok=True)
    return {
        name: downloads.fetch(remote, staging / name, partial(progress, name))
        for name, remote in files.items()
    }


def _strays(staging: Path, wanted: Mapping[str, str]) -> Iterator[Path]:
    """Files of an earlier attempt that wanted others."""
    for path in staging.rglob("*"):
        if path.is_file() and path.relative_to(staging).as_posix() not in wanted:
            yield path


def _manifest(model: Published, hashes: Mapping[str, str]) -> Manifest:
    about = model.described
    return Manifest(
        family=about.family,
        id=model.name,
        license=about.license,
        owned_by=about.owned_by,
        created=model.created,
        sample_rate_hertz=model.sample_rate_hertz,
        files=hashes,
        aliases=about.aliases,
    )


def _with_voices(listed: Manifest, hashes: Mapping[str, str]) -> Manifest:
    added = tuple(ListedVoice(id=Path(name).stem) for name in hashes if name.startswith(PACKS))
    voices = (*listed.voices, *added) if listed.voices else ()
    return listed.model_copy(update={"files": {**listed.files, **hashes}, "voices": voices})


def _describe(folder: Path, described: Manifest) -> None:
    (folder / manifest.FILE).write_text(manifest.text(described), encoding="utf-8")


@contextmanager
def _alone(staging: Path) -> Iterator[None]:
    """Lets one pull at a time write into the model directory, where the system has such locks."""
    staging.mkdir(parents=True, exist_ok=True)
    with (staging / "lock").open("w") as lock:
        if os.name == "posix":
            import fcntl

            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise PullError(f"another pull into {staging.parent} is under way: wait for it") from None
        yield
