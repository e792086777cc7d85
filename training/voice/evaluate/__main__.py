"""The command: see README.md.

    python -m training.voice.evaluate --system first=service/vivavoce/voices/viva \
        --recordings DIR --alignment FILE --espeak --work DIR --out report.md
"""

import argparse
import json
import time
from importlib.metadata import version
from pathlib import Path

from training.voice.evaluate.evaluation import MEASURES, Choice, Evaluation
from training.voice.evaluate.tables import Table

PACKAGES = ("numpy", "onnxruntime", "pocketsphinx", "pyworld", "scipy")


def main() -> None:
    asked = _arguments().parse_args()
    out: Path = asked.out
    choice = Choice(
        systems=tuple(asked.system),
        recordings=asked.recordings,
        alignment=asked.alignment,
        espeak=asked.espeak,
        flite=asked.flite,
        trained_prompts=asked.trained_prompts,
        pictures=out.with_name(f"{out.stem}-pictures"),
        work=asked.work,
        processes=asked.processes,
    )
    evaluation = Evaluation(choice)
    tables: list[Table] = []
    for name in MEASURES if asked.only is None else asked.only:
        began = time.monotonic()
        print(name, flush=True)
        tables += MEASURES[name](evaluation)
        _write(out, evaluation, tables)  # after each: a run that is cut off leaves what it has found
        print(f"  {time.monotonic() - began:.0f} s", flush=True)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.voice.evaluate", description="Measures how good the embedded voice is."
    )
    parser.add_argument(
        "--system",
        action="append",
        required=True,
        type=_system,
        metavar="NAME=DIR",
        help="a voice: a folder with the three graphs and config.json; may be given again",
    )
    parser.add_argument("--recordings", type=Path, required=True, help="folder of the speaker's recordings")
    parser.add_argument("--alignment", type=Path, help="JSON of frames per phoneme of the recordings")
    parser.add_argument("--espeak", action="store_true", help="compare with espeak-ng (espeakng-loader)")
    parser.add_argument("--flite", type=Path, help="compare with flite: the program")
    parser.add_argument(
        "--trained-prompts", type=int, default=120, metavar="N", help="added to the two-sample test; may be 0"
    )
    parser.add_argument("--only", nargs="+", choices=tuple(MEASURES), help="measure only these")
    parser.add_argument("--work", type=Path, required=True, help="folder that keeps sounds and transcripts")
    parser.add_argument("--out", type=Path, required=True, help="report.md; numbers in a .json beside it")
    parser.add_argument("--processes", type=int, default=1, help="that listen and track pitch")
    return parser


def _system(argument: str) -> tuple[str, Path]:
    name, separator, folder = argument.partition("=")
    if not (name and separator and (Path(folder) / "config.json").is_file()):
        raise argparse.ArgumentTypeError(f"{argument!r} is not NAME=DIR, DIR with a voice's config.json")
    return name, Path(folder)


def _write(out: Path, evaluation: Evaluation, tables: list[Table]) -> None:
    voices = ", ".join(f"{voice.name} ({voice.digest[:12]})" for voice in evaluation.voices)
    packages = ", ".join(f"{package} {version(package)}" for package in PACKAGES)
    missing = [voice.name for voice in evaluation.voices if not _has_copy(evaluation, voice.name)]
    lines = ["# How good the embedded voice is", f"Voices: {voices}. Measured with {packages}."]
    if missing:
        lines.append(f"No copy-synthesis of {', '.join(missing)}: its frames are not known here.")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text("\n".join(lines) + "\n\n" + "\n\n".join(map(Table.markdown, tables)) + "\n", "utf-8")
    numbers = {table.title: table.numbers() for table in tables}
    text = json.dumps(numbers, ensure_ascii=False, indent=1)
    out.with_suffix(".json").write_text(text + "\n", encoding="utf-8")


def _has_copy(evaluation: Evaluation, name: str) -> bool:
    return any(copy.name.startswith(f"{name}:") for copy in evaluation.copies)


if __name__ == "__main__":
    main()
