"""Exceptions → what the caller is told."""

import grpc
import pytest
from google.rpc.error_details_pb2 import ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status

from vivavoce import errors
from vivavoce.rpc.status import failure

BAD = "invalid_request_error"
CASES = [
    (errors.ModelNotFound("m", param="model"), "NOT_FOUND", "model_not_found", BAD),
    (errors.InvalidRequest("m", param="voice"), "INVALID_ARGUMENT", "invalid_value", BAD),
    (errors.MissingParameter("m", param="input"), "INVALID_ARGUMENT", "missing_required_parameter", BAD),
    (errors.InputTooLong("m", param="input"), "INVALID_ARGUMENT", "string_above_max_length", BAD),
    (errors.UnspeakableInput("m", param="input"), "INVALID_ARGUMENT", "unspeakable_input", BAD),
    (errors.InvalidKey("m"), "UNAUTHENTICATED", "invalid_api_key", BAD),
    (errors.RateLimited("m", retry_after_seconds=2), "RESOURCE_EXHAUSTED", "rate_limit_exceeded", "requests"),
    (errors.Overloaded("m", retry_after_seconds=0.25), "UNAVAILABLE", "overloaded", "server_error"),
    (errors.Unavailable("m"), "UNAVAILABLE", "service_unavailable", "server_error"),
    (errors.DeadlinePassed("m"), "DEADLINE_EXCEEDED", "timeout", "server_error"),
]  # fmt: skip


def details(told) -> Status:
    return Status.FromString(dict(told.trailing_metadata())["grpc-status-details-bin"])


@pytest.mark.parametrize(("error", "status", "code", "kind"), CASES, ids=lambda case: type(case).__name__)
def test_every_error_has_its_row(error, status, code, kind):
    told = failure(error)
    assert told.status is grpc.StatusCode[status]
    assert told.openai_error() == {"message": "m", "type": kind, "param": error.param, "code": code}
    sent = details(told)
    assert (sent.code, sent.message) == (told.status.value[0], "m")
    info = ErrorInfo()
    assert sent.details[0].Unpack(info)
    assert (info.domain, info.reason) == ("vivavoce", code)
    assert dict(info.metadata) == ({"param": error.param} if error.param else {})


def test_no_error_of_ours_is_without_a_row():
    def kinds(error):
        for kind in error.__subclasses__():
            yield kind
            yield from kinds(kind)

    assert {type(case[0]) for case in CASES} == set(kinds(errors.SpeechError))


@pytest.mark.parametrize("case", CASES, ids=lambda case: type(case[0]).__name__)
def test_waiting_is_told_where_it_helps(case):
    error = case[0]
    told, retry = failure(error), RetryInfo()
    metadata = dict(told.trailing_metadata())
    if error.retry_after_seconds is None:
        assert len(details(told).details) == 1
        assert not {"retry-after", "retry-after-ms"} & metadata.keys()
    else:
        assert details(told).details[1].Unpack(retry)
        assert retry.retry_delay.ToTimedelta().total_seconds() == error.retry_after_seconds
        assert int(metadata["retry-after"]) - error.retry_after_seconds < 1
        assert int(metadata["retry-after-ms"]) == error.retry_after_seconds * 1000


def test_only_a_wrong_key_is_asked_for_another():
    assert [
        type(case[0]) for case in CASES if "www-authenticate" in dict(failure(case[0]).trailing_metadata())
    ] == [errors.InvalidKey]


@pytest.mark.parametrize("bug", [RuntimeError("secret"), KeyError("secret"), TimeoutError()])
def test_a_bug_tells_nothing_of_itself(bug):
    told = failure(bug)
    assert (told.status, told.code) == (grpc.StatusCode.INTERNAL, "internal_error")
    assert "secret" not in told.message
    assert "\n" not in told.message


def test_long_messages_are_cut_where_it_shows():
    told = failure(errors.InvalidRequest("é" * 5000))
    assert told.message == "é" * 500 + "…"
    assert failure(errors.InvalidRequest("é" * 500)).message == "é" * 500
