"""The items of an index, over HTTP and in a real browser."""

import pathlib
import shutil

import httpx
import numpy as np
import pytest
from playwright.sync_api import expect

from bert_tf.errors import DataError
from bert_tf.export.answer_index import index_file, read_index
from bert_tf.export.folders import handoff_folder
from bert_tf.playground.catalogue import load_catalogue
from bert_tf.playground.subject import load_subject, warm_up
from bert_tf.scores import score_text
from bert_tf.tasks.exported import load_exported
from bert_tf.workflow.source import find_source


@pytest.fixture(scope="module")
def version(cache, one_layer):
    from indexed_items import index_items

    return index_items(cache=cache, encoder=str(one_layer))


@pytest.fixture(scope="module")
def subject(version):
    found = load_subject(find_source(version))
    warm_up(found)
    return found


@pytest.fixture(scope="module")
def url(subject, serving):
    with serving(subject) as address:
        yield address


@pytest.fixture(scope="module")
def index(version):
    return read_index(index_file(handoff_folder(version)))


@pytest.fixture(scope="module")
def texts(index):
    return [text.decode() for text in index.corpus.texts]


def asked(url, address, **question):
    return httpx.post(f"{url}api/{address}", json=question, timeout=600)


def test_items_are_found_by_their_words_in_any_case(url, texts):
    words = " ".join(texts[4].split()[-2:]).upper()
    found = asked(url, "items", words=words).json()["items"]
    assert [each["text"] for each in found] == [
        text for text in texts if all(word in text.lower() for word in words.lower().split())
    ]
    assert found[0].keys() == {"place", "id", "text", "score"}
    assert asked(url, "items", words="no item has these").json() == {"items": []}
    assert len(asked(url, "items").json()["items"]) == 20


def test_neighbours_are_those_whose_vectors_are_nearest(url, index):
    found = asked(url, "neighbours", place=5).json()["items"]
    cosines = index.vectors @ index.vectors[5]
    expected = [place for place in np.argsort(-cosines, kind="stable") if place != 5][:20]
    assert [each["place"] for each in found] == expected
    assert [each["score"] for each in found] == pytest.approx(cosines[expected], abs=1e-6)


def test_what_is_recommended_is_what_the_signature_finds(url, subject, texts):

    found = asked(url, "recommended", places=[3, 8]).json()["items"]
    answers = subject._model.asked("recommend", {"history": np.array([[texts[3], texts[8]]], object)})
    assert [each["id"].encode() for each in found] == answers["ids"][0].tolist()
    assert not {each["place"] for each in found} & {3, 8}
    # Somebody who liked everything gets nothing.
    assert asked(url, "recommended", places=list(range(len(texts)))).json() == {"items": []}


def test_places_that_there_are_none_of_are_refused(url, texts):
    for address, question in (("neighbours", {"place": len(texts)}), ("recommended", {"places": [0, len(texts)]})):
        refused = asked(url, address, **question)
        assert (refused.status_code, refused.json()["error"]) == (
            422, f"The index has no item {len(texts)}; its last one is {len(texts) - 1}.",
        )  # fmt: skip
    assert asked(url, "recommended", places=[]).status_code == 422


def test_an_index_that_is_gone_or_damaged_is_told(version, tmp_path):
    copied = tmp_path / version.name
    shutil.copytree(handoff_folder(version), handoff_folder(copied))
    index_file(handoff_folder(copied)).write_bytes(b"")
    with pytest.raises(DataError, match="This index is damaged"):
        load_catalogue(load_exported(version), copied)
    index_file(handoff_folder(copied)).unlink()
    with pytest.raises(DataError, match="is missing"):
        load_catalogue(load_exported(version), copied)


def test_a_run_has_no_items(specimen_run, serving):
    with serving(load_subject(find_source(specimen_run("rank").path))) as address:
        assert httpx.get(f"{address}api/model", timeout=600).json()["catalogue"] is None
        assert asked(address, "items").status_code == 404


def test_a_history_is_picked_and_what_it_leads_to_is_shown(page, url, texts):
    page.goto(url)
    expect(page.locator("#tab-items")).to_be_visible()
    # From the first tab to the last with the keyboard.
    page.locator("#tab-one").press("ArrowLeft")
    expect(page.locator("#tab-items")).to_have_attribute("aria-selected", "true")
    page.fill("#find", texts[3])
    expect(page.locator("#found li")).to_have_count(1)
    page.click("#found button")
    expect(page.locator("#near-title")).to_have_text(f"Nearest to: {texts[3]}")
    near = asked(url, "neighbours", place=3).json()["items"]
    expect(page.locator("#near button")).to_have_text([each["text"] for each in near])
    first = asked(url, "recommended", places=[3]).json()["items"]
    expect(page.locator("#recommended span")).to_have_text([score_text(each["score"]) for each in first])
    # A neighbour comes in front, and with a press it is gone again.
    page.locator("#near button").first.click()
    expect(page.locator("#liked li span")).to_have_text([near[0]["text"], texts[3]])
    both = asked(url, "recommended", places=[near[0]["place"], 3]).json()["items"]
    expect(page.locator("#recommended button")).to_have_text([each["text"] for each in both])
    page.locator("#liked button").first.click()
    expect(page.locator("#recommended button")).to_have_text([each["text"] for each in first])
    page.click("#unlike")
    expect(page.locator("#recommended li")).to_have_count(0)
    page.fill("#find", "no item has these")
    expect(page.locator("#found-none")).to_be_visible()


def test_answers_have_neighbours_and_no_history(page, serving, cache, one_layer):
    from indexed_answers import index_specimen

    indexed = pathlib.Path(index_specimen(cache=cache, encoder=str(one_layer))["model"])
    subject = load_subject(find_source(indexed))
    with serving(subject) as address:
        page.goto(address)
        page.click("#tab-items")
        page.locator("#found button").first.click()
        expect(page.locator("#near li")).to_have_count(19)
        expect(page.locator("#history-of-items")).to_be_hidden()
        assert asked(address, "recommended", places=[0]).status_code == 404
