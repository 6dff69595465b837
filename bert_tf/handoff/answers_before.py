"""Whether a version of a model follows one that answers questions, and doesn't itself."""

import pathlib

from bert_tf.errors import VerifyError
from bert_tf.export.answer_index import index_file
from bert_tf.export.folders import handoff_folder, read_manifest, version_number

_ANSWERS = "answers"  # in a manifest


def answers_before(version: pathlib.Path, run: pathlib.Path) -> str | None:
    """A sentence on the answers that the version before had and this one lacks, with the command that brings them.

    Args:
        version: Of a model without answers.
        run: Whose model it is.

    Returns:
        None where the version before has no answers, or there is none that can be read.
    """
    numbers = [number for path in version.parent.iterdir() if (number := version_number(path.name))]
    earlier = [number for number in numbers if number < int(version.name)]
    if not earlier:
        return None
    before = version.parent / str(max(earlier))
    try:
        facts = read_manifest(before).get(_ANSWERS)
    except VerifyError:
        return None
    if facts is None:
        return None
    return (
        f"Version {before.name} answers questions from {facts['rows']:,} answers; this one has none and gives vectors. "
        f"A version with them: bert-tf index {run} --answers {index_file(handoff_folder(before))}"
    )
