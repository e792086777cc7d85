"""Chooses among the readings of a word: by clues in the words around it, then by its part of speech.

In come the words of a sentence in lower case and their kinds (see `word_classes`); out goes the key of a
reading: a part of speech that the dictionary names, or a sense of ours (METAL for `lead`).
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from vivavoce.text.languages.clues import CLUES, Clue
from vivavoce.text.languages.grammar import Costs, costs, word_costs
from vivavoce.text.languages.lexicon import DEFAULT, Readings

_KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "N": ("NOUN",),
        "S": ("NOUN",),
        "B": ("VERB",),
        "Z": ("VERB",),
        "G": ("VERB",),
        "T": ("VBD", "VERB"),
        "X": ("VBN", "VERB"),
        "J": ("ADJ",),
        "A": ("ADV",),
        "R": ("ADV",),
        "D": ("DT", "ADJ"),
        "d": ("DT",),
        "Q": ("DT",),
        "O": ("DT",),
    }
)
"""What the dictionary calls each kind."""

_COSTS: tuple[tuple[str, str], ...] = (
    ("J0 B0 N2", """alternate animate appropriate articulate deliberate elaborate intimate legitimate moderate
                    separate"""),
    ("N0 B0 J2", """advocate affiliate associate certificate delegate duplicate estimate graduate lead
                    syndicate"""),
    ("J0 B0.5 N2", "close"),
    ("J0 B1 N2", "perfect frequent"),
    ("J0 B3", "absent"),
    ("J0 A0 I1", "nearby"),
    ("A0 N1 J1", "overhead"),
    ("B0 J1 A2", "live"),
    ("J0 N0 B4", "content"),
    ("N0 J1 B0", "present"),
    ("J0 N1", "invalid"),
    ("N0 J1", "minute"),
    ("N1 T0 X0 B3", "wound"),
    ("J0 T2 X1", "learned crooked dogged ragged jagged"),
    ("T0 N0 X3", "moped"),
    ("T1 N0", "dove"),
    ("N0 J3", "number"),
    ("J0 N0 B0.7", "polish"),
    ("T0 X0 J1", "used"),
    ("B0 N1.5", """combine compress convert produce rebound recall recharge refuse reject resume rewind
                   rewrite transform"""),
    ("B0 N4", "affect allocate consist conserve entail implicate"),
    ("Z0 S4", "affects consists conserves entails implicates"),
    ("N0 B2", "affix concert console desert excise incense pigment"),
)  # fmt: skip
"""Costs of kinds for homographs whose readings do not tell them well."""
_OWN_COSTS = MappingProxyType({word: costs(row) for row, words in _COSTS for word in words.split()})

_FUNCTION_KINDS = frozenset("DdPQOWwtMHEoICR")
_ABBREVIATIONS = frozenset(("us", "it", "who"))
"""Function words that are spelt where they stand as nouns in capitals: the US. (The dictionary has more.)"""

_NEAR = 6
"""Words on either side that clues look at."""


_PAST = frozenset(
    (
        "yesterday",
        "ago",
        "last",
        "was",
        "were",
        "had",
        "did",
        "then",
        "once",
        "went",
        "came",
        "said",
        "told",
        "took",
    )
)
_PRESENT = frozenset(("every", "always", "often", "usually", "daily", "nowadays", "can", "will", "if"))
_CLAUSE_ENDS = frozenset(".!?;:—…")


def costs_of(words: Sequence[str], index: int, readings: Readings) -> Costs:
    """What each kind costs a word that has several readings."""
    word = words[index]
    if word in ("read", "reread"):
        return _costs_of_read(words, index)
    if word in _OWN_COSTS:
        return _OWN_COSTS[word]
    listed = word_costs(word)
    if not readings.keys() & {"NOUN", "VERB", "ADJ"} or word.endswith(("ed", "ing")):
        return listed
    if listed.keys() & _FUNCTION_KINDS:
        return {**listed, "N": 1.0} if word in _ABBREVIATIONS else listed
    if word.endswith("s") and not word.endswith("ss"):
        return {"S": 0.0, "Z": 0.0}
    return {"N": 0.0, "B": 0.0, "J": 1.0 if "ADJ" in readings else 2.0}


def _costs_of_read(words: Sequence[str], index: int) -> Costs:
    """`read` is a past tense where its clause speaks of the past, else a present one."""
    start = max((at + 1 for at in range(index) if words[at] in _CLAUSE_ENDS), default=0)
    end = next((at for at in range(index, len(words)) if words[at] in _CLAUSE_ENDS), len(words))
    clause = words[start:end]
    past = sum(word in _PAST or (word.endswith("ed") and len(word) > 4) for word in clause)
    present = sum(word in _PRESENT for word in clause)
    return {"B": 0.0, "T": -1.5 if past > present else 0.5, "X": 0.0}


def choose(words: Sequence[str], kinds: str, index: int, readings: Readings) -> str:
    """The phonemes of the reading that fits the word at `index`."""
    for clue in CLUES.get(words[index], ()):
        if clue.reading in readings and _fits(clue, words, kinds, index):
            return readings[clue.reading]
    key = next((key for key in _KEYS.get(kinds[index], ()) if key in readings), DEFAULT)
    return readings[key]


def _fits(clue: Clue, words: Sequence[str], kinds: str, index: int) -> bool:
    before, after = words[max(0, index - _NEAR) : index], words[index + 1 : index + 1 + _NEAR]
    following = kinds[index + 1 : index + 3].ljust(2)
    return (
        (not clue.kinds or kinds[index] in clue.kinds)
        and (not clue.then or following[0] in clue.then)
        and following[1] not in clue.not_then
        and _has(clue.after, before[-1:])
        and _has(clue.before, after[:1])
        and (_has(clue.near, before) or _has(clue.near, after))
    )


def _has(listed: frozenset[str], words: Sequence[str]) -> bool:
    return not listed or not listed.isdisjoint(words)
