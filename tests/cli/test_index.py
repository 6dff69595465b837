import pytest
from click.testing import CliRunner

from bert_tf.cli.index import answer_lines, index

FACTS = {"rows": 1200, "top": 3, "truncated": 2, "repeated_texts": 1, "threshold": 0.5, "report": {}}
REPORT = {
    "questions": {"in_scope": 40, "out_of_scope": 20},
    "area_under_curve": 0.875,
    "errors": {"in_scope_rejected": 1, "out_of_scope_answered": 0, "balanced_error": 0.0125},
    "held_out_errors": {"in_scope_rejected": 2, "out_of_scope_answered": 3, "balanced_error": 0.1},
    "recall@1": 0.5,
    "recall@3": 0.75,
    "mrr@3": 0.625,
}


def test_lines():
    assert list(answer_lines({**FACTS, "report": REPORT})) == [
        "answers  1,200, 2 of them truncated; 3 answers to a question",
        "note     1 answer repeats the text of another one",
        "found    recall@1 0.5000, recall@3 0.7500 of 40 questions",
        "scope    none_fits below 0.5000; area under the curve 0.8750 (40 questions with an answer, 20 without)",
        "errors   1 of 40 rejected, 0 of 20 answered, with a threshold chosen on these questions",
        "errors   2 of 40 rejected, 3 of 20 answered, with a threshold chosen on other questions",
    ]


def test_what_an_approximate_search_finds():
    search = {"recall": 0.9925, "candidates": 64, "questions": 1000, "top": 3}
    lines = list(answer_lines({**FACTS, "report": REPORT, "search": search}))
    told = "by 64 candidates (1,000 texts compared with an exact search)"
    assert lines[3] == f"search   0.9925 of the nearest 3 answers are found, {told}"


def test_where_questions_are_held_out_rows_that_is_said():
    lines = list(answer_lines({**FACTS, "report": {**REPORT, "held_out_rows": True}}))
    assert "note     the questions are the run's validation rows" in lines[4]


@pytest.mark.parametrize(
    ("report", "said"),
    [
        ({}, "it takes --questions, some with an answer and some without, or --held-out"),
        ({"questions": {"in_scope": 3, "out_of_scope": 0}}, "there are no questions without an answer"),
        ({"questions": {"in_scope": 0, "out_of_scope": 3}}, "there are no questions with an answer"),
        ({"questions": {"in_scope": 3, "out_of_scope": 3}}, "no threshold separates questions with an answer from"),
    ],
)
def test_why_there_is_no_threshold(report, said):
    *_, last = answer_lines({**FACTS, "threshold": None, "report": report})
    assert last.startswith(f"note     none_fits is not served: {said}")


def test_a_run_of_another_task(trained, invoke, tmp_path):
    (tmp_path / "answers.csv").write_text("id,text\n1,Yes.\n")
    done = invoke("index", str(trained.run), "--answers", "answers.csv")
    assert done.returncode != 0
    told = " ".join(done.stderr.split())
    assert "This run is of the task classify, whose model gives no vectors to search by." in told
    assert "train a recipe with the task embed" in told


@pytest.mark.parametrize("option", ["--to", "--sign-key"])
def test_a_search_beside_the_server_is_no_version(tmp_path, option):
    (tmp_path / "key.pem").touch()
    chosen = [option, str(tmp_path / "key.pem" if option == "--sign-key" else tmp_path)]
    done = CliRunner().invoke(index, [str(tmp_path), "--answers", "a.csv", "--approximate", "search", *chosen])
    assert done.exit_code == 2
    assert "writes no version" in done.output
