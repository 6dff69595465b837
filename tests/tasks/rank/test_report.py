import io

import numpy as np
import pytest
from rich.console import Console

from bert_tf.report.run_page import run_page
from bert_tf.tasks.rank.card import card_words
from bert_tf.tasks.rank.comparison import WORDS
from bert_tf.tasks.rank.ranking_table import ranking_table, verdicts
from bert_tf.tasks.rank.report import RankReport

# Of 100 rows of ten users.
RANKS = np.tile([1, 1, 2, 2, 5, 9, 12, 20, 30, 40], 10)


@pytest.fixture
def page(contents, drawn):
    def draw(ranks=RANKS, **changes):
        return run_page(contents(drawn(ranks, **changes)), RankReport(), WORDS)

    return draw


def test_misses_are_explained_first_then_the_best_hits(contents, drawn):
    targets = RankReport().rows_to_explain(contents(drawn(RANKS)).found)
    assert RANKS[list(targets)].tolist() == [*[40] * 10, *[1] * 10]
    assert set(targets.values()) == {0}


def test_the_page_tells_plainly_what_ranks_better(page):
    found = page(popularity=RANKS + 10, ids=np.maximum(RANKS // 2, 1))
    assert "nDCG@10 is " in found
    assert "ranking the most popular items first would score 0.0" in found
    assert "The model ranks better than popularity" in found
    assert "The model ranks worse than the same towers with ids" in found
    assert "does not rank significantly better or worse than item-to-item co-occurrence" in found
    assert "new items: 20 events, 10 users" in found.lower()
    assert "events without a history" in found
    assert "longer than rank.history" in found
    assert "is at rank 40" in found
    assert "who liked: movie" in found


def test_a_run_without_answers_has_its_rankings(contents, drawn):
    found = contents(drawn(RANKS)).found
    left = contents(None, metrics={"test": found.metrics})
    drawn_page = run_page(left, RankReport(), WORDS)
    assert "item-to-item co-occurrence" in drawn_page


def test_the_terminal_has_a_row_for_each_ranking(contents, drawn):
    screen, metrics = io.StringIO(), contents(drawn(RANKS)).found.metrics
    Console(file=screen, width=160).print(ranking_table(metrics))
    lines = [[cell.strip() for cell in line.split("│")[1:-1]] for line in screen.getvalue().splitlines() if "│" in line]
    names = ["this model", "popularity", "item-to-item co-occurrence", "the same towers with ids"]
    assert [line[0] for line in lines if line[1]] == names * 2
    # The gains of a user's ten rows by hand: 1, 1, 1 / log2(3) twice, 1 / log2(6), 1 / log2(10).
    wanted = (2 + 2 / np.log2(3) + 1 / np.log2(6) + 1 / np.log2(10)) / 10
    assert lines[1][1] == f"{wanted:.4f}"


def test_the_card_has_what_speaks_against_the_model(contents, drawn):
    metrics = contents(drawn(RANKS, ids=np.maximum(RANKS // 2, 1))).found.metrics
    counts = {"users": 3, "median of a user": 1.5, "most of a user": 9}
    data = {"users": {"train": counts, "test": counts}, "rows": {"train": 9, "test": 100}}
    words = card_words(metrics, data, None)
    assert any("worse than the same towers with ids" in text for text in words.limitations)
    assert not any("better than popularity" in text for text in words.limitations)
    assert [row[0] for row in words.tables[0].rows] == [
        "this model", "popularity", "item-to-item co-occurrence", "the same towers with ids",
    ]  # fmt: skip
    assert words.data_cells["train"] == ["3", "2", "9"]
    assert "nDCG@10" in words.scores[0]
    assert [better for better, _ in verdicts(metrics)] == [True, None, False]
    compared = {"rows": 5, "split": "test", "ndcg_at_10": 0.5, "float32_ndcg_at_10": 0.51, "largest_difference": 0.01}
    assert "is 0.5000, and that of the same model in float32 0.5100" in card_words({}, data, compared).beside_float32
