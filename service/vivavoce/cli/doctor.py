"""`vivavoce doctor`: looks at everything that speech takes, and says what is wrong and what helps."""

import asyncio
import json
import platform
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from vivavoce import __version__
from vivavoce.cli.failure import Failure
from vivavoce.cli.options import command
from vivavoce.cli.progress import working

if TYPE_CHECKING:
    from vivavoce.config import Config
    from vivavoce.core import Chunk

SENTENCE = "The quick brown fox jumps over the lazy dog, and nobody knows why."
ROUNDS = 3
UNITS = {"ms": "ms", "seconds": "s", "hertz": "Hz"}

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found."""

    look: str
    ok: bool
    problem: str = ""
    """What is wrong, and what to do about it."""
    facts: Facts = field(default_factory=dict)


@command(
    "device",
    "models_dir",
    "cache_dir",
    "threads",
    "lexicon",
    "keys_file",
    "host",
    example="vivavoce doctor --device cuda",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def doctor(config: "Config", *, as_json: bool) -> int:
    """Check the installation: versions, device, model, Envoy, and one timed sentence. Exit status 1 on a
    problem."""
    looks: dict[str, Callable[[], Facts]] = {
        "versions": _versions,
        "runtime": _runtime,
        "device": partial(_device, config),
        "models": partial(_models, config),
        "languages": _languages,
        "speech": partial(_speech, config),
        "keys": partial(_keys, config),
        "envoy": _envoy,
    }
    with working("Looking"):
        findings = [_find(name, look) for name, look in looks.items()]
    well = all(finding.ok for finding in findings)
    if as_json:
        click.echo(json.dumps({"ok": well, "findings": [asdict(finding) for finding in findings]}, indent=2))
    else:
        click.echo("\n".join(map(_readable, findings)))
    return 0 if well else 1


def _find(name: str, look: Callable[[], Facts]) -> Finding:
    try:
        return Finding(name, ok=True, facts=look())
    except Failure as failure:
        return Finding(name, ok=False, problem=failure.message)
    except Exception as failure:  # noqa: BLE001 - whatever is broken, the other looks go on
        return Finding(name, ok=False, problem=f"{type(failure).__name__}: {failure}")


def _readable(finding: Finding) -> str:
    facts = ", ".join(_fact(name, value) for name, value in finding.facts.items())
    return f"{'ok     ' if finding.ok else 'PROBLEM'}  {finding.look:9} {finding.problem or facts}"


def _fact(name: str, value: object) -> str:
    """`first_audio_ms`, 21 → first audio 21 ms."""
    words, _, unit = name.rpartition("_")
    shown = " ".join(map(str, value)) if isinstance(value, list) else str(value)
    if unit in UNITS:
        return f"{words.replace('_', ' ')} {shown} {UNITS[unit]}"
    return f"{name.replace('_', ' ')} {shown}"


def _versions() -> Facts:
    return {"vivavoce": __version__, "python": platform.python_version(), "system": platform.platform()}


def _runtime() -> Facts:
    from vivavoce.models.session import providers, versions

    installed = versions()
    if not installed:
        raise Failure("ONNX Runtime is not installed: pip install 'vivavoce[cpu]', or 'vivavoce[gpu]'")
    if len(installed) > 1:
        raise Failure(
            f"{' and '.join(installed)} are both installed, and overwrite each other: uninstall both with "
            f"pip uninstall {' '.join(installed)}, then install vivavoce[cpu] or vivavoce[gpu]"
        )
    return {**installed, "providers": list(providers())}


def _device(config: "Config") -> Facts:
    from vivavoce.models.session import DeviceError, choose_device

    try:
        device = choose_device(config.device, threads=config.threads)
    except DeviceError as error:
        raise Failure(str(error)) from None
    return {"asked": config.device, "used": str(device), "threads": device.threads}


def _models(config: "Config") -> Facts:
    from vivavoce.cli.wiring import load_models

    loaded = load_models(config, in_full=True)
    if loaded.skipped:
        raise Failure("; ".join(map(str, loaded.skipped)))
    return {"loaded": [model.facts.id for model in loaded.models], "folder": str(config.models_dir)}


def _languages() -> Facts:
    from vivavoce.espeak import Espeak, EspeakError

    espeak = Espeak()
    if espeak.library is None:
        return {"espeak-ng": "none, so English alone is read: pip install 'vivavoce[espeak]' for others"}
    try:
        return {"espeak-ng": espeak.version, "library": espeak.library.file}
    except EspeakError as error:
        raise Failure(f"{espeak.library.file}: {error}") from None
    finally:
        espeak.close()


def _keys(config: "Config") -> Facts:
    from vivavoce.config import ConfigurationError
    from vivavoce.rpc.auth import Keys

    if config.keys_file is None:
        return {"file": "none, so calls from this machine need no key"}
    try:
        Keys(config.keys_file)
    except ConfigurationError as error:
        raise Failure(str(error)) from None
    return {"file": str(config.keys_file)}


def _envoy() -> Facts:
    from vivavoce.cli.edge import LOOPBACK, Addresses, edge_config, edge_files, envoy_version, validate

    files = edge_files()
    validate(edge_config(files, Addresses(LOOPBACK, 0, 0, LOOPBACK, 0)))
    return {"version": envoy_version(), "files": str(files)}


def _speech(config: "Config") -> Facts:
    return asyncio.run(_speak(config))


async def _speak(config: "Config") -> Facts:
    """Facts of the default model, and of a sentence that it speaks when warm."""
    from vivavoce.cli.request import request
    from vivavoce.cli.wiring import speaking

    async with speaking(config) as parts:
        await parts.synthesizer.warm_up()
        utterance = parts.synthesizer.utterance(request(parts, SENTENCE, model="", voice=""))
        rounds = [[chunk async for chunk in parts.synthesizer.speak(utterance)][-1] for _ in range(ROUNDS)]
        fastest: Chunk = min(rounds, key=lambda last: last.times.total)
    facts = parts.embedded.facts
    assert fastest.usage, "the last chunk has the usage"
    return {
        "model": facts.id,
        "family": facts.family,
        "license": facts.license,
        "sample_rate_hertz": facts.sample_rate_hertz,
        "voices": [voice.id for voice in facts.voices],
        "first_audio_ms": round(fastest.times.first_audio * 1000, 1),
        "audio_seconds": round(fastest.usage.audio_seconds, 2),
        "real_time_factor": round(fastest.times.total / fastest.usage.audio_seconds, 4),
    }
