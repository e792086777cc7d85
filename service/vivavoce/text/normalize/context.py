"""What stands around a piece of text. Every look is a bounded one, so that rules stay linear."""

import re
from re import Match

from vivavoce.text.normalize.rule import listed

NEAR = 40
"""Characters that a look around may take in."""

SENTENCE_STARTERS = listed(
    """
    A After All Also Although An And Are As At Because Before But By Can Could Despite Did Do Does
    During Each Even Every First For From Had Has Have He Her Here His How However I If In Is It Its
    Just Last Later Let Many Maybe Meanwhile Most My Next No Nobody None Nor Not Nothing Now Of Often On
    Once One Only Or Our Perhaps Please She Should Since So Some Soon Still Such Thank Thanks That The
    Their Then There These They This Those Though Through To Today Tomorrow Two Under Until We Well Were
    What When Where Which While Who Why Will With Would Yes Yesterday Yet You Your
    """
)
"""Capitalised words that begin a sentence far more often than a name."""

ARTICLES = listed("a an the this that each every another per his her its my our their your one")
FUNCTION_WORDS = listed(
    """
    a about above after all although an and are around as at away because before below but by down each
    ever for from had has have he her his i if in into is it its less like more most my near next nor
    not now of off on once one only onto or our out over per plus she since so still than that the their
    them then there these they this though through till to too under until up was we were when where
    which while who will with without would you your
    """
)
"""Words that are no noun: a measure before one of them is not an adjective."""

_DROW = re.compile(r"[ \"(-]?([\w.'$]+)")
"""A word backwards: text before a position is matched from there towards its beginning."""
_NEXT = re.compile(r"[\"')\]*_`]{0,9}(?:(\Z|[ ]{0,9}\n)|[ ]{1,9}[\"'(\[*_]{0,9}([A-Z][A-Za-z']{0,14})?)")
_NOUN = re.compile(r"[ -]([a-z]{2,20})\b")


def word_before(text: str, position: int) -> str:
    """The word before `position` on the same line, with its dots; "" if there is none."""
    found = _DROW.match(text[max(0, position - NEAR) : position][::-1])
    return found[1][::-1] if found else ""


def sentence_ends(text: str, position: int, *, before_any_capital: bool = False) -> bool:
    """Whether a dot that ends at `position` can end a sentence as well as an abbreviation."""
    following = _NEXT.match(text, position)
    if not following:
        return False
    if following[1] is not None:
        return True
    word = following[2]
    if word and len(word) > 1 and word.isupper():
        return False
    return bool(word) and (before_any_capital or word in SENTENCE_STARTERS)


def name_follows(text: str, position: int) -> bool:
    """Whether a capitalised word comes next."""
    following = _NEXT.match(text, position)
    return bool(following and following[2])


def is_adjective(match: Match[str]) -> bool:
    """Whether a measure stands before a noun, as in `a $5 bill` or `a 10 km run`: its unit is singular."""
    if word_before(match.string, match.start()).lower() not in ARTICLES:
        return False
    noun = _NOUN.match(match.string, match.end())
    return noun is not None and noun[1] not in FUNCTION_WORDS
