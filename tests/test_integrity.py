"""Every bit that is turned, every file that is cut and every two that changed places are found."""

import contextlib
import json
import random

import pytest

from bert_tf.errors import RunError
from bert_tf.integrity import HASH, check_files, check_seal, file_sha256, read_document, seal, write_document

CONTENT = {"status": "trained", "labels": ["ä", "b"], "seconds": 1.25, "counts": {"a": 3}, "none": None}


def test_a_document_comes_back(tmp_path):
    write_document(tmp_path / "run.json", CONTENT, error=RunError)
    assert read_document(tmp_path / "run.json", {"status": str}) == CONTENT
    assert json.loads((tmp_path / "run.json").read_text()) == {**CONTENT, HASH: json_hash(tmp_path)}


def json_hash(folder):
    return json.loads((folder / "run.json").read_text())[HASH]


def test_white_space_is_no_damage(tmp_path):
    write_document(tmp_path / "run.json", CONTENT, error=RunError)
    (tmp_path / "run.json").write_text(json.dumps(json.loads((tmp_path / "run.json").read_text()), indent=7))
    assert read_document(tmp_path / "run.json", {}) == CONTENT


def test_every_turned_bit_of_a_document_is_found_or_changes_nothing(tmp_path):
    path = tmp_path / "run.json"
    write_document(path, CONTENT, error=RunError)
    content = path.read_bytes()
    for place in range(len(content)):
        for bit in range(8):
            turned = bytearray(content)
            turned[place] ^= 1 << bit
            path.write_bytes(turned)
            with contextlib.suppress(ValueError):
                assert read_document(path, {}) == CONTENT


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"[1]", "not a table"), (b"{}", "no hash"), (b'{"content_sha256": 1}', "changed since it was written")],
)
def test_what_is_no_document(tmp_path, content, reason):
    (tmp_path / "run.json").write_bytes(content)
    with pytest.raises(ValueError, match=reason):
        read_document(tmp_path / "run.json", {})


def test_documents_that_changed_places_are_found(tmp_path):
    write_document(tmp_path / "run.json", CONTENT, error=RunError)
    (tmp_path / "run.json").rename(tmp_path / "metrics.json")
    with pytest.raises(ValueError, match="changed since it was written"):
        read_document(tmp_path / "metrics.json", {})


@pytest.mark.parametrize("behind", [0, 3])
@pytest.mark.parametrize("size", [3, 1000, 3_000_001])
def test_a_sealed_file_has_its_content_in_front_and_behind(tmp_path, size, behind):
    content = random.Random(size).randbytes(size)
    (tmp_path / "temporary").write_bytes(content)
    seal(tmp_path / "temporary", name="ids.arrow", behind=behind)
    path = (tmp_path / "temporary").rename(tmp_path / "ids.arrow")
    place = check_seal(path, behind=behind)
    sealed = path.read_bytes()
    assert sealed[:place] + sealed[len(sealed) - behind :] == content


def test_every_turned_bit_of_a_sealed_file_is_found(tmp_path):
    path = tmp_path / "ids.arrow"
    path.write_bytes(bytes(range(64)))
    seal(path, name=path.name, behind=8)
    content = path.read_bytes()
    for place in range(len(content)):
        turned = bytearray(content)
        turned[place] ^= 1 << place % 8
        path.write_bytes(turned)
        with pytest.raises(ValueError, match="no hash|changed since it was written"):
            check_seal(path, behind=8)


@pytest.mark.parametrize("kept", [0, 1, 38, 64, 101])
def test_every_cut_is_found(tmp_path, kept):
    path = tmp_path / "ids.arrow"
    path.write_bytes(bytes(range(64)))
    seal(path, name=path.name)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(ValueError, match="no hash|changed since it was written"):
        check_seal(path)


def test_sealed_files_that_changed_places_are_found(tmp_path):
    (tmp_path / "one").write_bytes(b"1")
    seal(tmp_path / "one", name="one")
    (tmp_path / "one").rename(tmp_path / "two")
    with pytest.raises(ValueError, match="changed since it was written"):
        check_seal(tmp_path / "two")


def test_files_are_held_against_hashes_kept_elsewhere(tmp_path):
    (tmp_path / "vocab.txt").write_text("a\nb\n")
    sums = {"vocab.txt": file_sha256(tmp_path / "vocab.txt")}
    check_files(tmp_path, sums)
    (tmp_path / ".hidden").touch()
    check_files(tmp_path, sums)
    (tmp_path / "added_tokens.json").write_text('{"film": 3}')
    with pytest.raises(ValueError, match=r"its added_tokens\.json was added later"):
        check_files(tmp_path, sums)
    (tmp_path / "added_tokens.json").unlink()
    (tmp_path / "vocab.txt").write_text("b\na\n")
    with pytest.raises(ValueError, match=r"its vocab\.txt has changed since it was written"):
        check_files(tmp_path, sums)
    (tmp_path / "vocab.txt").unlink()
    with pytest.raises(ValueError, match=r"its vocab\.txt is missing"):
        check_files(tmp_path, sums)
