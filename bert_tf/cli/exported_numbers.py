"""What is told of the numbers that an exported model computes in, and of what fewer bits cost."""

from collections.abc import Iterator, Mapping
from typing import Any

from bert_tf.scores import score_text
from bert_tf.tasks.table import task_of_manifest


def number_lines(manifest: Mapping[str, Any]) -> Iterator[str]:
    """Lines for people, of what manifest.json says: one for a model in float32."""
    # Exports from before there was a choice are in float32.
    precision, quantize = manifest.get("precision", "float32"), manifest.get("quantize", "none")
    yield f"dtype    {precision}" if quantize == "none" else f"dtype    {precision}, weights stored as int8"
    compared = manifest.get("compared_with_float32")
    if compared is None:
        return
    task = task_of_manifest(manifest)
    judged, unit = task.followed[0], task.serving_of_manifest(manifest).unit
    if compared["split"] is None:
        yield f"{judged.name:<8} not measured: the run has no held-out rows"
    else:
        own, full = (judged.text(compared[f"{prefix}{judged.key}"]) for prefix in ("", "float32_"))
        agree = f"{compared['equal_labels']:,} predictions agree, " if "equal_labels" in compared else ""
        yield (
            f"{judged.name:<8} {own} on {compared['rows']:,} {compared['split']} rows (float32 {full}); {agree}largest "
            f"difference in {unit} {score_text(compared['largest_difference'])}"
        )
    yield from _resources(manifest["size_and_latency"])


def _resources(measured: Mapping[str, Any]) -> Iterator[str]:
    own, full = measured["exported"], measured["float32"]
    share = own["size_bytes"] / full["size_bytes"]
    yield f"size     {_megabytes(own)} (float32 {_megabytes(full)}), ratio {share:.2f}"
    sizes = list(own.get("batch_sizes", ()))
    if sizes:
        batches = f"{', '.join(sizes[:-1])} and {sizes[-1]}"
        yield f"latency  {_milliseconds(own)} (float32 {_milliseconds(full)}), median for batches of {batches}"


def _megabytes(figures: Mapping[str, Any]) -> str:
    return f"{figures['size_bytes'] / 1e6:.1f} MB"


def _milliseconds(figures: Mapping[str, Any]) -> str:
    *times, last = (f"{batch['p50_ms']:.1f}" for batch in figures["batch_sizes"].values())
    return f"{', '.join(times)} and {last} ms"
