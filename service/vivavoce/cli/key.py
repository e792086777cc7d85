"""`vivavoce key`: a key for a caller."""

import json
import re

import click

from vivavoce.cli.options import examples


@click.command(epilog=examples("vivavoce key my-app >> keys.toml"))
@click.argument("name")
@click.option("--max-streams", type=click.IntRange(1), help="Requests at once; default: no limit.")
@click.option("--characters-per-minute", type=click.IntRange(1), help="Default: no limit.")
def key(name: str, max_streams: int | None, characters_per_minute: int | None) -> None:
    """Make a key for the caller NAME.

    The key is shown once, on stderr. Its hash, for the keys file (`--keys-file`), goes to stdout.
    """
    from vivavoce.rpc.auth import hash_key, new_key

    made = new_key()
    limits = {"max_streams": max_streams, "characters_per_minute": characters_per_minute}
    # A JSON string is a TOML string; a name of letters needs no quotes.
    table = name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)
    click.echo(f"The key of {name}, which is kept nowhere:  {made}", err=True)
    click.echo(f'[keys.{table}]\nsha256 = "{hash_key(made)}"')
    for limit, value in limits.items():
        if value is not None:
            click.echo(f"{limit} = {value}")
