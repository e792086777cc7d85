"""Tokens → sentences: where one ends, and what silence follows it.

Marks that meet become the strongest of them, a sentence without a mark at its end gets one, and a sentence
beyond any length that is spoken in one breath is cut, so that the first sound never waits for a whole text.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from vivavoce.core import Span
from vivavoce.text.markup import Pause
from vivavoce.text.normalize import Break, Item
from vivavoce.text.tokens import Kind, Token

STRENGTH = ",:;—….!?"
"""Marks, the weakest first."""
ENDINGS = frozenset(".!?…")
MAX_TOKENS = 120
"""A run of more tokens without an end is cut, at its last mark if one is near."""

SENTENCE_SECONDS = {".": 0.28, "!": 0.28, "?": 0.3, "…": 0.35}
PARAGRAPH_SECONDS = 0.6
LAST_SECONDS = 0.1
"""After the last word of all: enough to not sound cut off."""
CUT_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words and marks up to an end; at least one word, the first token a word."""

    tokens: tuple[Token, ...]
    pause_seconds: float
    joins_next: bool = False
    """Whether only a full stop parts it from the next one: very short neighbours may be said as one."""


def sentences(items: Iterable[Item], text: str) -> Iterator[Sentence | Pause]:
    """The sentences and pauses of `items`, each as soon as it is complete; `text` is what they came from."""
    pending: list[Token] = []
    for item in items:
        if isinstance(item, Pause):
            if pending:
                yield Sentence(tuple(pending), 0.0)
            yield item
            pending = []
        elif isinstance(item, Break):
            if pending:
                yield _ended_by(item, pending)
            pending = []
        elif item.kind is Kind.MARK:
            _add_mark(pending, item)
        else:
            if pending and _ends_before(pending[-1], item, text):
                yield Sentence(tuple(pending), SENTENCE_SECONDS[pending[-1].text], joins_next=True)
                pending = []
            elif len(pending) >= MAX_TOKENS:
                cut, pending = _cut(pending)
                yield cut
            pending.append(item)
    if pending:
        yield Sentence(_closed(pending), LAST_SECONDS)


def _add_mark(pending: list[Token], mark: Token) -> None:
    """Adds a mark after the words so far; of several the strongest stays."""
    if not pending:
        return
    last = pending[-1]
    if last.kind is not Kind.MARK:
        pending.append(mark)
        return
    stronger = max(last.text, mark.text, key=STRENGTH.index)
    pending[-1] = replace(last, text=stronger, span=Span(last.span.start, mark.span.end))


def _ends_before(mark: Token, following: Token, text: str) -> bool:
    """Whether a sentence ends between the two: the next one does not begin with a small letter."""
    return mark.text in ENDINGS and mark.kind is Kind.MARK and not text[following.span.start].islower()


def _ended_by(line_end: Break, pending: list[Token]) -> Sentence:
    closed = _closed(pending)
    if line_end.is_paragraph:
        return Sentence(closed, PARAGRAPH_SECONDS)
    return Sentence(closed, SENTENCE_SECONDS[closed[-1].text], joins_next=True)


def _closed(pending: list[Token]) -> tuple[Token, ...]:
    """The tokens with a mark at the end that closes a sentence."""
    last = pending[-1]
    if last.kind is not Kind.MARK:
        end = last.span.end
        return (*pending, Token(".", Span(end, end), Kind.MARK))
    if last.text in ENDINGS:
        return tuple(pending)
    return (*pending[:-1], replace(last, text="."))


def _cut(pending: list[Token]) -> tuple[Sentence, list[Token]]:
    """The longer part of a run that is too long, and the rest of it."""
    marks = [at for at, token in enumerate(pending, 1) if token.kind is Kind.MARK and at > MAX_TOKENS // 2]
    at = marks[-1] if marks else len(pending)
    return Sentence(tuple(pending[:at]), CUT_SECONDS), pending[at:]
