"""MODEL_CARD.md: what a model is for, how good it is, and how it was made, from what its run knows.

After Mitchell et al. 2019, "Model Cards for Model Reporting". What bert_tf can't know, such as licences, it says so.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bert_tf.data.duplicates import leakage_note
from bert_tf.evaluation.classification import label_intervals
from bert_tf.plurals import counted
from bert_tf.runs.run_metrics import measured_split
from bert_tf.scores import score_text

_TEMPLATE = "MODEL_CARD.md.j2"
# An underscore within a word is a letter (CommonMark 0.31, section 6.2).
_MARKUP = re.compile(r"([\\`*\[\]|~<>&]|(?<![^\W_])_|_(?![^\W_]))")
# A heading, a list or a rule, where a line begins with it; a number such as 0.1 begins no list.
_BEGINS_BLOCK = re.compile(r"^(\d{0,9})([.)](?=\s|$)|[#+=-](?=[\s#+=-]|$))")


def model_card(
    manifest: Mapping[str, Any],
    *,
    description: str,
    training: Mapping[str, Any],
    data: Mapping[str, Any],
    metrics: Mapping[str, Mapping[str, Any]],
    windows: bool = False,
) -> str:
    """The card in Markdown; whatever comes from data is escaped.

    Args:
        manifest: What manifest.json says.
        description: One line on what the recipe trains, or "".
        training: Settings to list, by name.
        data: `run.json`'s "data": rows, class counts, fingerprints, leakage, duplicates, bad rows.
        metrics: Those of "test" or "validation", as far as there are.
        windows: Whether longer texts are split instead of cut.
    """
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("bert_tf.export"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"text": escaped, "score": score_text, "counted": counted}
    split = measured_split(metrics) or ""
    measured = metrics.get(split, {})
    served = manifest["signatures"]["serving_default"]
    names = list(manifest["labels"])
    return environment.get_template(_TEMPLATE).render(
        manifest=manifest,
        description=description,
        training=training,
        takes_text="text" in served["inputs"],
        pairs="text_pair" in served["inputs"],
        outputs=served["outputs"],
        windows=windows,
        split=split,
        rows=measured.get("examples", 0),
        scores=_scores(measured),
        labels=_labels(measured, names),
        label_names=names,
        labels_sentence=", ".join(names),
        truncated_share=measured.get("truncated_share"),
        parts=_parts(data, names),
        beside_float32=_beside_float32(manifest),
        leakage=[leakage_note(name, count, data["rows"][name]) for name, count in data["leakage"].items() if count],
        without_leaked=measured.get("without_leaked"),
        skipped=sum(cause["rows"] for cause in data["bad_rows"]),
        duplicates=data["duplicates"],
    )


def escaped(value: object) -> str:
    """A value as plain text in a line of Markdown: no markup, no HTML, no line's end."""
    return _BEGINS_BLOCK.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", " ".join(str(value).split())))


def _scores(measured: Mapping[str, Any]) -> list[dict[str, Any]]:
    if not measured:
        return []
    names = {"accuracy": "accuracy", "macro_f1": "macro F1"}
    return [
        {"name": names[key], "value": measured[key], **interval._asdict()}
        for key, interval in label_intervals(*_rows(measured["confusion_matrix"])).items()
    ]


def _beside_float32(manifest: Mapping[str, Any]) -> list[dict[str, str]]:
    """Size and times of the version and of the same in float32, shown side by side; none of a version in float32."""
    measured = manifest.get("size_and_latency")
    if measured is None:
        return []
    both = {name: measured[name] for name in ("exported", "float32")}
    rows = [{"name": "size", **{name: f"{each['size_bytes'] / 1e6:.1f} MB" for name, each in both.items()}}]
    for size in measured["exported"].get("batch_sizes", ()):
        times = {name: f"{each['batch_sizes'][size]['p50_ms']:.1f} ms" for name, each in both.items()}
        rows.append({"name": f"{counted(int(size), 'text')} at a time, median", **times})
    return rows


def _rows(confusion: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray]:
    """True and predicted label ids of rows with this confusion matrix, whose rows are the true labels."""
    counts = np.array(confusion)
    true, predicted = np.indices(counts.shape).reshape(2, -1)
    return np.repeat(true, counts.ravel()), np.repeat(predicted, counts.ravel())


def _labels(measured: Mapping[str, Any], names: Sequence[str]) -> list[dict[str, Any]]:
    from scipy.stats import binomtest

    rows = []
    for index, name in enumerate(names if measured else ()):
        label = measured["per_class"][name]
        right, support = int(measured["confusion_matrix"][index][index]), int(label["support"])
        # Wilson's, which holds for few texts and for shares near 1.
        interval = binomtest(right, support).proportion_ci(method="wilson") if support else (0.0, 1.0)
        rows.append({"name": name, **label, "low": interval[0], "high": interval[1]})
    return rows


def _parts(data: Mapping[str, Any], names: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "rows": rows,
            "counts": [data["class_counts"].get(name, {}).get(label, 0) for label in names],
            "fingerprint": data["fingerprints"][name],
        }
        for name, rows in data["rows"].items()
    ]
