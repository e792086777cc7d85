"""Lists, page by page. A page token tells where the next page begins; what is in it is our own business."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import TypeVar

from vivavoce.errors import InvalidRequest

Entry = TypeVar("Entry")

MAX_PAGE_SIZE = 1000
MARK = b"next:"
"""Tells our tokens from others'."""


def page(entries: Sequence[Entry], page_size: int, page_token: str) -> tuple[Sequence[Entry], str]:
    """The entries of the page, and the token of the next one ("" on the last).

    Raises InvalidRequest for a negative size and for a token that is not ours.
    """
    if page_size < 0:
        raise InvalidRequest(f"'page_size' is {page_size}; it may not be negative.", param="page_size")
    begin = _begin(page_token) if page_token else 0
    end = begin + min(page_size or MAX_PAGE_SIZE, MAX_PAGE_SIZE)
    return entries[begin:end], _token(end) if end < len(entries) else ""


def _token(begin: int) -> str:
    return urlsafe_b64encode(MARK + str(begin).encode()).decode()


def _begin(token: str) -> int:
    try:
        content = urlsafe_b64decode(token)
    except ValueError:
        content = b""
    number = content.removeprefix(MARK)
    if not content.startswith(MARK) or not number.isdigit():
        raise InvalidRequest(
            "'page_token' is not one of ours: send next_page_token of the page before.", param="page_token"
        )
    return int(number)
