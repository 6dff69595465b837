"""A recipe's token ids by a pipeline: the files that this machine makes, byte for byte, also behind a kill."""

import pytest

from bert_tf.batches import token_file
from bert_tf.errors import TextError
from bert_tf.pipelines.part_tokenizer import PartTokenizer
from bert_tf.pipelines.token_pipeline import TokenPipeline
from bert_tf.planning.preparation import prepare_recipe
from bert_tf.tasks.recipes import load_recipe
from bert_tf.text.loading import load_tokenizer

PART_ROWS = 2048


@pytest.fixture(scope="module")
def recipe(minilm, tmp_path_factory):
    """5,000 rows of training and 300 of validation and test, of which many are cut and made windows of."""
    folder = tmp_path_factory.mktemp("recipe")
    for name, count in (("train", 5000), ("validation", 300), ("test", 300)):
        rows = [f'"{name} {"good film, " * (index % 9)}no. {index}",{index % 2}' for index in range(count)]
        (folder / f"{name}.csv").write_text("\n".join(["text,label", *rows]) + "\n")
    (folder / "mine.toml").write_text(
        'task = "classify"\n[data]\nsource = "files"\n'
        f'train = "{folder}/train.csv"\nvalidation = "{folder}/validation.csv"\n'
        f'test = "{folder}/test.csv"\n[text]\nmax_tokens = 16\nlong_texts = "windows"\nwindow_overlap = 4\n'
        f'[model]\nencoder = "{minilm}"\n'
    )
    return load_recipe(str(folder / "mine.toml"))


def new_cache(folder, cache):
    """An empty cache but for the character table that all tests share."""
    folder.mkdir()
    (folder / "characters").symlink_to(cache / "characters")
    return folder


@pytest.fixture(scope="module")
def expected(recipe, minilm, cache, tmp_path_factory):
    """What this machine makes, in one piece each."""
    load_tokenizer(minilm, cache_folder=cache)
    folder = new_cache(tmp_path_factory.mktemp("expected") / "cache", cache)
    return prepare_recipe(recipe, cache_folder=folder), files(folder)


@pytest.fixture
def prepare(recipe, cache, expected, tmp_path, monkeypatch):
    monkeypatch.setattr(token_file, "_PART_ROWS", PART_ROWS)
    monkeypatch.setenv("BERT_TF_CACHE", str(cache))
    new_cache(tmp_path / "cache", cache)

    def prepare(runner):
        pipeline = TokenPipeline(recipe, runner=runner, cache_folder=tmp_path / "cache")
        return prepare_recipe(recipe, cache_folder=tmp_path / "cache", ahead=pipeline.tokenize)

    return prepare


def files(cache):
    return {path.name: path.read_bytes() for path in (cache / "tokens").iterdir()}


def test_the_same_files(prepare, expected, tmp_path, in_this_process):
    runner = in_this_process()
    found = prepare(runner)
    assert files(tmp_path / "cache") == expected[1]
    assert (found.report, found.tokens, found.truncated) == (
        expected[0].report,
        expected[0].tokens,
        expected[0].truncated,
    )
    # Three parts of train; of validation and test their rows and what windows are made of.
    assert len(runner.done) == 3 + 2 * 2
    assert runner.exchange("", local=tmp_path).names() == []
    again = in_this_process()
    prepare(again)
    assert again.done == []


def test_by_two_processes_of_beam(prepare, expected, tmp_path, two_processes):
    prepare(two_processes)
    assert files(tmp_path / "cache") == expected[1]
    assert not list((tmp_path / "cache" / "pipelines").iterdir())


def test_parts_are_kept_and_damaged_ones_made_again(prepare, expected, tmp_path, in_this_process):
    with pytest.raises(KeyboardInterrupt):
        prepare(in_this_process(most=5))
    made = sorted((tmp_path / "exchange").rglob("ids/*/*.arrow"))
    assert len(made) == 5
    made[0].write_bytes(made[0].read_bytes()[:-1])
    runner = in_this_process()
    prepare(runner)
    assert len(runner.done) == 7 - 5 + 1
    assert files(tmp_path / "cache") == expected[1]


def test_a_worker_with_another_tokenizer_is_refused(prepare, in_this_process, monkeypatch):
    runner = in_this_process()

    def run(work, jobs, *, exchange):
        PartTokenizer(exchange.uri, "of another version")(jobs[0])

    monkeypatch.setattr(runner, "run", run)
    with pytest.raises(TextError, match="gives other ids than this machine's"):
        prepare(runner)
