"""Tags the words of a sentence with their kinds, as far as pronunciation needs it.

Words come in, one kind (a letter, see `word_classes`) per word goes out. The method is a Viterbi search for
the sequence of kinds with the least cost: each word costs what its kind costs for it, and each pair of
neighbours what FOLLOWING says. Two things that a chain of neighbours cannot see are carried along: adverbs
are passed over (`to boldly go`), and an auxiliary before its subject waits for its verb (`has he read`).
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from vivavoce.text.languages.word_classes import (
    ENDINGS,
    IRREGULAR_VERBS,
    KINDS,
    NAME,
    POSSESSIVE,
    UNKNOWN,
)

Costs = Mapping[str, float]

_ROWS = {
    ".": "P0 Q0 D0 d0 W0 w1 C1 A1 I1 N1 S1 J2 U2 M2 B2 H3 E3 G3 o3 t3 Z4 O5 X5 R5 T6",
    ",": "C0 P1 Q1 D1 d1 N1 S1 J1 I1 A1 W1 w1 U2 B3 T3 Z3 G1 X2 M2 H3 E2 o2 R4 O4",
    "D": "N0 S0 J1 U2 A2 G3 X3 D3 d4 .4 ,5 I4 C5 E5 M6 H6 T7",
    "d": "N0 J1 A2 G3 X3 U3 D4 S6 .5 ,5 I5 C5",
    "J": "t1 N0 S0 J1 .1 ,1 I1 C1 o2 A3 G3 U3 W3 w1 X4 E4 D5 d5 P5 Q5 O5 M5 H5 T6 B6 Z6",
    "N": ".0 ,0 I0 C0 E0 M0 N1 S1 Z1 T1 H1 A1 W1 w1 o2 t2 R2 P3 Q3 D3 d3 X3 G3 U3 J5 B5 O6",
    "S": ".0 ,0 I0 C0 E0 M0 B1 T1 H1 A1 W1 w1 o2 R2 t3 P3 Q3 D3 d3 X3 G3 U4 N3 S5 J4 O6 Z7",
    "U": "S0 N1 U0 .1 ,1 J2 I2 C2 E3 M3 o3 A3 B4 T4 Z4 H4 G4 X4",
    "P": "B0 T0 M0 H0 E0 A1 D6 .3 ,3 C4 I5 J5 N6 S6 X6 G6 Z7",
    "Q": "Z0 T0 M0 H0 E0 A1 .3 ,3 C4 I4 D5 J4 N6 S6 X6 G6 B7",
    "O": "t0 .0 ,0 I0 C1 A1 R1 o1 W2 w2 D2 d2 J2 G3 X3 N4 S4 B4 U4 P4 Q4 M5 E5 H6 T6 Z7",
    "B": "t0 D0 d0 O0 I1 A1 .1 ,1 o1 R1 C1 W1 w1 U2 S1 N2 J2 G2 P3 Q3 X5 B6 E5 M5 H5 Z7 T7",
    "X": "t0 I0 .0 ,0 A1 R1 o1 C1 D1 d1 O2 W2 w2 N3 S3 J3 G3 U3 P4 Q4 B7 E6 M6 H6 T7 Z7",
    "G": "t0 D0 d0 I0 .1 ,1 N1 S1 O1 A1 R1 C1 o1 J2 W2 w2 U2 P4 Q4 X4 E3 Z3 B7 T6",
    "M": "B0 E0 H0 A1 P0 Q0 M1 D1 d1 N3 S3 .2 ,2 O4 J5 I5 C4 G7 U4 W4 w4",
    "H": "X0 E0 D0 d0 A1 o1 U1 P1 Q1 H1 N3 S2 J3 .3 ,3 O3 G4 I4 C4 W4 w4",
    "E": "t1 J0 X0 G0 D0 d0 A0 I1 o2 P1 Q1 .2 ,2 U2 N3 S3 R2 W2 w2 C3 O3 E1",
    "o": "B0 E0 H0 M1",
    "I": "t1 D0 d0 N0 S0 O0 J1 G1 U1 W1 w1 A3 I3 X4 .4 ,4 P4 Q3 C4 R4 o6",
    "R": "t1 .0 ,0 I0 D0 d0 A1 N1 S1 O1 C1 o1 J2 G2 W1 w1 P2 Q2 B5 T4 Z4 E4 M4",
    "C": "P0 Q0 D0 d0 N1 S1 J1 A1 B2 T2 Z2 X2 G2 M2 H2 E2 I1 W1 w1 U1 o2 O2 C3 R3 t2",
    "t": "P0 Q0 D0 d0 N1 S1 J1 A1 U1 I2 G2 C2 W2 M5 H5 E5 O4 B7 T6 Z6",
    "w": "Z0 B0 T0 M0 H0 E0 A0 P1 Q1 D2 d2 .3 ,3 N8 S7 J7 G7 X6",
    "W": "E0 M0 H0 P0 Q0 D0 d0 T1 Z1 B1 N1 S1 J1 A1 o1 I3 U2 G4 X4 ,3 .2",
}
UNLISTED = 6.0
"""What a pair costs that FOLLOWING does not have."""
VERBLESS = 2.2
"""What it costs a sentence to have no finite verb."""
_CLAUSE_STARTS = frozenset(".,CWt")
"""An auxiliary after one of these stands before its subject."""
_SUBJECT_ENDS = frozenset("NSUPQOD")
_NOUN_PHRASE = frozenset("DdJUN")
_FINITE_VERBS = frozenset("BZT")
_MAIN_VERBS = frozenset("BXGTZ")
_ENDS_WAITING = frozenset("BXGTZ.,C")
"""Where an auxiliary has its verb, or will not get it any more."""


def costs(row: str) -> Costs:
    """`N0 B2` → {"N": 0, "B": 2}."""
    return MappingProxyType({item[0]: float(item[1:]) for item in row.split()})


FOLLOWING: Mapping[str, Costs] = MappingProxyType(
    {kind: costs(row) for kind, row in (_ROWS | {"Z": _ROWS["B"], "T": _ROWS["B"]}).items()}
)
"""What it costs a kind to follow another: 0 is usual, 8 hardly ever happens."""


def _words() -> Mapping[str, Costs]:
    words: dict[str, Costs] = {}
    for row, listed in KINDS:
        words |= dict.fromkeys(listed.split(), costs(row))
    for forms in IRREGULAR_VERBS.split(","):
        for kind, form in zip("BTX", forms.split(), strict=True):
            words[form] = {**words.get(form, {}), kind: 0.0}
    return MappingProxyType(words)


_WORDS = _words()
_ENDINGS = tuple((tuple(endings.split()), costs(row)) for endings, row in ENDINGS)
_UNKNOWN, _NAME, _POSSESSIVE = costs(UNKNOWN), costs(NAME), costs(POSSESSIVE)


@lru_cache(10_000)
def word_costs(word: str) -> Costs:
    """What each kind costs a word in lower case, told from the tables or from its ending."""
    if word in _WORDS:
        return _WORDS[word]
    if word.endswith(("'s", "s'")):
        return _POSSESSIVE
    for endings, found in _ENDINGS:
        if word.endswith(endings) and len(word) > 4:
            return found
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        stem = word_costs(word[:-2] if word.endswith(("shes", "ches", "sses", "xes")) else word[:-1])
        return {"S": stem.get("N", 5.0), "Z": stem.get("B", 5.0)}
    return _UNKNOWN


def name_costs(word: str) -> Costs:
    """The same for a capitalised word inside a sentence: most likely a name."""
    return _WORDS.get(word.lower(), _NAME)


class _State(NamedTuple):
    """What the next word depends on."""

    before: str = "."
    """The kind that it follows, adverbs passed over."""
    awaiting: str = ""
    """The auxiliary that stands before its subject, while its verb is still to come."""
    verb: str = ""
    """The kind of the sentence's last verb, in lower case if it has infinitives only."""
    joined: bool = False
    """Whether `and` has joined the noun at hand to another: two singulars make a plural."""


def tag(sentence: Sequence[Costs]) -> str:
    """The kinds of the words, a letter each, that cost least together."""
    states = {_State(): (0.0, "")}
    for options in sentence:
        following: dict[_State, tuple[float, str]] = {}
        for state, (cost, kinds) in states.items():
            for kind, own_cost in options.items():
                total = cost + own_cost + _step_cost(state, kind)
                successor = _successor(state, kind)
                if successor not in following or total < following[successor][0]:
                    following[successor] = (total, kinds + kind)
        states = following
    end = {state: cost + _step_cost(state, ".") for state, (cost, _) in states.items()}
    return states[min(end, key=end.__getitem__)][1]


def _step_cost(state: _State, kind: str) -> float:
    before, awaiting, verb, joined = state
    direct = FOLLOWING[before].get(kind, UNLISTED)
    if kind == ".":
        return direct if verb.isupper() or before == "." else direct + VERBLESS
    if kind == "t" and awaiting and before in "MHE":  # `is that yours`: no clause can follow at once
        return UNLISTED
    if before == "C" and kind in _FINITE_VERBS:
        return direct - 1.5 if kind == verb.upper() else direct  # `and` joins verbs of one kind
    if before == "N" and joined:
        direct = min(direct, FOLLOWING["S"].get(kind, UNLISTED) + 0.5)
    if not awaiting or before not in _SUBJECT_ENDS:
        return direct
    answer = FOLLOWING[awaiting].get(kind, UNLISTED) + 0.5
    return answer if kind in _MAIN_VERBS else min(direct, answer)


def _successor(state: _State, kind: str) -> _State:
    before, awaiting, verb, joined = state
    if kind == "A":
        return state
    if kind == ".":
        return _State()
    if kind in "MHE":
        return _State(kind, kind if before in _CLAUSE_STARTS else "", "Z")
    if kind in _FINITE_VERBS:
        return _State(kind, "", "b" if before == "o" and not verb.isupper() else kind)
    joined = (joined and kind in _NOUN_PHRASE) or (kind == "C" and before in _SUBJECT_ENDS)
    return _State(kind, "" if kind in _ENDS_WAITING else awaiting, verb, joined)
