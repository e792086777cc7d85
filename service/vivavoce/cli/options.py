"""Options that are fields of Config: name, type and help come from the field, so they are written once."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

import click

from vivavoce.cli.failure import Failure

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

Function = Callable[..., Any]

CONFIG_FILE = click.Option(
    ["--config", "config_file"],
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="TOML file of settings; flags and environment variables go before it.",
)


class ConfiguredCommand(click.Command):
    """A command with options for `fields` of Config (None: every field that fits a flag) without `leave_out`.
    Its callback gets the finished `config` in their place."""

    fields: tuple[str, ...] | None = None
    leave_out: tuple[str, ...] = ()

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        *own, help_option = super().get_params(ctx)
        return [*own, CONFIG_FILE, *self._config_options().values(), help_option]

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        from vivavoce.config import ConfigurationError, load

        values = {name: ctx.params.pop(name) for name in self._config_options()}
        given = {name: value for name, value in values.items() if value is not None}
        try:
            ctx.params["config"] = load(given, file=ctx.params.pop("config_file"))
        except ConfigurationError as error:
            raise Failure("; ".join(str(error).splitlines())) from None
        return super().invoke(ctx)

    def _config_options(self) -> Mapping[str, click.Option]:
        from vivavoce.config import Config

        fields = Config.model_fields
        names = (name for name in self.fields or fields if name not in self.leave_out)
        return {name: _option(name, fields[name]) for name in names if _flag_type(fields[name])}


def command(
    *fields: str, example: str, leave_out: tuple[str, ...] = ()
) -> Callable[[Function], ConfiguredCommand]:
    """Makes a function a command with options for `fields` of Config; none named means all of them."""

    def decorate(function: Function) -> ConfiguredCommand:
        made: ConfiguredCommand = click.command(cls=ConfiguredCommand, epilog=examples(example))(function)
        made.fields = fields or None
        made.leave_out = leave_out
        return made

    return decorate


def examples(text: str) -> str:
    """The end of a help page, with its line breaks kept."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in text.splitlines())


def _option(name: str, field: "FieldInfo") -> click.Option:
    flag = f"--{name.replace('_', '-')}"
    value = field.get_default(call_default_factory=True, validated_data={})
    default = "" if value in (None, "", False) else f"default {value}, "
    description = (field.description or "").rstrip(".").replace("\n", " ")
    text = f"{description}. [{default}or VIVAVOCE_{name.upper()}]"
    if _flag_type(field) is click.BOOL:
        return click.Option([flag], is_flag=True, default=None, help=text)
    return click.Option([flag], type=_flag_type(field), help=text)


def _flag_type(field: "FieldInfo") -> click.ParamType[Any] | None:
    """How a field is read from a flag; None for a table, which only the file and the environment can hold."""
    annotation: Any = field.annotation
    if get_origin(annotation) is Literal:
        return click.Choice(get_args(annotation))
    plain: dict[Any, click.ParamType[Any]] = {
        str: click.STRING,
        int: click.INT,
        float: click.FLOAT,
        bool: click.BOOL,
        Path: click.Path(path_type=Path),
        Path | None: click.Path(path_type=Path),
    }
    return plain.get(annotation)
