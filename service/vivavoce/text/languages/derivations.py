"""Prefixes and suffixes whose sound can be told from the table: `un` + `boxing`, `tokenize` + `r`.

Only those are here that leave the sound of their stem alone; the others (-ity, -ic, -ation) move its stress,
and words with them are better sounded out as a whole.
"""

from vivavoce.text.languages.inflections import Accent

_PREFIXES = """
    un ˌʌn ˌʌn, re ˌɹi ˌɹiː, non nˌɑn nˌɒn, over ˌOvəɹ ˌQvə, under ˌʌndəɹ ˌʌndə, out ˌWt ˌWt, pre pɹˌi pɹˌiː,
    mis mˌɪs mˌɪs, inter ˌɪntəɹ ˌɪntə, super sˌupəɹ sˌuːpə, multi mˌʌlti mˌʌlti, micro mˌIkɹO mˌIkɹQ,
    mega mˌɛɡə mˌɛɡə, hyper hˌIpəɹ hˌIpə, ultra ˌʌltɹə ˌʌltɹə, cyber sˌIbəɹ sˌIbə, counter kˌWntəɹ kˌWntə,
    anti ˌænti ˌanti, semi sˌɛmi sˌɛmi, neo nˌiO nˌiːQ, bio bˌIO bˌIQ, geo ʤˌiO ʤˌiːQ, nano nˌænO nˌanQ,
    auto ˌɔTO ˌɔːtQ, crypto kɹˌɪptO kɹˌɪptQ, pseudo sˌudO sjˌuːdQ, de dˌi dˌiː, self sˌɛlf sˌɛlf
"""
_SUFFIXES = """
    ly li li, ness nəs nəs, less ləs ləs, ful fᵊl fᵊl, fully fᵊli fᵊli, able əbᵊl əbᵊl, er əɹ ə, or əɹ ə,
    ish ɪʃ ɪʃ, like lˌIk lIk, wise wˌIz wIz, ward wəɹd wəd, wards wəɹdz wədz, ment mənt mənt, ship ʃˌɪp ʃɪp,
    hood hˌʊd hʊd, dom dəm dəm, ism ˌɪzəm ɪzəm, ist ɪst ɪst, ize ˌIz Iz, some səm səm, y i i
"""


def _table(text: str, column: int) -> dict[str, str]:
    rows = (row.split() for row in text.split(","))
    return {row[0]: row[column] for row in rows}


def prefixes(accent: Accent) -> dict[str, str]:
    """Spelling → phonemes."""
    return _table(_PREFIXES, 1 if accent.rhotic else 2)


def suffixes(accent: Accent) -> dict[str, str]:
    """Spelling → phonemes."""
    return _table(_SUFFIXES, 1 if accent.rhotic else 2)
