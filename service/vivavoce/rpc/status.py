"""The one place where an exception becomes what the caller is told: google.rpc.Status, or OpenAI's error."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

import grpc
from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.rpc import error_details_pb2, status_pb2

from vivavoce.errors import (
    DeadlinePassed,
    InvalidKey,
    InvalidRequest,
    ModelNotFound,
    Overloaded,
    RateLimited,
    SpeechError,
    Unavailable,
)

DOMAIN = "vivavoce"
"""Of every ErrorInfo."""
MAX_MESSAGE_BYTES = 1000
"""The message travels in a header, three times as long if it is not ASCII; peers refuse more than 8 KiB."""

# The first match counts.
STATUSES: tuple[tuple[type[SpeechError], grpc.StatusCode], ...] = (
    (ModelNotFound, grpc.StatusCode.NOT_FOUND),
    (InvalidRequest, grpc.StatusCode.INVALID_ARGUMENT),
    (InvalidKey, grpc.StatusCode.UNAUTHENTICATED),
    (RateLimited, grpc.StatusCode.RESOURCE_EXHAUSTED),
    (Overloaded, grpc.StatusCode.UNAVAILABLE),
    (Unavailable, grpc.StatusCode.UNAVAILABLE),
    (DeadlinePassed, grpc.StatusCode.DEADLINE_EXCEEDED),
)

OPENAI_TYPES: Mapping[grpc.StatusCode, str] = MappingProxyType(
    {
        grpc.StatusCode.RESOURCE_EXHAUSTED: "requests",
        grpc.StatusCode.INTERNAL: "server_error",
        grpc.StatusCode.UNAVAILABLE: "server_error",
        grpc.StatusCode.DEADLINE_EXCEEDED: "server_error",
    }
)
"""OpenAI's `error.type`; every other status is an invalid_request_error."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What the caller is told."""

    status: grpc.StatusCode
    code: str
    """OpenAI's `error.code`, our ErrorInfo's `reason`."""
    message: str
    param: str | None = None
    retry_after_seconds: float | None = None

    def trailing_metadata(self) -> tuple[tuple[str, str | bytes], ...]:
        """The details, and what becomes a header over HTTP."""
        metadata: list[tuple[str, str | bytes]] = [
            ("grpc-status-details-bin", self._details().SerializeToString())
        ]
        if self.retry_after_seconds is not None:
            metadata.append(("retry-after", str(math.ceil(self.retry_after_seconds))))
            metadata.append(("retry-after-ms", str(math.ceil(self.retry_after_seconds * 1000))))
        if self.status is grpc.StatusCode.UNAUTHENTICATED:
            metadata.append(("www-authenticate", "Bearer"))
        return tuple(metadata)

    def openai_error(self) -> dict[str, str | None]:
        """The object under `error` in OpenAI's answers."""
        return {
            "message": self.message,
            "type": OPENAI_TYPES.get(self.status, "invalid_request_error"),
            "param": self.param,
            "code": self.code,
        }

    def _details(self) -> status_pb2.Status:
        metadata = {} if self.param is None else {"param": self.param}
        details = [_packed(error_details_pb2.ErrorInfo(reason=self.code, domain=DOMAIN, metadata=metadata))]
        if self.retry_after_seconds is not None:
            delay = Duration()
            delay.FromTimedelta(timedelta(seconds=self.retry_after_seconds))
            details.append(_packed(error_details_pb2.RetryInfo(retry_delay=delay)))
        return status_pb2.Status(code=self.status.value[0], message=self.message, details=details)


def failure(error: Exception) -> Failure:
    """What the caller is told of `error`: everything of a SpeechError, nothing of a bug of ours."""
    for kind, status in STATUSES:
        if isinstance(error, kind):
            return Failure(status, error.code, _short(error.message), error.param, error.retry_after_seconds)
    return Failure(
        grpc.StatusCode.INTERNAL,
        "internal_error",
        "Something is wrong in the service. Its log tells the cause under the id of this request.",
    )


def _short(message: str) -> str:
    encoded = message.encode()
    if len(encoded) <= MAX_MESSAGE_BYTES:
        return message
    return encoded[:MAX_MESSAGE_BYTES].decode(errors="ignore") + "…"


def _packed(detail: error_details_pb2.ErrorInfo | error_details_pb2.RetryInfo) -> Any:
    packed = Any()
    packed.Pack(detail)
    return packed
