"""Pronunciations that were given for whole words: by the request, and by the operator's lexicon."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from vivavoce.text.ipa import fitted

_HEAD = re.compile(r"\w{1,64}|\W")
"""Entries are looked up by how they begin."""


class Given(NamedTuple):
    """A word of the text that has a pronunciation, and where it ends."""

    end: int
    phonemes: str


class Pronunciations:
    """Whole words, in any case, and what they sound like.

    An entry without accents also matches the word with them; one with accents only as it is written.
    """

    def __init__(
        self, entries: Mapping[str, str], symbols: frozenset[str], after: "Pronunciations | None" = None
    ) -> None:
        """`entries`: word → symbols; those with a sound that is not in `symbols` are left out. `after` is
        asked for words that are not in them."""
        self._after = after
        self._words: dict[str, str] = {}
        heads: dict[str, list[str]] = {}
        for word, phonemes in entries.items():
            said = fitted(phonemes, symbols)
            if said and (key := _key(word)):
                self._words[key] = said
                heads.setdefault(_head(key, 0), []).append(key)
        self._heads = {head: sorted(set(keys), key=len, reverse=True) for head, keys in heads.items()}

    def of_word(self, word: str) -> str | None:
        """The pronunciation of one word as it is said."""
        own = self._words.get(_key(word))
        return self._after.of_word(word) if own is None and self._after else own

    def at(self, source: str, folded: str, position: int) -> Given | None:
        """The longest entry that is whole words and begins at `position`, with a possessive `'s` if there is
        one. `folded` is `source` without accents."""
        own = self._at(source, folded, position)
        return self._after.at(source, folded, position) if own is None and self._after else own

    def _at(self, source: str, folded: str, position: int) -> Given | None:
        if not self._heads or _is_inside_word(folded, position):
            return None
        for text in (source, folded):
            for key in self._heads.get(_head(text, position), ()):
                end = position + len(key)
                if _key(text[position:end]) == key and not _is_inside_word(folded, end):
                    return with_possessive(folded, end, self._words[key])
        return None


def _key(word: str) -> str:
    return word.strip().replace("’", "'").casefold()


def _head(text: str, position: int) -> str:
    found = _HEAD.match(text, position)
    return found[0].casefold() if found else ""


def _is_inside_word(text: str, position: int) -> bool:
    return text[position : position + 1].isalnum() and text[position - 1 : position].isalnum()


def with_possessive(text: str, end: int, phonemes: str) -> Given:
    """The word that ends at `end`, with the `'s` that may follow."""
    if text[end : end + 2] not in ("'s", "'S") or text[end + 2 : end + 3].isalnum():
        return Given(end, phonemes)
    return Given(end + 2, phonemes + _possessive(phonemes))


def _possessive(phonemes: str) -> str:
    """The sound of `'s`: cats, dogs, horses."""
    last = phonemes[-1:]
    if last in "szʃʒʤʧ":
        return "ɪz"
    return "s" if last in "ptkfθ" else "z"
