"""The languages that can be pronounced, by their BCP-47 codes: a language is a row here and a file, or a row
of `espeak_rows`, whose languages are read with espeak-ng."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

from vivavoce.espeak import Espeak
from vivavoce.text.languages import espeak
from vivavoce.text.languages.espeak_rows import ROWS
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
    return (*LANGUAGES, *ROWS)


def known(code: str) -> str | None:
    """Which of `codes` is meant by `code`, lower case: `de-at` is read as de. None if none is."""
    while code and code not in LANGUAGES and code not in ROWS:
        code = code.rpartition("-")[0]
    return code or None


@cache
def language(code: str) -> Language:
    """The language of that row of LANGUAGES, loaded when first asked for. KeyError if there is none."""
    module, _, function = LANGUAGES[code].partition(":")
    loaded: Language = getattr(import_module(module), function)()
    return loaded


def any_language(code: str, espeak_ng: Espeak) -> Language:
    """The language that is meant by any code.

    Raises KeyError for an unknown one, InvalidRequest for one that needs espeak-ng where there is none.
    """
    found = known(code) or code
    return espeak.load(ROWS[found], espeak_ng) if found in ROWS else language(found)
