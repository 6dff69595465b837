"""MODEL_CARD.md: what a model is for, how good it is, and how it was made, from what its run knows.

After Mitchell et al. 2019, "Model Cards for Model Reporting". What bert_tf can't know, such as licences, it says so.
"""

import re
from collections.abc import Mapping
from typing import Any

from bert_tf.data.duplicates import leakage_note
from bert_tf.export.task_serving import TaskServing
from bert_tf.plurals import counted
from bert_tf.runs.run_metrics import measured_split

_TEMPLATE = "MODEL_CARD.md.j2"
# An underscore within a word is a letter (CommonMark 0.31, section 6.2).
_MARKUP = re.compile(r"([\\`*\[\]|~<>&]|(?<![^\W_])_|_(?![^\W_]))")
# A heading, a list or a rule, where a line begins with it; a number such as 0.1 begins no list.
_BEGINS_BLOCK = re.compile(r"^(\d{0,9})([.)](?=\s|$)|[#+=-](?=[\s#+=-]|$))")


def model_card(
    manifest: Mapping[str, Any],
    serving: TaskServing,
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
        serving: Has the task's words.
        description: One line on what the recipe trains, or "".
        training: Settings to list, by name.
        data: `run.json`'s "data": rows, counts, fingerprints, leakage, duplicates, bad rows.
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
    environment.filters |= {"text": escaped, "counted": counted}
    split = measured_split(metrics) or ""
    measured = metrics.get(split, {})
    served = manifest["signatures"]["serving_default"]
    compared = manifest["compared_with_float32"]
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
        words=serving.card(measured, data, None if compared is None or compared["split"] is None else compared),
        truncated_share=measured.get("truncated_share"),
        data=data,
        beside_float32=_beside_float32(manifest),
        leakage=[leakage_note(name, count, data["rows"][name]) for name, count in data["leakage"].items() if count],
        without_leaked=measured.get("without_leaked"),
        skipped=sum(cause["rows"] for cause in data["bad_rows"]),
        duplicates=data["duplicates"],
    )


def escaped(value: object) -> str:
    """A value as plain text in a line of Markdown: no markup, no HTML, no line's end."""
    return _BEGINS_BLOCK.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", " ".join(str(value).split())))


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
