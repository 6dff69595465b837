import json

import pytest


@pytest.fixture
def reviews(tmp_path):
    texts = [f"The film number {number} was {'good' if number % 2 else 'bad'}." for number in range(30)]
    lines = [f"{text},{number % 2}" for number, text in enumerate(texts)]
    lines += ["\x1b[31mred [bold]markup[/bold],1", ",0"]
    (tmp_path / "reviews.csv").write_text("\n".join(["text,label", *lines]) + "\n")
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "mine.toml").write_text(
        'task = "classify"\n[data]\nsource = "files"\ntrain = "reviews.csv"\ntest = 0.2\n[text]\nmax_tokens = 8\n'
    )


def test_what_would_be_trained_on(reviews, invoke):
    done = invoke("data", "mine", "--set", "data.on_bad_row=skip", "--set", "data.test=", "--samples", "20")
    assert done.returncode == 0, done.stderr
    for part in ("reviews.csv:32", "empty text", "truncated at 8", "100.0%", "The film number", "[bold]markup[/bold]"):
        assert part in done.stdout
    assert "\x1b" not in done.stdout


def test_json(reviews, invoke):
    done = invoke("data", "mine", "--set", "data.on_bad_row=skip", "--samples", "1", "--json")
    content = json.loads(done.stdout)
    assert content["report"]["rows"] == {"train": 25, "test": 6}
    (cause,) = content["report"]["bad_rows"]
    assert (cause["split"], cause["reason"], cause["rows"]) == ("train", "empty text", 1)
    assert (cause["sentence"], cause["places"]) == ("reviews.csv:33: text is empty", ["reviews.csv:33"])
    assert content["max_tokens"] == 8
    assert content["language"] == ""
    assert [len(samples) for samples in content["samples"].values()] == [1, 1]


def test_bad_rows_are_told_with_their_places(reviews, invoke):
    done = invoke("data", "mine", "--json")
    assert done.returncode == 4
    error = json.loads(done.stdout)["error"]
    assert error["problems"] == ["reviews.csv:33: text is empty"]
    assert "on_bad_row" in error["hint"]
    (cause,) = error["causes"]
    assert (cause["split"], cause["reason"], cause["rows"]) == ("train", "empty text", 1)


def test_a_wrong_recipe(reviews, invoke):
    done = invoke("data", "mien")
    assert done.returncode == 3
    assert "did you mean 'mine'?" in done.stderr
