"""What can go wrong for the caller. Our own bugs are ordinary exceptions and never belong here.

    SpeechError
    ├── InvalidRequest            the request cannot be served as it stands; sending it again will not help
    │   ├── MissingParameter      a required field is absent or blank
    │   ├── InputTooLong          more characters than the operator allows
    │   ├── UnspeakableInput      nothing in the text can be said
    │   └── ModelNotFound         no model of that name
    ├── InvalidKey                no key, or one that we do not know
    ├── RateLimited               this key is over its own limit; wait `retry_after_seconds`
    ├── Overloaded                this replica is full; another one may not be
    ├── DeadlinePassed            the caller's deadline passed before the audio was there
    └── Unavailable               the service cannot speak at all just now (starting, draining, device lost)

`rpc.status` turns these into google.rpc.Status, in one place. `code` is OpenAI's `error.code`.
"""


class SpeechError(Exception):
    """An error that the caller is told about.

    The message is a sentence for the client; `param` is the request field at fault, if one is.
    """

    code = "invalid_value"
    retry_after_seconds: float | None = None

    def __init__(self, message: str, *, param: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.param = param


class InvalidRequest(SpeechError):
    """A field holds something that it may not hold."""


class MissingParameter(InvalidRequest):
    """A required field is absent or blank."""

    code = "missing_required_parameter"


class InputTooLong(InvalidRequest):
    """The text has more characters than the operator allows."""

    code = "string_above_max_length"


class UnspeakableInput(InvalidRequest):
    """Nothing in the text can be said."""

    code = "unspeakable_input"


class ModelNotFound(InvalidRequest):
    """No model of that name."""

    code = "model_not_found"


class InvalidKey(SpeechError):
    """No key, or one that we do not know."""

    code = "invalid_api_key"


class RateLimited(SpeechError):
    """This key is over its own limit."""

    code = "rate_limit_exceeded"

    def __init__(self, message: str, *, retry_after_seconds: float) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class Overloaded(SpeechError):
    """This replica is full; another one may not be."""

    code = "overloaded"

    def __init__(self, message: str, *, retry_after_seconds: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class DeadlinePassed(SpeechError):
    """The caller's deadline passed before the audio was there."""

    code = "timeout"


class Unavailable(SpeechError):
    """The service cannot speak just now: it starts, drains, or has lost its device."""

    code = "service_unavailable"
    retry_after_seconds = 1.0
