import pathlib

import pytest
import tensorflow_text
from packaging.version import Version
from tensorflow.core.framework import op_def_pb2
from tensorflow.python.client import pywrap_tf_session
from tensorflow.python.framework import op_def_registry

from bert_tf.errors import ExportError
from bert_tf.export.serving_releases import DEFAULT_TARGET, ReleaseTable, release_table

TABLE = ReleaseTable(
    releases=("2.12.2", "2.19.1", "2.20.0", "2.21.0"),
    libraries={"_trim.so": ("Trim", "Mask"), "_words.so": ("Words",)},
    linked={"_trim.so": "2.20.0", "_words.so": "2.12.2"},
    core={"Newest": "2.21.0"},
)


def test_oldest_release_that_has_all():
    assert TABLE.oldest(["MatMul", "Words"]) == "2.12.2"
    assert TABLE.oldest(["MatMul", "Trim", "Words"]) == "2.20.0"
    assert TABLE.oldest(["Newest", "Trim"]) == "2.21.0"
    assert TABLE.oldest([]) == "2.12.2"


def test_what_a_release_lacks():
    assert TABLE.missing(["Words", "Trim", "Mask", "Newest", "MatMul"], "2.19.1") == ["Mask", "Newest", "Trim"]
    assert TABLE.missing(["Words", "Trim", "Mask", "Newest"], "2.21.0") == []


def test_libraries_that_a_release_links():
    assert TABLE.linked_libraries("2.12.2") == ["_words.so"]
    assert TABLE.linked_libraries("2.20.0") == ["_trim.so", "_words.so"]


@pytest.mark.parametrize(
    "release", ["2.12.9", "latest", "2.13", "1.15.0", "", " 2.22.0", "v2.22.0", "1!2.12.2", "2.22", "99"]
)
def test_a_release_that_does_not_exist(release):
    with pytest.raises(ExportError, match=r"is not a known release(.|\n)*2\.12\.2, 2\.13\.0") as caught:
        release_table().check_release(release)
    assert caught.value.kind == "usage"


def test_releases_that_exist_and_younger_ones():
    table = release_table()
    for release in (*table.releases, "2.99.0"):
        table.check_release(release)
    assert list(table.releases) == sorted(table.releases, key=Version)
    assert DEFAULT_TARGET in table.releases


def test_the_table_has_every_operation_of_the_installed_tensorflow_text():
    folder = pathlib.Path(tensorflow_text.__file__).parent / "python" / "ops"
    table = release_table()
    assert {path.name for path in folder.glob("_*.so")} == set(table.libraries)
    for library, names in table.libraries.items():
        loaded = pywrap_tf_session.TF_LoadLibrary(str(folder / library))
        own = {operation.name for operation in op_def_pb2.OpList.FromString(pywrap_tf_session.TF_GetOpList(loaded)).op}
        assert own == set(names), library


def test_the_facts_that_others_found():
    """tensorflow/serving's issues 2064, 2267 and pull request 4057."""
    first = release_table().first_release
    assert first("FastWordpieceTokenizeWithOffsets") == "2.12.2"
    assert first("FastBertNormalize") == "2.12.2"
    assert first("TFText>RoundRobinTrim") == "2.20.0"
    assert first("TFText>Utf8Binarize") == "2.20.0"


def test_young_operations_of_tensorflow_exist():
    assert all(op_def_registry.get(name) is not None for name in release_table().core)
