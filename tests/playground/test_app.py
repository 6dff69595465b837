"""What the server says to right and to wrong questions, over real connections."""

import json
import socket
import urllib.parse

import httpx
import pytest

from bert_tf import api

TEXT = "Arsenal's striker scored twice in the final."


@pytest.fixture(scope="module")
def client(run_url):
    # A server closes a connection that was idle for five seconds: what is asked at that moment would be lost.
    with httpx.Client(base_url=run_url, timeout=600, limits=httpx.Limits(keepalive_expiry=1)) as client:
        yield client


def test_answers_are_the_models(client, trained):
    texts = [TEXT, "", "Shares fell."]
    found = client.post("/api/answers", json={"texts": texts}).json()["probabilities"]
    expected = api.load(trained.model).predict(texts)
    labels = client.get("/api/model").json()["labels"]
    for one, answer in zip(found, expected, strict=True):
        assert dict(zip(labels, one, strict=True)) == pytest.approx(answer["probabilities"], abs=2e-5)


def test_facts(client, model_url):
    facts = client.get("/api/model").json()
    assert (facts["name"], facts["method"], facts["max_tokens"]) == ("bbc-news", "integrated gradients", 32)
    assert (facts["takes_pairs"], len(facts["labels"])) == (False, 5)
    assert httpx.get(f"{model_url}api/model", timeout=600).json()["method"] == "occlusion"


def test_words_and_what_is_not_read(client):
    found = client.post("/api/words", json={"text": TEXT * 9, "label": "sports"}).json()
    read = "".join(text for text, _ in found["words"])
    assert read + found["unread"] == TEXT * 9
    assert len(read) > 40
    assert len(found["unread"]) > 40
    assert found["completeness_error"] < 0.05
    whole = client.post("/api/words", json={"text": TEXT, "label": "sports"}).json()
    assert whole["unread"] == ""


def test_pairs(pair_url):
    asked = {"texts": ["a", "b"], "pairs": ["one two", "one"]}
    found = httpx.post(f"{pair_url}api/answers", json=asked, timeout=600).json()["probabilities"]
    # Three and two tokens with [SEP].
    assert found == [pytest.approx([1 / 4, 3 / 4]), pytest.approx([1 / 3, 2 / 3])]
    asked = {"text": "a", "pair": "one two", "label": "many"}
    words = httpx.post(f"{pair_url}api/words", json=asked, timeout=600).json()
    # Log-odds are log n: log 3 with both words, log 2 without one of them.
    assert [score for _, score in words["pair_words"]] == pytest.approx([0.405465, 0, 0.405465], abs=1e-4)
    assert words["words"] == [["a", pytest.approx(0, abs=1e-5)]]
    refused = httpx.post(f"{pair_url}api/words", json={"text": "a", "label": "many"}, timeout=600)
    assert (refused.status_code, refused.json()["error"]) == (422, "This model takes pairs of texts.")
    refused = httpx.post(f"{pair_url}api/answers", json={"texts": ["a"]}, timeout=600)
    assert (refused.status_code, refused.json()["error"]) == (422, "This model takes a second text for each text.")


@pytest.mark.parametrize(
    "path, asked, sentence",
    [
        ("answers", {"texts": []}, "There is no text"),
        ("answers", {"texts": ["a"] * 1001}, "more than 1,000 texts"),
        ("answers", {"texts": ["a", "b" * 20_001]}, "Line 2 is longer than 20,000 characters"),
        ("answers", {"texts": "a"}, "texts: "),
        ("answers", {"texts": [1]}, "texts.0: "),
        ("answers", {"texts": ["a"], "pairs": ["b"]}, "takes single texts"),
        ("answers", {"texts": ["a"], "model": "x"}, "model: "),
        ("answers", [], "JSON object"),
        ("words", {"text": "a"}, "label: "),
        ("words", {"text": "a" * 20_001, "label": "sports"}, "The text is longer than 20,000"),
        ("words", {"text": "a", "label": "<b>"}, "The model has no label '<b>'."),
        ("words", {"text": "a", "pair": "b", "label": "sports"}, "takes single texts"),
    ],
)
def test_wrong_questions_get_a_sentence(client, path, asked, sentence):
    response = client.post(f"/api/{path}", json=asked)
    assert response.status_code == 422
    assert sentence in response.json()["error"]


def test_what_is_not_json(client):
    json_type = {"Content-Type": "application/json"}
    assert client.post("/api/answers", content=b"{", headers=json_type).json()["error"] == "The request is not JSON."
    # A form of another page can send this without asking; JSON it can't.
    refused = client.post("/api/answers", content=b'{"texts": ["a"]}', headers={"Content-Type": "text/plain"})
    assert (refused.status_code, "JSON object" in refused.json()["error"]) == (422, True)


def test_too_much_at_once(client):
    refused = client.post("/api/answers", json={"texts": ["a" * 20_000] * 900})
    assert refused.status_code == 413


@pytest.mark.parametrize("text", ["nul\0", "\ud800", "\u202e<script>", "👩‍👩‍👧 " * 50, " \n "])
def test_odd_texts(client, model_url, text):
    body = json.dumps({"texts": [text]})
    headers = {"Content-Type": "application/json"}
    for url in (str(client.base_url), model_url):
        answered = httpx.post(f"{url.rstrip('/')}/api/answers", content=body, headers=headers, timeout=600)
        assert sum(answered.json()["probabilities"][0]) == pytest.approx(1, abs=1e-4)
        words = json.dumps({"text": text, "label": "tech"})
        assert httpx.post(f"{url.rstrip('/')}/api/words", content=words, headers=headers, timeout=600).is_success


@pytest.mark.parametrize(
    "method, path, status",
    [
        ("GET", "/nothing", 404),
        ("GET", "/api/answers", 405),
        ("POST", "/", 405),
        ("GET", "/page/nothing.js", 404),
        ("GET", "/page/..%2fapp.py", 404),
        ("GET", "/page/%2e%2e/app.py", 404),
        ("GET", "/docs", 404),
        ("GET", "/openapi.json", 404),
    ],
)
def test_other_addresses(client, method, path, status):
    response = client.request(method, path)
    assert response.status_code == status
    assert response.json()["error"].endswith(".")


@pytest.mark.parametrize("path", ["/", "/page/page.js", "/page/page.css", "/api/model", "/nothing"])
def test_headers(client, path):
    headers = client.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert {policy[name] for name in ("script-src", "style-src", "connect-src")} == {"'self'"}
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "server" not in headers


def test_another_name_for_this_server_is_refused(client):
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400
    assert client.get("/", headers={"Host": "localhost:1"}).status_code == 200


def test_who_has_gone_is_not_waited_for(client, run_url):
    place = urllib.parse.urlsplit(run_url)
    body = json.dumps({"text": TEXT * 9, "label": "sports"}).encode()
    head = f"POST /api/words HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Type: application/json\r\n"
    for _ in range(20):
        with socket.create_connection((place.hostname, place.port)) as connection:
            connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    assert client.post("/api/answers", json={"texts": [TEXT]}).is_success


def test_a_model_that_fails_is_told(run_subject, serving, monkeypatch):
    def broken(texts, pairs=None):
        raise ValueError("secret detail")

    monkeypatch.setattr(run_subject, "outputs", broken)
    with serving(run_subject) as url:
        response = httpx.post(f"{url}api/answers", json={"texts": ["a"]}, timeout=600)
    assert response.status_code == 500
    assert response.json()["error"] == "The model failed on this: ValueError. The terminal tells more."
