import csv
import json

import pytest

from bert_tf.planning.preview import preview_recipe
from bert_tf.tasks.recipes import load_recipe
from bert_tf.text.token_lengths import token_lengths

# One is longer than all others, so that 99% of the texts have no more tokens than it and than no other.
REPEATS = [number % 9 for number in range(59)] + [20]
TEXTS = [f"The film number {number} {'was long ' * repeats}and I liked it." for number, repeats in enumerate(REPEATS)]


@pytest.fixture
def recipe(tmp_path):
    with (tmp_path / "a.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *((text, n % 3) for n, text in enumerate(TEXTS)), ("", "1")])
    (tmp_path / "mine.toml").write_text(
        f'task = "classify"\n[data]\nsource = "files"\ntrain = "{tmp_path}/a.csv"\ntest = "{tmp_path}/a.csv[:10]"\n'
        'on_bad_row = "skip"\n[text]\nmax_tokens = 16\n'
    )
    return load_recipe(str(tmp_path / "mine.toml"))


def test_counts_and_lengths(recipe, cache, minilm):
    preview = preview_recipe(recipe, cache_folder=cache)
    assert preview.report.rows == {"train": 60, "test": 10}
    assert preview.report.leakage == {"test": 10}
    assert [(cause.split, cause.reason, cause.rows) for cause in preview.report.bad_rows] == [
        ("train", "empty text", 1)
    ]
    expected = token_lengths(minilm, TEXTS)
    lengths = preview.lengths["train"]
    assert lengths.longest == expected.max()
    assert lengths.truncated == (expected > 16).sum()
    assert lengths.truncated_share == pytest.approx(lengths.truncated / 60)
    for share, length in lengths.percentiles.items():
        assert (expected <= length).mean() >= share / 100
        assert (expected < length).mean() < share / 100


def test_samples_of_each_label(recipe, cache, minilm):
    preview = preview_recipe(recipe, cache_folder=cache, samples=2)
    assert list(preview.samples) == ["0", "1", "2"]
    for label, samples in preview.samples.items():
        assert len(samples) == 2
        for sample in samples:
            row = TEXTS.index(sample.text)
            assert row % 3 == int(label)
            assert sample.place.endswith(f"a.csv:{row + 2}")
            assert [sample.tokens] == token_lengths(minilm, [sample.text])
    assert preview_recipe(recipe, cache_folder=cache, samples=2) == preview


def test_it_is_json(recipe, cache):
    content = json.loads(json.dumps(preview_recipe(recipe, cache_folder=cache, samples=0).as_json()))
    assert set(content["report"]["class_counts"]) == set(content["lengths"])
    assert content["samples"] == {"0": [], "1": [], "2": []}
    assert set(content["lengths"]["train"]["percentiles"]) == {"50", "90", "95", "99"}
