"""What a caller is told in place of audio."""

from dataclasses import dataclass

import grpc
import pytest
from google.rpc.error_details_pb2 import ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status


@dataclass
class Refusal:
    """The status of a call and its details, of which exactly one is an ErrorInfo."""

    status: grpc.StatusCode
    message: str
    domain: str
    code: str
    param: str | None
    retry_seconds: float | None
    trailers: dict[str, str]


async def refusal(call) -> Refusal:
    """How `call` ends, which must not be well."""
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await (call.read() if hasattr(call, "read") else call)
    return told(raised.value)


def told(error) -> Refusal:
    trailers = dict(error.trailing_metadata())
    status = Status.FromString(trailers["grpc-status-details-bin"])
    assert (status.code, status.message) == (error.code().value[0], error.details())
    infos = [unpacked(detail, ErrorInfo) for detail in status.details if detail.Is(ErrorInfo.DESCRIPTOR)]
    delays = [unpacked(detail, RetryInfo) for detail in status.details if detail.Is(RetryInfo.DESCRIPTOR)]
    assert len(infos) == 1
    assert len(infos) + len(delays) == len(status.details)
    assert set(infos[0].metadata) <= {"param"}
    return Refusal(
        status=error.code(),
        message=error.details(),
        domain=infos[0].domain,
        code=infos[0].reason,
        param=infos[0].metadata.get("param"),
        retry_seconds=delays[0].retry_delay.ToTimedelta().total_seconds() if delays else None,
        trailers=trailers,
    )


def unpacked(detail, kind):
    message = kind()
    assert detail.Unpack(message)
    return message
