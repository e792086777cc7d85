"""Punctuation: which of it shapes the prosody, and as which mark."""

import re
from re import Match

from vivavoce.text.normalize.context import NEAR
from vivavoce.text.normalize.rule import rule


@rule(".…", r"(?:\.|…)(?: ?[.…]){1,}|…")
def ellipsis(match: Match[str]) -> str:
    """`...`, `. . .`, `…`"""
    return "…" if len(match[0]) > 2 or "…" in match[0] else ""


@rule(".", r"\.")
def full_stop(match: Match[str]) -> str:
    """A full stop, or the dot inside a name."""
    text, at = match.string, match.start()
    before, after = text[at - 1 : at], text[at + 1 : at + 3]
    if after[:1] in (",", ";", ":"):
        return ""
    if not after[:1].isalnum():
        return "."
    is_missing_space = before.islower() and after[:1].isupper() and after[1:].islower()
    return "." if is_missing_space or not before.isalnum() else "dot"


@rule("!?", r"[!?]++")
def exclamation_or_question(match: Match[str]) -> str:
    """`!`, `?!`; not the sign before a name, as in `!important`."""
    text, at = match.string, match.start()
    opens = text[match.end() : match.end() + 1].isalnum() and not text[at - 1 : at].isalnum()
    return "" if opens else "?" if "?" in match[0] else "!"


@rule(",;", r"[,;]")
def comma(match: Match[str]) -> str:
    """`,` and `;`."""
    return match[0]


@rule(":", r":++")
def colon(match: Match[str]) -> str:
    """`:`, but not the `::` of a name."""
    if len(match[0]) > 1:
        return ""
    return "," if match.string[match.end() : match.end() + 1].isalnum() else ":"


@rule("—–-", r"—+|–|-+")
def dash(match: Match[str]) -> str:
    """A dash between clauses, the dashes of an option, or a hyphen, which is not heard."""
    text, start, end = match.string, match.start(), match.end()
    before, after = text[start - 1 : start], text[end : end + 1]
    if match[0][0] == "-" and before in ("", " ", "\n") and after.isalpha():
        return _option(match)
    is_spaced = before in ("", " ") and after in ("", " ", "\n")
    return "—" if is_spaced or match[0][0] == "—" or len(match[0]) > 1 else ""


_NAME = re.compile(r"[A-Za-z]{1,3}(?![A-Za-z-])")


def _option(match: Match[str]) -> str:
    """`--help`, `-v`; a hyphen before a longer word is not heard."""
    if len(match[0]) == 2:
        return "dash dash"
    name = _NAME.match(match.string, match.end())
    return "dash" if name and len(match[0]) == 1 else ""


@rule("([", r"[(\[]")
def opening(match: Match[str]) -> str:
    """An aside begins with a light pause; the argument of `print(x)` without."""
    return "" if match.string[match.start() - 1 : match.start()].isalnum() and match.start() else ","


@rule(")]", r"[)\]]")
def closing(match: Match[str]) -> str:
    """And ends with one."""
    start = max(0, match.start() - 2 * NEAR)
    opener = match.string.rfind("(" if match[0] == ")" else "[", start, match.start())
    is_attached = opener > 0 and match.string[opener - 1].isalnum()
    return "" if is_attached or match.string[match.end() : match.end() + 1].isalnum() else ","


@rule("|", r"\|++")
def bar(match: Match[str]) -> str:
    """The wall between two cells; the bars of `|x|` are not heard."""
    return "," if match.string[match.start() - 1 : match.start()] in (" ", "\n") else ""


@rule("/", r"/")
def slash(match: Match[str]) -> str:
    """`roses / violets` is a pause, `and/or` is two words."""
    return "," if match.string[match.start() - 1 : match.start()] == " " else ""


RULES = (
    ellipsis, full_stop, exclamation_or_question, comma, colon, dash, opening, closing, bar, slash,
)  # fmt: skip
