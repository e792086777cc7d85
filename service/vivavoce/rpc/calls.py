"""What holds for every call of every method: who calls, what goes wrong, what is recorded.

In come the bytes of a request and gRPC's context. The method gets the parsed request, and what is known of it
by `current_call()`; the caller gets the answer or one status; the observer gets one record.
"""

import asyncio
import logging
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any, TypeAlias

import grpc
from google.protobuf.message import DecodeError
from structlog.contextvars import bind_contextvars

from vivavoce.core import Observer, RequestRecord
from vivavoce.errors import DeadlinePassed, InvalidRequest, Unavailable
from vivavoce.rpc.auth import Caller, Keys
from vivavoce.rpc.status import Failure, failure

HEALTH = "/grpc.health.v1.Health/"
"""Answers everybody: probes have no key."""
REQUEST_ID = "x-request-id"
MAX_REQUEST_ID_CHARACTERS = 128
CANCELLED = (grpc.StatusCode.CANCELLED, "")
PAST_DEADLINE = (grpc.StatusCode.DEADLINE_EXCEEDED, DeadlinePassed.code)

log = logging.getLogger(__name__)

Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"
Method: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"
"""gRPC calls it a method handler: a function, and how its messages are parsed."""


@dataclass(slots=True)
class Call:
    """One call under way; its method adds what it learns."""

    record: RequestRecord
    caller: Caller = field(default_factory=Caller)
    initial_metadata: tuple[tuple[str, str], ...] = ()
    """Sent before the first answer; headers over HTTP."""
    began: float = field(default_factory=perf_counter)

    def seconds(self) -> float:
        """Since the call arrived."""
        return perf_counter() - self.began

    def ends_with(self, status: grpc.StatusCode, code: str) -> None:
        self.record = replace(self.record, status=status.name, code=code)


_current: ContextVar[Call] = ContextVar("call")


def current_call() -> Call:
    """The call that the running task serves: gRPC gives each a task of its own."""
    return _current.get()


class Calls(grpc.aio.ServerInterceptor):
    """Stands before every method but those of the health service."""

    def __init__(self, keys: Keys | None, observer: Observer) -> None:
        self.open = False
        """Whether calls are answered; until then they get Unavailable."""
        self._keys = keys
        self._observer = observer
        self._running: set[asyncio.Task[Any]] = set()

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], "Awaitable[Method | None]"],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> "Method | None":
        path = handler_call_details.method
        method = await continuation(handler_call_details)
        if method is None or path.startswith(HEALTH):
            return method
        return self._around(path.rpartition("/")[2], method)

    async def ended(self) -> None:
        """Returns when the last call has cleaned up behind itself: gRPC does not wait for the cancelled."""
        if self._running:
            await asyncio.wait(self._running)

    def _around(self, name: str, method: Method) -> Method:
        """`method` with all that holds for every call around it."""
        respond: Any = method.unary_unary or method.unary_stream or method.stream_stream
        serialize = method.response_serializer

        async def answer(message: bytes, context: Context) -> object:
            async with self._call(name, context) as call:
                response = await respond(_parsed(message, method), context)
                await context.send_initial_metadata(call.initial_metadata)
                return response

        async def stream(messages: Any, context: Context) -> None:  # noqa: ANN401 - bytes, or an iterator
            async with self._call(name, context) as call:
                request = messages if method.request_streaming else _parsed(messages, method)
                await _send(respond(request, context), call, context)

        if not method.response_streaming:
            return grpc.unary_unary_rpc_method_handler(answer, None, serialize)
        if not method.request_streaming:
            return grpc.unary_stream_rpc_method_handler(stream, None, serialize)
        return grpc.stream_stream_rpc_method_handler(stream, method.request_deserializer, serialize)

    @asynccontextmanager
    async def _call(self, name: str, context: Context) -> AsyncIterator[Call]:
        asked = dict(context.invocation_metadata() or ())
        call = self._begin(name, _request_id(str(asked.get(REQUEST_ID, ""))))
        told: Failure | None = None
        try:
            self._admit(call, str(asked.get("authorization", "")))
            yield call
        except asyncio.CancelledError:
            # Also at the caller's deadline, which gRPC watches and tells the caller itself.
            late = context.time_remaining() == 0
            call.ends_with(*(PAST_DEADLINE if late else CANCELLED))
            raise
        except Exception as error:
            told = failure(error)
            if told.status is grpc.StatusCode.INTERNAL:
                log.exception("%s failed", name)
            call.ends_with(told.status, told.code)
        finally:  # before the caller hears of the end: whoever looks at the metrics then shall find it there
            times = replace(call.record.times, total=call.seconds())
            self._observer.request_finished(replace(call.record, times=times))
        if told:
            metadata = (*call.initial_metadata, *told.trailing_metadata())
            await context.abort(told.status, told.message, metadata)

    def _begin(self, name: str, request_id: str) -> Call:
        call = Call(RequestRecord(name, request_id, key="", status=grpc.StatusCode.OK.name))
        call.initial_metadata = ((REQUEST_ID, request_id),)
        _current.set(call)
        bind_contextvars(request_id=request_id)  # into every line that is logged for this call
        if task := asyncio.current_task():
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        self._observer.request_started(name)
        return call

    def _admit(self, call: Call, authorization: str) -> None:
        if self._keys:
            call.caller = self._keys.caller(authorization)
            call.record = replace(call.record, key=call.caller.name)
        if not self.open:
            raise Unavailable("The service is starting: try again in a moment.")


def _request_id(asked: str) -> str:
    """The id that the caller, or Envoy before us, gave the request; else a new one."""
    return asked if 0 < len(asked) <= MAX_REQUEST_ID_CHARACTERS else str(uuid.uuid4())


def _parsed(message: bytes, method: Method) -> Any:  # noqa: ANN401 - whatever the method takes
    """The request in `message`. gRPC would parse it before anybody could give a bad one its proper status."""
    parse = method.request_deserializer or bytes
    try:
        return parse(message)
    except DecodeError as error:
        raise InvalidRequest(f"The request cannot be parsed: {error}.") from None


async def _send(responses: AsyncGenerator[Any, None], call: Call, context: Context) -> None:
    # A generator that is handed to gRPC is not closed when its caller goes, but when it is collected.
    async with aclosing(responses):
        first = True
        async for response in responses:
            if first:
                await context.send_initial_metadata(call.initial_metadata)
                first = False
            await context.write(response)
