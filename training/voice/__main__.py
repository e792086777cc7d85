"""The commands. `python -m training.voice --help`"""

from pathlib import Path

import click

from training.voice.corpus import Corpus
from training.voice.settings import Settings

FOLDER = click.Path(path_type=Path, file_okay=False)
MINUTES = click.option(
    "--minutes", default=60.0, show_default=True, help="Time; it ends earlier if its steps are done."
)

START = click.option("--start", type=click.Path(path_type=Path, exists=True), help="Weights to begin with.")
STEPS = click.option(
    "--steps", type=click.IntRange(1), help="For each network, instead of the settings' own."
)


@click.group()
@click.option("--work", type=FOLDER, default="run/voice", show_default=True, help="Features and checkpoints.")
@click.option("--threads", default=1, show_default=True, help="CPU threads.")
@click.pass_context
def main(context: click.Context, work: Path, threads: int) -> None:
    """Trains the embedded voice: prepare, align, train, export; or all of it with `make`."""
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(Settings().seed)
    work.mkdir(parents=True, exist_ok=True)
    context.obj = Corpus(work)


@main.command()
@click.argument("recordings", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--f0", type=click.Path(path_type=Path, exists=True), help="An .npz of measured F0, to save time."
)
@click.pass_obj
def prepare(corpus: Corpus, recordings: Path, f0: Path | None) -> None:
    """Features and phonemes of RECORDINGS (metadata.csv and flac/)."""
    from training.voice.prepare import prepare

    prepare(recordings, corpus, Settings(), f0)


@main.command()
@click.pass_obj
def align(corpus: Corpus) -> None:
    """Which frames belong to which symbol."""
    from training.voice.align import align

    align(corpus, Settings())


@main.command("train-prosody")
@MINUTES
@STEPS
@START
@click.pass_obj
def train_prosody(corpus: Corpus, minutes: float, steps: int | None, start: Path | None) -> None:
    """How long, how high and how loud each symbol is."""
    from training.voice.train_prosody import train_prosody

    train_prosody(corpus, Settings().limited(steps), minutes, start=start)


@main.command("train-acoustic")
@MINUTES
@STEPS
@click.option("--judged/--unjudged", default=False, help="Against a judge, once the mean error is low.")
@START
@click.pass_obj
def train_acoustic(
    corpus: Corpus, minutes: float, steps: int | None, *, judged: bool, start: Path | None
) -> None:
    """The mel spectrum, and pitch and voicing frame by frame."""
    from training.voice.train_acoustic import train_acoustic

    train_acoustic(corpus, Settings().limited(steps), minutes, judged=judged, start=start)


@main.command("train-flow")
@MINUTES
@STEPS
@START
@click.pass_obj
def train_flow(corpus: Corpus, minutes: float, steps: int | None, start: Path | None) -> None:
    """What the mel spectrum and the fine pitch leave open."""
    from training.voice.train_mel_flow import train_mel_flow

    train_mel_flow(corpus, Settings().limited(steps), minutes, start=start)


@main.command("straighten-flow")
@MINUTES
@STEPS
@click.pass_obj
def straighten_flow(corpus: Corpus, minutes: float, steps: int | None) -> None:
    """The same with fewer looks, once it is trained."""
    from training.voice.train_mel_flow import straighten_mel_flow

    straighten_mel_flow(corpus, Settings().limited(steps), minutes)


@main.command("train-decoder")
@MINUTES
@STEPS
@click.option("--judged/--unjudged", default=False, help="Against judges, once the spectrum is close.")
@START
@click.pass_obj
def train_decoder(
    corpus: Corpus, minutes: float, steps: int | None, *, judged: bool, start: Path | None
) -> None:
    """From frames to sound."""
    from training.voice.train_decoder import train_decoder

    train_decoder(corpus, Settings().limited(steps), minutes, judged=judged, start=start)


@main.command()
@click.argument("target", type=FOLDER)
@click.pass_obj
def export(corpus: Corpus, target: Path) -> None:
    """encoder.onnx, painter.onnx, decoder.onnx and config.json, into TARGET."""
    from training.voice.export import export

    export(corpus, Settings(), target)


@main.command()
@click.argument("target", type=FOLDER)
@click.pass_obj
def compact(corpus: Corpus, target: Path) -> None:
    """The checkpoints' weights alone, in half precision, into TARGET: for --start."""
    from training.voice.training import compact

    target.mkdir(parents=True, exist_ok=True)
    for checkpoint in sorted(corpus.checkpoints.glob("*.pt")):
        compact(checkpoint, target / checkpoint.name)


@main.command("make")
@MINUTES
@STEPS
@click.argument("target", type=FOLDER)
@click.pass_obj
def make(corpus: Corpus, minutes: float, steps: int | None, target: Path) -> None:
    """All of it after `prepare`, within a time; the files go into TARGET. Called again it goes on."""
    from training.voice.budget import train_all

    train_all(corpus, Settings().limited(steps), minutes, target)


if __name__ == "__main__":
    main()
