"""The languages that can be pronounced, by their BCP-47 codes: a language is a row here and a file."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

from vivavoce.text.tokens import Language

LANGUAGES: Mapping[str, str] = MappingProxyType(
    {
        "en-us": "vivavoce.text.languages.english:load_us",
        "en-gb": "vivavoce.text.languages.english:load_gb",
    }
)
"""Code → `module:function`; the function loads the language."""


def codes() -> tuple[str, ...]:
    """The codes of all languages, the default one first."""
    return tuple(LANGUAGES)


@cache
def language(code: str) -> Language:
    """The language of that code, loaded when first asked for. Raises KeyError for an unknown code."""
    module, _, function = LANGUAGES[code].partition(":")
    loaded: Language = getattr(import_module(module), function)()
    return loaded
