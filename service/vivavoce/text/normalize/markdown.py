"""Markdown and line ends: emphasis, headings, bullets, rules and fences are layout, not speech."""

import re
from re import Match

from vivavoce.text.normalize.numbers import cardinal
from vivavoce.text.normalize.rule import DIGITS, fixed, rule

SHORT_LINE = 50
"""A line of fewer characters before a capital is a line of its own: a title, an address, verse."""

LINE_START = r"(?:(?<![^\n])|(?<=\n )|(?<=\n {2})|(?<=\n {3})|(?<=\n {4}))"
_STARTS_ITEM = re.compile(r" *(?:#{1,6} |[-*+•·–] +|> ?|\d{1,3}[.)] |\||```|~~~|[-*_=]{3,} *(?:\n|\Z))")


@rule(DIGITS, LINE_START + r"(\d{1,3})[.)] +(?=\S)")
def numbered_item(match: Match[str]) -> str:
    """`1. item`."""
    return f"{cardinal(int(match[1]))} ,"


def is_break(text: str, start: int, end: int) -> bool:
    """Whether the single line end text[start:end] ends a sentence, or only wraps a line."""
    line = text[text.rfind("\n", 0, start) + 1 : start]
    if _STARTS_ITEM.match(line) or _STARTS_ITEM.match(text, end):
        return True
    following = text[end : end + 2].lstrip("\"'(*_")[:1]
    return len(line) < SHORT_LINE and (following.isupper() or following.isdecimal())


SILENT_RULES = (
    fixed("#", LINE_START + r"#{1,6} +", ""),  # heading
    fixed("-*+•·–", LINE_START + r"[-*+•·–] +(?:\[[ xX]\] )?(?=\S)", ""),  # bullet, task
    fixed(">", rf"(?:{LINE_START}|(?<=\n>)|(?<=\n> ))> ?", ""),  # quotation
    fixed("-*_=", LINE_START + r"(?:[-*_=]{3,}|=+) *(?=\n|\Z)", ""),  # line across the page
    fixed("`~", LINE_START + r"(?:```|~~~)[\w+-]{0,20} *(?=\n|\Z)", ""),  # fence of a block of code
)
RULES = (*SILENT_RULES, numbered_item)
LAST_RULES = (fixed("*_`~", r"[*_`]+|~~", ""),)
"""Emphasis, and code in a line: whatever such signs no other rule has read."""
