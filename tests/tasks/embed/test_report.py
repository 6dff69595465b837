import io

import numpy as np
import pytest
from rich.console import Console

from bert_tf.report.run_page import run_page
from bert_tf.tasks.embed.comparison import WORDS
from bert_tf.tasks.embed.recall_table import recall_table
from bert_tf.tasks.embed.report import EmbedReport

# Of 100 rows, 70 stand first, 15 second, and 15 from 3 to 31.
RANKS = np.concatenate([np.ones(70, int), np.full(15, 2), np.arange(3, 33, 2)])


@pytest.fixture
def page(contents, drawn):
    def draw(ranks=RANKS, **changes):
        made = contents(drawn(ranks), **changes)
        return run_page(made, EmbedReport(), WORDS)

    return draw


def test_misses_are_explained_first_then_the_narrowest_hits(contents, drawn):
    rows = drawn(RANKS)
    targets = EmbedReport().rows_to_explain(contents(rows).found)
    order = list(targets)
    assert RANKS[order].tolist() == [*range(31, 11, -2), *[1] * 10]
    lead = rows.answers.outputs["score"] - rows.answers.outputs["wrong_score"]
    assert sorted(order[10:]) == sorted(np.argsort(np.where(RANKS == 1, lead, np.inf))[:10].tolist())
    assert set(targets.values()) == {0}


def test_the_page_tells_of_ranks(page):
    found = page()
    assert "recall@1 is 0.7000" in found
    assert "ranking the 50 texts at random would score 0.0200" in found
    for rank, rows, share in (
        ("1", 70, "70.0%"),
        ("2 to 5", 17, "17.0%"),
        ("6 to 10", 2, "2.0%"),
        ("11 to 100", 11, "11.0%"),
    ):
        assert f'<th scope="row">{rank}</th><td class="number">{rows}</td><td class="number">{share}</td>' in found
    assert "first 2 dimensions" in found
    assert "Mistakes, worst rank first" in found
    assert "which is at rank 31" in found
    assert "nearest wrong texts: " in found


def test_a_model_that_ranks_at_random_is_told(page):
    assert "not significantly better than ranking at random" in page(np.arange(1, 51))
    assert "not significantly better than ranking at random" not in page()


def test_texts_to_find_that_are_cut_are_told(page, contents, drawn):
    facts = {**contents(drawn(RANKS)).facts, "truncated_texts_to_find": {"test": 3}}
    assert "3 texts to find are cut at text.max_tokens" in page(facts=facts)
    assert "to find are cut" not in page()


def test_a_run_without_answers_has_its_measures(contents, drawn):
    found = contents(drawn(RANKS)).found
    left = contents(None, metrics={"test": found.metrics})
    drawn_page = run_page(left, EmbedReport(), WORDS)
    assert "recall@1 is 0.7000" in drawn_page
    assert "Ranks of the matching texts" not in drawn_page


def test_the_terminal_has_a_row_for_each_number_of_dimensions(contents, drawn):
    screen = io.StringIO()
    Console(file=screen, width=120).print(recall_table(contents(drawn(RANKS)).found.metrics))
    lines = [[cell.strip() for cell in line.split("│")[1:-1]] for line in screen.getvalue().splitlines() if "│" in line]
    assert [line[0] for line in lines] == ["whole", "first 2 dimensions", "50 texts at random"]
    assert [line[1] for line in lines] == ["0.7000", "0.0000", "0.0200"]


def test_the_map_tells_hits_from_misses(page):
    found = page()
    assert "coloured by whether the matching text is ranked first" in found
    assert "matching text first: 70 texts around" in found
    assert "another text first: 30 texts around" in found
