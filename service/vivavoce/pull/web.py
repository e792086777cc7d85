"""HTTP as pulling needs it: what may be opened, and what an answer says of itself.

Proxies are those of the environment, as urllib reads them.
"""

from http.client import HTTPMessage, HTTPResponse
from typing import IO
from urllib import request
from urllib.parse import urlsplit

from vivavoce.pull.published import PullError


def opener() -> request.OpenerDirector:
    """http and https alone: a redirect must not lead to a file of this machine."""
    made = request.OpenerDirector()
    for handler in (
        request.ProxyHandler(),
        request.HTTPHandler(),
        request.HTTPSHandler(),
        request.HTTPDefaultErrorHandler(),
        SameOrSafer(),
        request.HTTPErrorProcessor(),
        request.UnknownHandler(),
    ):
        made.add_handler(handler)
    return made


class SameOrSafer(request.HTTPRedirectHandler):
    """Follows redirects, but not from https to http."""

    def redirect_request(  # noqa: PLR0913, PLR0917 - the signature of its base class
        self, req: request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> request.Request | None:
        if req.type == "https" and urlsplit(newurl).scheme != "https":
            raise PullError(f"{req.full_url} leads to {newurl}, which is not encrypted: it is not followed")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def content_range(answer: HTTPResponse) -> tuple[int | None, int | None]:
    """Start and size of the whole from `Content-Range: bytes 5-9/10`."""
    unit, _, span = answer.headers.get("Content-Range", "").partition(" ")
    places, _, whole = span.partition("/")
    start = places.partition("-")[0]
    if unit != "bytes" or not start.isdecimal():
        return None, None
    return int(start), int(whole) if whole.isdecimal() else None


def version(answer: HTTPResponse) -> str:
    """What If-Range may carry: a strong ETag, or else the date of the last change."""
    etag = answer.headers.get("ETag", "")
    return etag if etag.startswith('"') else answer.headers.get("Last-Modified", "")
