"""What becomes of a request before the service sees it: routes, JSON in all its forms, sizes, the voice."""

import json
import random
import socket
from http.client import HTTPResponse

import pytest
from edge.calls import SPEECH, error_of

from vivavoce.pb.speech_pb2 import Model

JSON = {"content-type": "application/json"}
VOICE = '{"model": "m", "input": "Hi.", "voice": %s}'


def echo(http, body: bytes | str, path: str = SPEECH, **headers: str) -> dict:
    """The request as the service got it."""
    response = http.post(path, content=body, headers={**JSON, **headers})
    assert response.status_code == 200, response.text
    return response.json()


def refused(http, body: bytes | str, status: int = 400) -> dict:
    response = http.post(SPEECH, content=body, headers=JSON)
    assert response.status_code == status, response.text
    return error_of(response)


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/v1/audio/speech", 405, "POST"),
        ("PUT", "/audio/speech", 405, "POST"),
        ("OPTIONS", "/v1/audio/speech", 405, "POST"),
        ("POST", "/v1/models", 405, "GET"),
        ("DELETE", "/v1/models/one", 405, "GET"),
        ("POST", "/v1/audio/voices", 405, "GET"),
        ("GET", "/v1/audio/transcriptions", 404, None),
        ("POST", "/v1/chat/completions", 404, None),
        ("GET", "/stats", 404, None),
        ("POST", "/quitquitquit", 404, None),
        ("POST", "/speech.v1.SpeechService/Synthesize", 404, None),
    ],
)
def test_wrong_urls_and_methods_are_told_so(http, method, path, status, allow):
    response = http.request(method, f"{path}?query=secret", headers=JSON)
    assert (response.status_code, response.headers.get("allow")) == (status, allow)
    error = error_of(response)
    assert error["code"] == {404: "unknown_url", 405: "method_not_supported"}[status]
    assert f"{method} {path}" in error["message"].replace(" on ", " ")
    assert "secret" not in error["message"]


@pytest.mark.parametrize("prefix", ["/v1", ""])
@pytest.mark.parametrize("end", ["", "/"])
def test_every_form_of_a_path_is_known(http, prefix, end):
    assert echo(http, '{"model": "m"}', f"{prefix}/audio/speech{end}") == {"model": "m"}
    for path in ("/models", "/audio/models"):
        answer = http.get(f"{prefix}{path}{end}").json()
        assert answer["data"] == answer["models"] != []
    assert http.get(f"{prefix}/audio/voices{end}").json()["voices"][0]["id"] == "one"
    assert http.get(f"{prefix}/models/one{end}").json()["id"] == "one"


def test_slashes_may_be_doubled(stage):
    """As where a base URL ends in one: "https://host/v1/" + "/models"."""
    assert stage.get("//v1//models").json()["object"] == "list"


def test_answers_hold_every_field_under_its_name_in_the_contract(http):
    (model,) = http.get("/v1/models").json()["data"]
    assert model.keys() == {field.name for field in Model.DESCRIPTOR.fields}
    assert (model["alias_of"], model["language_codes"]) == ("", [])


@pytest.mark.parametrize("path", ["/v1/models/acme%2Fone", "/v1/models/acme/one", "/models/acme%2fone"])
def test_a_model_id_may_hold_a_slash(http, path):
    answer = http.get(path).json()
    assert (answer["id"], answer["object"], answer["created"]) == ("acme/one", "model", 1_790_000_000)


def test_query_parameters_are_fields_where_there_is_no_body_and_else_ignored(http):
    assert http.get("/v1/audio/voices?language_code=en-GB&what=else").json()["voices"][0]["name"] == "en-GB"
    assert echo(http, '{"model": "m"}', f"{SPEECH}?api-version=2026-11-01") == {"model": "m"}


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/json; charset=utf-8", "APPLICATION/JSON"]
)
def test_any_content_type_is_read_as_json(http, content_type):
    assert echo(http, '{"model": "m"}', **{"content-type": content_type}) == {"model": "m"}


@pytest.mark.parametrize(
    ("body", "received"),
    [
        ("", {}),
        ("{}", {}),
        ('{"model": "m", "stream": true, "x": [[{"y": null}]]}', {"model": "m"}),
        ('{"model": "a", "model": "b"}', {"model": "b"}),
        ('{"responseFormat": "wav"}', {"response_format": "wav"}),
        ('{"speed": "1.5"}', {"speed": 1.5}),
        ('{"speed": null, "input": null}', {}),
        ('{"speed": "NaN"}', {"speed": "NaN"}),
        ('{"input": "a\\u0000b \\ud83d\\ude42 日本"}', {"input": "a\0b 🙂 日本"}),
        ('{"model": "m",}', {"model": "m"}),
        ("{'model': 'm'}", {"model": "m"}),
        ('{"model": "m", "x": %s}' % ("[" * 90 + "]" * 90), {"model": "m"}),
    ],
)
def test_lenient_json_reaches_the_service(http, body, received):
    """Which checks what is left: nothing missing, finite numbers, no control characters."""
    assert echo(http, body) == received


@pytest.mark.parametrize(
    "body",
    [
        '{"model"', '{"model": "m"} x', '{"a": 1}{"b": 2}', "null", "[]", '"x"', "5", "   ",
        '{"speed": NaN}', '{"speed": 1e400}', '{"input": "\\ud800"}', '{"input": ["Hi."]}',
        '\ufeff{"model": "m"}', '{"model": "m"}'.encode("utf-16"), b'{"input": "\xff\xfe"}', b"--x\r\n",
        b"a=b",
        '{"x": %s}' % ("[" * 500 + "]" * 500), '{"voice": %s}' % ("[" * 90 + "]" * 90),
        '{"voice": %s}' % ('{"id":' * 5000 + "1" + "}" * 5000),
    ],
)  # fmt: skip
def test_what_is_not_a_json_object_is_refused(http, body):
    error = refused(http, body)
    assert (error["type"], error["code"]) == ("invalid_request_error", "invalid_request")


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ('{"speed": "fast"}', "speed"),
        ('{"speed": {}}', "speed"),
        ('{"speed": true}', "speed"),
        ('{"input": 5}', "input"),
        ('{"voice": 5}', "voice"),
        ('{"voice": {}}', "voice"),
        ('{"voice": {"name": "x"}}', "voice"),
        ('{"voice": {"id": 5}}', "voice"),
        ('{"pronunciations": [{"word": 5}]}', "pronunciations"),
    ],
)
def test_a_value_of_the_wrong_type_names_its_field(http, body, param):
    error = refused(http, body)
    assert (error["type"], error["code"], error["param"]) == ("invalid_request_error", "invalid_value", param)


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_of_a_megabyte_passes_and_no_more(http, chunked):
    def body(size):
        content = json.dumps({"voice": {"id": "v"}, "x": " " * size}).encode()
        return iter([content]) if chunked else content

    assert echo(http, body(1_000_000))["voice"] == "v"
    for size in (1_200_000, 5_000_000):
        assert refused(http, body(size), 413)["code"] == "request_too_large"


def test_headers_that_are_too_large_are_told_so(http):
    response = http.get("/v1/models", headers={"x-large": "a" * 70_000})
    assert response.status_code == 431
    error_of(response)


@pytest.mark.parametrize(
    "request_line", [b"GARBAGE", b"GET /v1/models HTTP/1.1\r\nno-colon", b"GET / HTTP/1.0"]
)
def test_what_is_not_http_gets_an_error_of_the_same_shape(stage, request_line):
    with socket.create_connection(("127.0.0.1", stage.port), timeout=5) as connection:
        connection.sendall(request_line + b"\r\n\r\n")
        response = HTTPResponse(connection)
        response.begin()
        assert response.status in (400, 426)
        assert json.loads(response.read())["error"].keys() == {"message", "type", "param", "code"}
        response.close()


@pytest.mark.parametrize(
    ("voice", "received"),
    [
        ('{"id": "x"}', "x"),
        ('\n{\t"id"\r:\n "x" }', "x"),
        ('{"id": "x", "name": {"id": "y"}, "tags": ["}", "{"]}', "x"),
        ('{"name": "}", "id": "x"}', "x"),
        (r'{"id": "q\"\\\u00e9\ud83d\ude42"}', 'q"\\é🙂'),
        (r'{"\u0069d": "x"}', "x"),
        ('{"id": "x", "id": "y"}', "y"),
        ('{"id": "x"}, "voice": {"id": "y"}', "y"),
        ('{"id": "x"}, "voice": "z"', "z"),
        ('{"id": ""}', None),
        ('"{\\"id\\": \\"x\\"}"', '{"id": "x"}'),
    ],
)
def test_a_voice_object_becomes_its_id(http, voice, received):
    assert echo(http, VOICE % voice).get("voice") == received


def test_only_the_voice_of_the_request_is_rewritten(http):
    texts = ['say "voice": {"id": "x"} please', '\\", "voice": {"id": "x"}', '{"voice": {"id": "x"}}']
    for text in texts:
        body = json.dumps(
            {"input": text, "x": {"voice": {"id": "y"}}, "y": [{"voice": {"id": 1}}], "voice": "v"}
        )
        assert echo(http, body) == {"input": text, "voice": "v"}
        assert echo(http, body.replace('"v"', '{"id": "w"}')) == {"input": text, "voice": "w"}
    assert echo(http, r'{"\u0076oice": {"id": "x"}}') == {"voice": "x"}


def test_any_request_keeps_its_meaning(http):
    """Random JSON, whose strings look like JSON: all that changes is an object that is the voice."""
    chance = random.Random(1)

    def text():
        return "".join(chance.choices('{}[]",:\\ \n\té🙂ab', k=chance.randrange(12))) + chance.choice(
            ["", "voice", '"voice": {"id": "q"}']
        )

    def value(depth):
        kinds = [text, lambda: chance.choice([1, -2.5e3, True, None])]
        if depth < 4:
            kinds += [lambda: [value(depth + 1) for _ in range(chance.randrange(4))]]
            kinds += [lambda: {chance.choice(["id", "voice", text()]): value(depth + 1) for _ in range(3)}]
        return chance.choice(kinds)()

    for _ in range(300):
        voice = {**{f"k{text()}": value(0) for _ in range(2)}, "id": text() + "!"}
        fields = [(f"x{number}{text()}", value(0)) for number in range(4)]
        fields += [("input", text() + "."), ("voice", voice)]
        chance.shuffle(fields)
        body = json.dumps(dict(fields), ensure_ascii=chance.random() < 0.5, indent=chance.choice([None, 1]))
        assert echo(http, body) == {"input": dict(fields)["input"], "voice": voice["id"]}


@pytest.mark.parametrize("filling", ["[", '{"a":', "\\\\", '"",', "[]", '1,"voice":{"id":"x"},"z":'])
def test_a_hostile_body_costs_little(http, filling):
    """The scanner is linear: a megabyte of its worst food is done in a moment."""
    body = (
        '{"voice": {"id": "x", "y": ["' + filling.replace('"', "'") * 100 + '"]}, "z": ' + filling * 250_000
    )
    response = http.post(SPEECH, content=body[:1_000_000], headers=JSON)
    assert response.status_code == 400
    assert response.elapsed.total_seconds() < 2
