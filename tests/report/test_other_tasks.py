"""A task of numbers, made here: a report and a comparison need nothing that knows of labels."""

import dataclasses
import io

import numpy as np
import pyarrow as pa
import pytest
from markupsafe import Markup

from bert_tf.evaluation.paired import paired_difference
from bert_tf.evaluation.predictions import read_predictions, write_predictions
from bert_tf.evaluation.row_statistics import RowStatistics
from bert_tf.evaluation.split_metrics import Answers, row_scores
from bert_tf.measures import Measure
from bert_tf.report.compared_runs import Answer, ComparedRun, Disagreement, Pairing, Score
from bert_tf.report.comparison import Comparison
from bert_tf.report.comparison_page import comparison_html
from bert_tf.report.comparison_text import comparison_text
from bert_tf.report.findings import length_findings
from bert_tf.report.measured import measured
from bert_tf.report.paired_words import PairedWords
from bert_tf.report.run_page import judged_page
from bert_tf.report.sections import Card, ExampleGroup, Section, Sections
from bert_tf.report.shown_examples import ShownAnswer, make_examples
from bert_tf.report.verdict import Reference, headline
from bert_tf.terminal import TerminalConsole

ERROR = Measure("mean_error", "mean error", better="less", unit="points")
WORDS = PairedWords(
    measure=ERROR,
    test="exact sign test",
    won="closer",
    only="",
    same_rows="as close on every row as",
    same_ones="equally close on all of them",
    title="Closer in {} than in {}",
    apart="Rows by how much closer one run is.",
    first="with the largest differences",
    order="largest difference first",
    expected="expected",
    figure="error",
    answer=("value", "error"),
)


class NumberColumns:
    kept = ("expected", "value")
    compared_facts = ()

    def fields(self, facts):
        return [pa.field(name, pa.float32()) for name in self.kept]

    def values(self, answers):
        return {"expected": answers.expected, "value": answers.outputs["value"]}

    def answers(self, table, facts):
        return Answers(table["expected"].to_numpy(), {"value": table["value"].to_numpy()}, facts)


def errors_of(answers):
    return np.abs(answers.expected - answers.outputs["value"]).astype(float)


class NumberMetrics:
    measures = (ERROR,)

    def after_epoch(self, answers):
        return {"mean_error": float(errors_of(answers).mean())}

    figures = after_epoch

    def tables(self, answers):
        return {}

    def statistics(self, answers):
        errors = errors_of(answers)
        return RowStatistics(np.stack([errors, np.ones(len(errors))], axis=1), np.arange(len(errors)))

    def score(self, sums):
        return {"mean_error": sums[..., 0] / sums[..., 1]}


def shown_answer(answers, row):
    expected = f"expected {answers.expected[row]:.2f}"
    return ShownAnswer(f"{answers.outputs['value'][row]:.2f}", "", expected, "Raise it", "Lower it")


class NumberReport:
    def rows_to_explain(self, found):
        return {int(row): 0 for row in np.argsort(-errors_of(found.rows.answers))[:3]}

    def sections(self, contents):
        found = contents.found
        answers = found.rows.answers
        shown = {
            row: ShownAnswer(
                f"{answers.outputs['value'][row]:.2f}",
                "",
                f"expected {answers.expected[row]:.2f}",
                "Raise it",
                "Lower it",
            )
            for row in self.rows_to_explain(found)
        }
        return Sections(
            headline(found, "always giving the mean would be off by 2.0000"),
            cards=[Card("Largest error", f"{errors_of(answers).max():.2f}", "points")],
            findings=length_findings(found),
            results=[Section("scatter", "Scatter", Markup('<section><h2 id="scatter">Predicted</h2></section>'))],
            texts=[ExampleGroup("Worst rows", make_examples(found.rows, shown, contents.explanations), none="None.")],
            words=("raise the value", "lower it"),
        )

    def tables(self, metrics):
        return []


@dataclasses.dataclass
class Rows:
    targets: np.ndarray
    facts: dict = dataclasses.field(default_factory=lambda: {"mean": 3.0, "deviation": 1.5})
    fingerprint: str = "f00"

    def __len__(self):
        return len(self.targets)

    def texts(self, start, stop):
        return [f"text {row}".encode() for row in range(start, min(stop, len(self)))]

    def pairs(self, start, stop):
        return None

    def places(self, start, stop):
        return [f"rows.csv:{row + 2}" for row in range(start, min(stop, len(self)))]


@pytest.fixture
def answered(tmp_path):
    """A hundred rows, each 0.5 off, or as far as `noise` says."""

    def make(noise=0.5):
        expected = np.linspace(1, 5, 100, dtype=np.float32)
        path, columns = tmp_path / "test.parquet", NumberColumns()
        outputs = {"value": (expected + noise).astype(np.float32)}
        write_predictions(
            path, Rows(expected), columns=columns, outputs=outputs, lengths=np.arange(100, dtype=np.int32)
        )
        return read_predictions(path, columns)

    return make


def test_answers_come_back_with_their_facts(answered):
    rows = answered()
    assert rows.answers.facts == {"mean": 3.0, "deviation": 1.5}
    assert errors_of(rows.answers) == pytest.approx(np.full(100, 0.5), abs=1e-6)


def test_the_page_has_what_the_task_says(answered, contents):
    rows = answered(np.where(np.arange(100) < 50, 0.25, 2.0))
    found = measured({"test": rows}, NumberMetrics(), max_tokens=1000)
    epochs = [{"loss": 1.0, "mean_error": 2.0, "val_loss": 0.9, "val_mean_error": 1.5}]
    made = contents(None, measures=(ERROR,), found=found, splits={"test": rows}, epochs=epochs, metrics={})
    reference = Reference("runs/a/b", paired_difference(*np.eye(2)[:, :1], better="less"))
    page, verdict = judged_page(dataclasses.replace(made, reference=reference), NumberReport(), WORDS)
    assert verdict.headline.startswith("Test mean error is 1.1250 on 100 texts (95% interval ")
    assert verdict.headline.endswith("; always giving the mean would be off by 2.0000.")
    assert "mean error differs by" in verdict.lead[0]
    assert "exact sign test" in verdict.lead[0]
    assert "Mean error is higher on texts of" in " ".join(finding.text for finding in verdict.findings)
    for shown in (
        "Largest error",
        '<a href="#scatter">Scatter</a>',
        "Worst rows",
        "✗ expected",
        "Mean error by text length",
    ):
        assert shown in page
    for unknown in ("accuracy", "label ", "onfusion", "Calibration"):
        assert unknown not in page[page.index("<body>") : page.index('<h2 id="training">')]


def compared(first, second):
    """Run 2 against run 1."""
    both = [row_scores(NumberMetrics(), rows.answers) for rows in (second, first)]
    paired = paired_difference(*both, better="less")
    said = (Answer("1.26", 0.1, "+0.1", True), Answer("1.66", 0.5, "+0.5", False))
    row = Disagreement(4, "rows.csv:6", "text 4", None, "1.16", *said)
    scores = [{"mean_error": Score(float(each.mean()), 0.1, 0.6)} for each in reversed(both)]
    runs = tuple(ComparedRun(n, f"runs/a/{n}", "", "trained", rows=100, scores=scores[n - 1]) for n in (1, 2))
    return Comparison("test", (ERROR,), WORDS, runs, 1, (Pairing(2, 1, paired, (row,), ()),), (), (), (), None)


def test_the_run_with_less_error_is_the_better_one(answered):
    found = compared(answered(0.5), answered(0.1))
    assert found.verdict == "Run 2 is better than run 1: its mean error is 0.4000 lower."
    assert found.sentence(found.pairs[0]).startswith("The mean error of run 2 is 0.4000 lower than that of run 1 (95%")
    assert "100 rows are closer in run 2 and 0 in run 1: the difference is significant (exact sign test" in (
        found.sentence(found.pairs[0])
    )
    assert compared(answered(0.1), answered(0.5)).verdict == (
        "Run 1 is better than run 2: its mean error is 0.4000 lower."
    )


def test_as_json_its_keys_are_the_tasks(answered):
    (pair,) = compared(answered(0.5), answered(0.1)).document["pairs"]
    assert pair["mean_error"]["only_first"] == 100
    assert pair["run_closer"][0]["answer"] == {"value": "1.26", "error": 0.1}
    assert pair["run_closer"][0]["expected"] == "1.16"


def test_page_and_terminal_of_a_comparison_have_the_tasks_words(answered):
    found = compared(answered(0.5), answered(0.1))
    page = comparison_html(found)
    assert "<h3>Closer in run 2 than in run 1</h3>" in page
    assert "Mean error with its 95% interval" in page
    assert '"closer_run", "place", "expected", "run_2_predicted", "run_2_error"' in page
    console = TerminalConsole(file=io.StringIO(), width=200, highlight=False)
    for part in comparison_text(found):
        console.print(part)
    said = console.file.getvalue()
    assert "Closer in run 2 than in run 1: 100 rows, largest difference first" in said
    for unknown in ("accuracy", "Right in", "label "):
        assert unknown not in said
        assert unknown not in page[page.index("<body>") : page.index('<script type="module">')]
