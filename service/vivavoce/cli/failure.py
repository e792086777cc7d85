"""What the user can put right: one line on stderr, exit status 2."""

import click


class Failure(click.ClickException):
    """The command cannot go on; the message says why and what to do."""

    exit_code = 2
