"""The notebook of the documents, as a reader runs it: every cell, in a kernel of its own."""

import pathlib
import sys

import nbclient
import nbformat
import pytest

NOTEBOOK = pathlib.Path(__file__).parents[2] / "docs" / "notebook.ipynb"


@pytest.fixture(scope="module")
def outputs(one_layer, cache, tmp_path_factory):
    """What each cell shows, by the beginning of its source; with one layer, so that it takes a test's time."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    for cell in notebook.cells:
        quick = f'"model.encoder": {str(one_layer)!r}, "model.kernels": "reference", "export.hub": False, '
        cell.source = cell.source.replace("SMALL = {", f"SMALL = {{{quick}")
    folder = tmp_path_factory.mktemp("notebook")
    kernel = nbclient.NotebookClient(notebook, timeout=1800, resources={"metadata": {"path": str(folder)}})
    kernel.create_kernel_manager()
    kernel.km.kernel_cmd = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BERT_TF_CACHE", str(cache))
        kernel.execute()
    return {cell.source.partition("\n")[0]: cell.outputs for cell in notebook.cells if cell.cell_type == "code"}


def shown(outputs, kind):
    return "".join(output["data"].get(kind, "") for output in outputs if output["output_type"] == "execute_result")


def test_runs_and_frames_are_tables(outputs):
    trained = outputs["import bert_tf"]
    assert "<td>test</td>" in shown(trained, "text/html")
    assert ": trained, test accuracy 0." in shown(trained, "text/plain")
    assert "val_accuracy" in shown(outputs["run.history"], "text/html")
    assert "predicted" in shown(outputs['answers = run.predictions("test")'], "text/html")


def test_progress_is_shown_and_start_up_notes_are_not(outputs):
    said = "".join(output.get("text", "") for output in outputs["import bert_tf"] if output["output_type"] == "stream")
    displayed = "".join(
        output["data"].get("text/plain", "") for output in outputs["import bert_tf"] if "data" in output
    )
    assert "epoch 2/2 done" in said + displayed
    assert not [name for name in ("oneDNN", "cuda", "computation_placer", "WARNING") if name in said + displayed]


def test_a_comparison_begins_with_its_verdict(outputs):
    (comparison,) = [found for source, found in outputs.items() if source.startswith("other = ")]
    assert shown(comparison, "text/html").startswith("<p>")
    assert shown(comparison, "text/plain").startswith("Comparison on the test rows: ")


def test_what_is_stored_has_no_outputs():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    assert [cell for cell in notebook.cells if cell.get("outputs") or cell.get("execution_count")] == []
