"""Web and e-mail addresses, paths, file names, hashtags and mentions: read out, sign by sign.

The scheme and `www.` are not said; everything else is, so that a listener could write it down.
"""

import re
from re import Match

from vivavoce.text.normalize import symbols
from vivavoce.text.normalize.fold import SOFT, WORD_LETTERS
from vivavoce.text.normalize.quantities import label_tokens
from vivavoce.text.normalize.rule import LETTERS, letters, listed, rule, tokens
from vivavoce.text.normalize.words import name
from vivavoce.text.tokens import Token

SIGNS = {
    ".": "dot", "/": "slash", "\\": "backslash", "-": "dash", "_": "underscore", "@": "at", ":": "colon",
    "?": "question mark", "=": "equals", "&": "and", "#": "hash", "%": "percent", "~": "tilde", "+": "plus",
    "*": "star", ",": "comma", ";": "semicolon", "!": "exclamation mark", "$": "dollar",
}  # fmt: skip
SPELT_SUFFIXES = listed(
    """
    io ai uk us de fr ca au eu ch nl jp tv ly edu js ts jsx tsx py rb rs md sh txt csv tsv pdf png jpg
    svg html htm css xml sql php cpp hpp kt ps exe dll ini cfg gz tgz avi mov wav ogg aac ppt pptx xls
    xlsx ipynb
    """
)
"""Last parts of names that are said letter by letter, although they have a vowel."""

_TLD = r"(?:com|org|net|edu|gov|io|ai|co|dev|app|info|me|tv|us|uk|de|fr|ca|au|eu|ch|nl|jp|in|biz|xyz|gg|ly)"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_REST = r"(?:[/?#](?:[^\s<>\[\]\"'()*`]|\([^\s()<>\[\]\"'*`]{0,99}\)){0,2000})?"
_END = r"(?<![.,;:!?])"
_PIECE = re.compile(rf"[{WORD_LETTERS}]+|\d+|.")


def spelt_out(text: str, start: int, end: int, *, whole_names: bool = True) -> list[Token]:
    """The words and signs of text[start:end], each with its own span."""
    said: list[Token] = []
    for piece in _PIECE.finditer(text, start, end):
        said += _piece(text, piece, whole_names=whole_names)
    return said


def _piece(text: str, piece: Match[str], *, whole_names: bool) -> list[Token]:
    part = piece[0]
    if part.isdecimal():
        return label_tokens(text, *piece.span())
    if not part.strip(SOFT).isalpha():
        return tokens(SIGNS.get(part) or symbols.name(part), *piece.span())
    is_suffix = text[piece.start() - 1 : piece.start()] == "." and text[piece.end() : piece.end() + 1] != "@"
    if is_suffix and part in SPELT_SUFFIXES:
        return tokens(letters(part), *piece.span())
    return name(text, *piece.span(), whole=whole_names)


@rule(
    LETTERS + "<",
    rf"<?(?:(?:https?|ftp)://(?:www\.)?|www\.)(?=[\w\[])[^\s<>\[\]\"'()/?#]{{1,255}}{_REST}{_END}>?",
)
def web_address(match: Match[str]) -> list[Token]:
    """`https://www.example.com/page`."""
    scheme = re.match(r"<?(?:\w+://)?(?:www\.)?", match[0])
    assert scheme is not None
    return spelt_out(match.string, match.start() + scheme.end(), match.end())


@rule(LETTERS + "0123456789", rf"(?:{_LABEL}\.){{1,4}}{_TLD}(?![\w-]|\.\w)(?::\d{{2,5}})?{_REST}{_END}")
def host(match: Match[str]) -> list[Token] | None:
    """`github.com/acme/tool`."""
    return None if re.search(r"[a-z]\.[A-Z]", match[0]) else spelt_out(match.string, *match.span())


@rule(LETTERS + "0123456789", rf"[\w.+-]{{1,64}}(?<!\.)@(?:{_LABEL}\.){{1,4}}[A-Za-z]{{2,24}}(?![\w-])")
def mail_address(match: Match[str]) -> list[Token]:
    """`john.doe@example.com`."""
    return spelt_out(match.string, *match.span())


@rule(
    LETTERS + "/.~\\",
    r"(?:(?:~|\.{1,2})?/|[A-Za-z]:\\|\\\\)(?=[\w.~])[\w.~+@/\\-]{1,1000}(?<![.])(?:\?[\w=&%.+-]{1,500}(?<![.]))?"
    r"|[A-Za-z_][\w-]{0,60}(?:/[\w.-]{1,60}){2,20}(?<![.])(?=[^\w/])",
)
def path(match: Match[str]) -> list[Token] | None:
    r"""`/usr/local/bin`, `./start.sh`, `C:\Users`, `src/app/main.py`."""
    is_relative = match[0][0].isalpha() and ":" not in match[0][:2]
    if is_relative and "." not in match[0] and "_" not in match[0]:
        return None
    return spelt_out(match.string, *match.span())


@rule(LETTERS + ".", r"(?:[A-Za-z][\w-]{0,60})?(?:\.[A-Za-z_][\w-]{0,60}){1,8}(?![\w'])")
def dotted_name(match: Match[str]) -> list[Token] | None:
    """`config.yaml`, `Node.js`, `asyncio.run`; not a missing space as in `the end.Then`."""
    if re.search(r"[a-z]\.[A-Z][a-z]", match[0]) or re.match(r"(?:[A-Za-z]\.)+[A-Za-z]?\Z", match[0]):
        return None
    return spelt_out(match.string, *match.span())


@rule("#", r"#(?=[A-Za-z_])(\w{1,100})")
def hashtag(match: Match[str]) -> list[Token]:
    """`#MeToo`: its words are told by their capitals."""
    start = match.start()
    return tokens("hashtag", start, start + 1) + spelt_out(
        match.string, start + 1, match.end(), whole_names=False
    )


@rule("@", r"@([A-Za-z_]\w{0,60})")
def mention(match: Match[str]) -> list[Token]:
    """`@jane_doe`."""
    return spelt_out(match.string, *match.span())


WHOLE_RULES = (web_address, mail_address, host, path, dotted_name)
"""Rules that only apply where something written without spaces begins."""
RULES = (hashtag, mention)
