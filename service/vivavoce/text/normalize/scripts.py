"""Letters that a language cannot say: found before anything is spoken, so that none is ever left out."""

import re
import unicodedata
from collections.abc import Collection, Mapping

from vivavoce.errors import InvalidRequest, UnspeakableInput
from vivavoce.text.markup import Markup, Spoken
from vivavoce.text.normalize.fold import fold
from vivavoce.text.pronunciations import Pronunciations

_WORD = re.compile(r"[^\W\d_]+")
_SAYABLE = ("LATIN", "GREEK", "MODIFIER", "FEMININE", "MASCULINE", "DOUBLE-STRUCK", "MICRO", "SCRIPT", "OHM")


def check(
    source: str,
    markup: Mapping[int, Markup],
    given: Pronunciations,
    language: str,
    also: Collection[str] = (),
) -> None:
    """Raises InvalidRequest for the first letter of a script that `language` cannot say, unless its word has
    a pronunciation of its own; UnspeakableInput if there is nothing but such letters. `also` are the scripts
    besides Latin and Greek that it can, as Unicode names them: `CYRILLIC`."""
    if source.isascii():
        return
    folded = fold(source)
    spoken = [item.span for item in markup.values() if isinstance(item, Spoken)]
    for word in _WORD.finditer(folded):
        at = next((at for at in range(*word.span()) if _script(folded[at], also)), None)
        if at is None or any(start <= at < end for start, end in spoken):
            continue
        if not given.at(source, folded, word.start()):
            raise _fault(source, folded, at, language)


def _fault(source: str, folded: str, at: int, language: str) -> InvalidRequest:
    kind = InvalidRequest if re.search("[A-Za-z0-9]", folded) else UnspeakableInput
    return kind(
        f"{source[at]!r}, character {at + 1} of 'input', is {_script(folded[at])} script, "
        f"which cannot be spoken in {language}.",
        param="input",
    )


def _script(letter: str, also: Collection[str] = ()) -> str:
    """The name of a script that is not Latin, Greek or one of `also`; "" for those."""
    if letter.isascii() or not letter.isalpha():
        return ""
    title = unicodedata.name(letter, "an unknown letter")
    first = title.split()[0]
    if first in _SAYABLE or first in also:
        return ""
    return first if first == "CJK" else first.title()
