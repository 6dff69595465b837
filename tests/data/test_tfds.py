"""TFDS: a small dataset that is prepared here, and what is said when there is none."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import tensorflow_datasets as tfds

from bert_tf.data.rows import Header, Item, Row
from bert_tf.data.tfds import read_tfds
from bert_tf.errors import DataError

WANTED = ("text", "label", "stars")
TEXTS = [f"review {number} ä" for number in range(600)]


def _rows(labels: list[int]) -> list[tuple[int, dict[str, object]]]:
    return [
        (
            number,
            {
                "text": TEXTS[number],
                "label": label,
                "stars": label * 2.5,
                "tokens": [1] * label,
                "topics": [0, 1][label:],
                "grid": [[0, 1]],
            },
        )
        for number, label in enumerate(labels)
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tfds")
    tfds.dataset_builders.store_as_tfds_dataset(
        name="tiny_reviews",
        version="1.0.0",
        data_dir=path,
        features=tfds.features.FeaturesDict(
            {
                "text": tfds.features.Text(),
                "label": tfds.features.ClassLabel(names=["bad", "good"]),
                "stars": tfds.features.Scalar(np.float32),
                "tokens": tfds.features.Sequence(tfds.features.Scalar(np.int64)),
                "topics": tfds.features.Sequence(tfds.features.ClassLabel(names=["art", "law"])),
                "grid": tfds.features.Tensor(shape=(1, 2), dtype=np.int64),
            }
        ),
        split_datasets={"train": _rows([0, 1] * 300), "test": _rows([0, -1, 1])},
        disable_shuffling=True,
    )
    return path


@pytest.fixture
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    # A proxy that refuses connections: nothing answers, wherever the tests run.
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")


def read(
    folder: Path | None, split: str, *, name: str = "tiny_reviews", wanted: tuple[str, ...] = WANTED
) -> list[Item]:
    return list(read_tfds(name, split, wanted=wanted, data_dir=None if folder is None else str(folder)))


def test_rows_come_in_order_with_labels_by_name(folder: Path) -> None:
    header, *rows = read(folder, "train")
    assert isinstance(header, Header)
    assert (header.name, header.columns) == (
        "tiny_reviews/train", ("grid", "label", "stars", "text", "tokens", "topics"),
    )  # fmt: skip
    assert sorted(header.lists) == ["tokens", "topics"]
    assert len(rows) == 600
    assert rows[257] == Row(258, {"text": TEXTS[257].encode(), "label": "good", "stars": 2.5})


def test_a_label_of_minus_one_is_missing(folder: Path) -> None:
    labels = [row.values["label"] for row in read(folder, "test") if isinstance(row, Row)]
    assert labels == ["bad", None, "good"]


@pytest.mark.parametrize(
    ("split", "count"), [("train[:7]", 7), ("train[90%:]", 60), ("train[:3]+test", 6), ("all", 603)]
)
def test_slices_are_those_of_tfds(split: str, count: int, folder: Path) -> None:
    assert len(read(folder, split)) == 1 + count


def test_the_environment_names_the_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TFDS_DATA_DIR", str(folder))
    assert len(read(None, "test")) == 4


@pytest.mark.parametrize(
    ("split", "message", "hint"),
    [
        ("trian", "has no split 'trian'", "did you mean 'train'?"),
        ("zzz[:5]", "has no split 'zzz'", "one of: test, train"),
        ("train[abc]", "can't be taken", "[:2000], [90%:]"),
        ("train[:601]", "600 examples", "[:2000], [90%:]"),
        ("train[5:5]", "no data", "[:2000], [90%:]"),
    ],
)
def test_a_split_that_is_not_there(split: str, message: str, hint: str, folder: Path) -> None:
    with pytest.raises(DataError) as caught:
        read(folder, split)
    assert message in str(caught.value)
    assert hint in str(caught.value)


def test_lists_come_with_labels_by_name(folder: Path) -> None:
    rows = [
        row.values for row in read(folder, "train[:2]", wanted=("tokens", "topics", "label")) if isinstance(row, Row)
    ]
    assert rows == [
        {"tokens": [], "topics": ["art", "law"], "label": "bad"},
        {"tokens": [1], "topics": ["law"], "label": "good"},
    ]


def test_a_column_of_arrays_is_refused(folder: Path) -> None:
    with pytest.raises(DataError, match="'grid' holds"):
        read(folder, "train", wanted=("grid", "label"))


@pytest.mark.usefixtures("_offline")
def test_without_network_it_says_where_it_looked_and_what_works(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="'imdb_reviews' is not prepared, and there is no network") as caught:
        read(tmp_path, "train", name="imdb_reviews")
    message = str(caught.value)
    assert f"looked in {tmp_path}/imdb_reviews/plain_text/1.0.0" in message
    assert "TFDS_DATA_DIR" in message
    assert "`make train` works right now" in message


def test_an_unknown_dataset_gets_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no dataset 'imdb_review'") as caught:
        read(tmp_path, "train", name="imdb_review")
    assert "did you mean 'imdb_reviews'?" in str(caught.value)


def test_an_unknown_config_gets_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no config 'subwords9k'") as caught:
        read(tmp_path, "train", name="imdb_reviews/subwords9k")
    assert "plain_text" in str(caught.value)


def test_damaged_files_are_told(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "copy")
    (record,) = (tmp_path / "copy").rglob("*-train.tfrecord*")
    content = record.read_bytes()
    for damaged in (content[:-20], content[:5000] + b"x" + content[5001:], b""):
        record.write_bytes(damaged)
        with pytest.raises(DataError, match="tfds:tiny_reviews can't be read"):
            read(tmp_path / "copy", "train")
