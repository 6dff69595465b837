"""Paths, globs and URIs."""

from pathlib import Path

import pytest

from bert_tf.data.locations import find_files, is_file
from bert_tf.errors import DataError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.csv", "a.csv", "c.tsv", "deep/d.csv", "deep/deeper/e.csv"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    return tmp_path


def found(pattern: str, folder: Path) -> list[str]:
    return [str(Path(location.path).relative_to(folder)) for location in find_files(pattern)]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("a.csv", ["a.csv"]),
        ("*.csv", ["a.csv", "b.csv"]),
        ("*/*.csv", ["deep/d.csv"]),
    ],
)
def test_paths_and_uris_find_the_same_files_sorted(pattern: str, expected: list[str], folder: Path) -> None:
    assert found(f"{folder}/{pattern}", folder) == expected
    assert found(f"file://{folder}/{pattern}", folder) == expected


def test_local_paths_take_all_wildcards(folder: Path) -> None:
    assert found(f"{folder}/[bc].?sv", folder) == ["b.csv", "c.tsv"]


def test_two_stars_span_folders(folder: Path) -> None:
    assert found(f"{folder}/**/*.csv", folder) == ["a.csv", "b.csv", "deep/d.csv", "deep/deeper/e.csv"]


def test_home_and_variables_are_expanded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("DEEP", "deep")
    assert found("~/$DEEP/d.csv", folder) == ["deep/d.csv"]


def test_a_relative_path_starts_at_the_working_directory(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder / "deep")
    assert [location.name for location in find_files("../*.tsv")] == ["../c.tsv"]


@pytest.mark.parametrize("start", ["", "file://"])
def test_no_match_names_the_nearest_file(start: str, folder: Path) -> None:
    (folder / "reviews.csv").write_text("x", encoding="utf-8")
    with pytest.raises(DataError, match="No file matches") as caught:
        find_files(f"{start}{folder}/reviwes.csv")
    assert "did you mean 'reviews.csv'?" in str(caught.value)
    assert str(folder) in str(caught.value)


@pytest.mark.parametrize("written", ["$NO_SUCH_FOLDER", "${NO_SUCH_FOLDER}"])
def test_a_variable_that_is_not_set_is_named(written: str, folder: Path) -> None:
    with pytest.raises(DataError, match="environment variable NO_SUCH_FOLDER is not set: export NO_SUCH_FOLDER=FOLDER"):
        find_files(f"{written}/reviews.csv")


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("deep/*.jsonl", "files there: d.csv"),
        ("nowhere/x.csv", "there is no such folder$"),
        ("now*/x.csv", "that folder has no files"),
        ("only folders/x.csv", "that folder has no files"),
        ("deep", "a folder"),
    ],
)
def test_no_match_says_what_is_there(pattern: str, message: str, folder: Path) -> None:
    (folder / "only folders" / "inner").mkdir(parents=True)
    with pytest.raises(DataError, match=message):
        find_files(f"{folder}/{pattern}")


def test_a_relative_folder_that_is_missing_tells_where_it_is_looked_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    with pytest.raises(DataError) as caught:
        find_files("data/reviews.csv")
    assert caught.value.where == str(folder / "data")
    assert caught.value.hint == f"there is no such folder; 'data' is looked for in {folder}, where the command runs"


def test_an_unknown_filesystem() -> None:
    with pytest.raises(DataError, match=r"can't be opened: Unrecognized filesystem type"):
        find_files("gopher://host/x.csv")


def test_names_of_folders_are_no_patterns(folder: Path) -> None:
    for name in ("data[1]/a.csv", "data1/b.csv", "x[ab]*/y?/c.csv"):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text("x", encoding="utf-8")
    assert found(f"{folder}/data[1]/*.csv", folder) == ["data[1]/a.csv"]
    assert found(f"{folder}/x[ab]*/y?/*.csv", folder) == ["x[ab]*/y?/c.csv"]
    assert found(f"{folder}/data[12]/*.csv", folder) == ["data1/b.csv"]


def test_a_file_is_found_by_the_name_it_has(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "elsewhere")
    for name in ("a$HOME.csv", "~b.csv", "reviews[1].csv", "reviews[1]"):
        (folder / name).write_text("x", encoding="utf-8")
        assert found(f"{folder}/{name}", folder) == [name]
        assert is_file(f"{folder}/{name}")


@pytest.mark.parametrize("pattern", ["C:\temp\new.csv", "a\x00b.csv", "caf\udce9.csv"])
def test_names_that_no_file_can_have(pattern: str) -> None:
    with pytest.raises(DataError):
        find_files(pattern)


def test_an_escape_in_a_path_gets_a_hint() -> None:
    with pytest.raises(DataError, match="single quotes: train = 'C:"):
        find_files("C:\temp\train.csv")
