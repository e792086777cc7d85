"""`vivavoce` and `python -m vivavoce`."""

import sys


def main() -> None:
    """Runs the command line; ends the process."""
    try:
        import click  # noqa: F401 - only to know whether it is there: the client installs without it
    except ModuleNotFoundError:
        sys.exit("vivavoce: the command line needs the server's packages: pip install 'vivavoce[cpu,edge]'")
    from vivavoce.cli.program import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
