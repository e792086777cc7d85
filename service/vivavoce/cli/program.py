"""The program: its commands, and how each of them ends. In go the arguments, out comes the exit status."""

import click

from vivavoce import __version__
from vivavoce.cli import bench, doctor, explain, export, key, listing, pull, say, serve, up
from vivavoce.errors import SpeechError

USER_ERROR = 2
INTERRUPTED = 130
"""As a shell reports a program that was ended by Ctrl-C."""


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="`vivavoce COMMAND --help` shows the options of a command and an example.",
)
@click.version_option(__version__, message="vivavoce %(version)s")
def program() -> None:
    """Text to speech: a service behind Envoy, or a file straight away."""


for command in (
    up.up,
    serve.serve,
    say.say,
    explain.explain,
    listing.voices,
    listing.models,
    pull.pull,
    export.export,
    doctor.doctor,
    key.key,
    bench.bench,
):
    program.add_command(command)


def run(arguments: list[str]) -> int:
    """Runs one command. What the user can put right is one line on stderr, and 2."""
    try:
        return int(program.main(arguments, prog_name="vivavoce", standalone_mode=False) or 0)
    except click.UsageError as error:
        place = error.ctx.command_path if error.ctx else "vivavoce"
        return _complain(f"{error.format_message()} (see {place} --help)")
    except click.ClickException as error:
        return _complain(error.format_message(), error.exit_code)
    except SpeechError as error:
        return _complain(error.message)
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED


def _complain(message: str, status: int = USER_ERROR) -> int:
    click.echo(f"vivavoce: {' '.join(message.split())}", err=True)
    return status
