"""The page in a browser, from file:// and with nothing to reach, and its sentences."""

import csv
import dataclasses
import io
import re

import numpy as np
import pytest
from drawn_rows import labels_of, logits_of, sure
from playwright.sync_api import expect

from bert_tf.report.run_page import run_page
from bert_tf.tasks.classify.comparison import WORDS
from bert_tf.tasks.classify.report import ClassifyReport
from bert_tf.tasks.classify.report_texts import rows_to_read

HOSTILE = [
    "<script>document.title='taken'</script>",
    '"><img src="http://203.0.113.1/x.png" onerror="document.title=\'taken\'">',
    "{{ 7 * 7 }} {% raw %} </details></main>",
    "שלום <b>rtl</b> ‮ \x07 🎈",
    "",
    "long " * 5000,
]


def page_of(contents):
    return run_page(contents, ClassifyReport(), WORDS)


@pytest.fixture
def opened(page, tmp_path):
    """Open HTML from the disk; anything it asks for beside itself is noted and refused."""
    asked = []

    def refuse(route):
        if route.request.url.startswith("file://"):
            route.continue_()
        else:
            asked.append(route.request.url)
            route.abort()

    def show(html, **options):
        file = tmp_path / "report.html"
        file.write_text(html, encoding="utf-8")
        page.route("**/*", refuse)
        page.goto(file.as_uri())
        return page

    yield show
    assert asked == []


A4 = 680  # pixels between margins of 15 mm


def explanation(words):
    return {"label": "x", "probabilities": {}, "words": words, "completeness_error": 0.021, "pair_words": []}


def test_a_report_opens_from_the_disk_and_shows_each_part(opened, contents, drawn):
    page = opened(page_of(contents(drawn(300), drawn(100, seed=1))))
    assert page.locator("h2").all_inner_texts() == [
        "Results by label", "Example texts", "Calibration", "Text lengths", "Data", "Training", "Run",
    ]  # fmt: skip
    assert "on 300 texts (95% interval" in page.locator(".verdict").inner_text()
    figures = page.locator("figure svg[role=img]")
    assert figures.count() == 6
    for figure in figures.all():
        assert len(figure.get_attribute("aria-label")) > 30
        assert figure.bounding_box()["height"] > 100
    for link in page.locator("nav a, .notes a").all():
        assert page.locator(link.get_attribute("href")).count() == 1
    assert page.locator("details.example").count() == 20
    assert "fitted on the validation rows and shown on the test rows" in page.locator("#confidence + div").inner_text()


def test_the_table_of_labels_sorts_by_keyboard(opened, contents, drawn):
    rows = drawn(300, ("zebra", "ant", "mole", "bee"))
    page = opened(page_of(contents(rows)))
    table = page.locator("#per-class")

    def column(number):
        return table.locator(f"tbody tr > :nth-child({number})").all_inner_texts()

    f1 = [float(value) for value in column(4)]
    assert f1 == sorted(f1)
    assert table.locator("th[aria-sort]").inner_text() == "F1"
    for key, expected in (("Enter", sorted), ("Space", lambda names: sorted(names, reverse=True))):
        table.get_by_role("button", name="label").focus()
        page.keyboard.press(key)
        assert column(1) == expected(column(1))
    assert table.locator("thead th").first.get_attribute("aria-sort") == "descending"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    supports = [int(value) for value in column(5)]
    assert supports == sorted(np.bincount(labels_of(rows)))


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("classes", [2, 77])
def test_no_page_scrolls_sideways(opened, contents, drawn, classes, width):
    names = [f"a_rather_long_label_without_spaces_{number}" for number in range(classes)]
    page = opened(page_of(contents(drawn(800, names), drawn(300, names, seed=1))))
    page.set_viewport_size({"width": width, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("#per-class tbody tr").count() == classes


def test_dark_and_light(opened, contents, drawn):
    page = opened(page_of(contents(drawn())))
    seen = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        seen[scheme] = page.evaluate(
            """() => [document.body, document.querySelector("figure svg text")].map((element) => {
                const style = getComputedStyle(element);
                return element.tagName === "BODY" ? [style.backgroundColor, style.color] : [style.fill];
            }).flat()"""
        )
    assert seen["light"] == ["rgb(255, 255, 255)", "rgb(27, 31, 36)", "rgb(87, 96, 106)"]
    assert seen["dark"] == ["rgb(18, 22, 27)", "rgb(230, 233, 237)", "rgb(163, 173, 184)"]


def test_it_prints_on_white_with_what_is_folded_away(opened, contents, drawn):
    page = opened(page_of(contents(drawn())))
    assert page.locator("details[open]").count() == 2
    page.emulate_media(color_scheme="dark")
    assert page.pdf(format="A4", print_background=True).startswith(b"%PDF")
    assert page.locator("details:not([open])").count() == 0
    page.emulate_media(media="print")
    colours = "[document.body, document.querySelector('figure svg text')].map((part) => getComputedStyle(part))"
    assert page.evaluate(f"{colours}[0].backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate(f"{colours}[1].fill") == "rgb(68, 68, 68)"
    assert page.locator("nav, .filter, p > button").locator("visible=true").count() == 0
    assert page.locator("#mistakes-list th").first.is_visible()


@pytest.mark.parametrize("classes", [2, 77])
def test_nothing_is_cut_off_on_paper(opened, contents, drawn, classes):
    names = [f"a_rather_long_label_without_spaces_{number}" for number in range(classes)]
    texts = ["w" * 300, "a text of several words " * 30]
    page = opened(page_of(contents(drawn(800, names, texts=texts), drawn(300, names, seed=1))))
    page.emulate_media(media="print")
    page.set_viewport_size({"width": A4, "height": 1000})
    assert page.evaluate("document.documentElement.scrollWidth") <= A4


def test_hostile_texts_labels_and_words_stay_texts(opened, contents, drawn):
    rows = drawn(60, [*HOSTILE[:4], "plain"], texts=HOSTILE, right=0.5)
    made = contents(rows)
    mistake = int(rows_to_read(made.found.rows.answers)[0][0])
    words = [(HOSTILE[0], 0.5), (HOSTILE[1], -1.0), ("faint", 0.01)]
    html = page_of(dataclasses.replace(made, explanations={mistake: explanation(words)}))
    page = opened(html)
    assert page.title() == "drawn 20260101-120000 · report"
    assert page.locator("img, iframe, b b").count() == 0
    assert page.locator("main").count() == 1
    assert page.locator("footer").count() == 1
    marked = page.locator("details.example mark")
    assert marked.all_inner_texts() == HOSTILE[:2]
    assert [mark.get_attribute("class") for mark in marked.all()] == ["for", "against"]
    assert len(html) < 2_000_000


def test_words_that_mattered_are_told_in_words_too(contents, drawn):
    made = contents(drawn())
    row = int(rows_to_read(made.found.rows.answers)[0][0])
    words = [("good", 1.0), (" ", 0.0), ("bad", -2.0), (" ", 0.0), ("so", 0.1)]
    html = page_of(dataclasses.replace(made, explanations={row: explanation(words)}))
    assert '<mark class="for" style="--weight: 0.5">good</mark> <mark class="against" style="--weight: 1.0">bad' in html
    assert re.search(r"For “\w+”: good\. Against it: bad\. The word scores add up to the prediction within 2\.1%", html)


def test_no_mistakes_and_no_label_errors(contents, drawn):
    html = page_of(contents(sure(drawn())))
    assert "None: every test text is predicted correctly." in html
    assert "found none in 200 held-out rows" in html


def test_an_empty_test_split_shows_the_validation_rows(contents, drawn):
    html = page_of(contents(drawn(0), drawn(150, seed=1)))
    assert "Validation accuracy is 0." in html
    assert "Measured on the validation rows, which also chose the best epoch, so scores are optimistic." in html
    assert "Temperature scaling is not shown" in html


@pytest.mark.parametrize("status", ["running", "stopped", "failed", "crashed"])
def test_an_unfinished_run_shows_what_there_is(opened, contents, status):
    changes = {"facts": {}, "metrics": {}, "status": status, "missing": "Do this next."}
    page = opened(page_of(contents(None, **changes)))
    assert page.locator(".verdict").inner_text().endswith("1 of 3 epochs done, no score yet.")
    assert page.locator(".lead").inner_text() == "Do this next."
    assert page.locator("h2").all_inner_texts() == ["Training", "Run"]


def test_a_run_of_which_nothing_is_done(contents):
    html = page_of(contents(None, facts={}, metrics={}, epochs=[], status="failed"))
    assert "This run failed: 0 of 3 epochs done" in html
    assert "<figure>" not in html


def test_scores_without_answers_show_their_tables(contents, drawn):
    kept = contents(drawn()).found.metrics
    html = page_of(contents(None, metrics={"test": kept}, missing="Ask for them."))
    assert f"Test accuracy is {kept['accuracy']:.4f} on 200 texts." in html
    assert 'id="per-class"' in html
    assert "Ask for them." in html
    assert 'id="texts"' not in html


def test_one_test_row_is_enough(contents, drawn):
    assert " on 1 text (" in page_of(contents(drawn(1)))


def taken(page, button):
    with page.expect_download() as caught:
        button.click()
    content = caught.value.path().read_text(encoding="utf-8")
    return caught.value.suggested_filename, list(csv.DictReader(io.StringIO(content, newline="")))


def wrong_of(rows):
    said = logits_of(rows).argmax(-1)
    return {rows.place(index) for index in np.flatnonzero(said != labels_of(rows))}


def test_a_cell_of_the_confusion_matrix_leads_to_its_mistakes(opened, contents, drawn):
    rows = drawn(600, ("cat", "dog", "hen"), right=0.5)
    page = opened(page_of(contents(rows)))
    said = logits_of(rows).argmax(-1)
    assert page.locator("#mistakes-count").inner_text() == f"{len(wrong_of(rows))} of {len(wrong_of(rows))} mistakes"
    expected = {rows.place(index) for index in np.flatnonzero((labels_of(rows) == 2) & (said == 0))}
    followed = 0
    for link in page.locator('figure svg a, td a[href="#mistakes-2-0"]').all():
        if "#mistakes-2-0" in (link.get_attribute("xlink:href") or link.get_attribute("href") or ""):
            page.evaluate("location.hash = '#mistakes-0-1'")
            expect(page.locator("#mistakes-count")).not_to_have_text(
                f"{len(expected)} of {len(wrong_of(rows))} mistakes"
            )
            link.click()
            expect(page.locator("#mistakes-count")).to_have_text(f"{len(expected)} of {len(wrong_of(rows))} mistakes")
            followed += 1
    assert followed == 3  # the count and the share in the figure, and the table of confused labels
    assert page.locator("#mistakes").is_visible()
    name, found = taken(page, page.locator('button[data-rows="mistakes-rows"]'))
    assert name == "mistakes.csv"
    assert {row["place"] for row in found} == expected
    assert {(row["label"], row["predicted"]) for row in found} == {("hen", "cat")}
    scores = [float(row["score"]) for row in found]
    assert scores == sorted(scores, reverse=True)
    page.select_option("#mistakes-expected", "")
    page.select_option("#mistakes-predicted", "")
    assert {row["place"] for row in taken(page, page.locator('button[data-rows="mistakes-rows"]'))[1]} == wrong_of(rows)
    while page.locator("#mistakes-more").is_visible():
        page.locator("#mistakes-more").click()
    assert set(page.locator("#mistakes-list td.place").all_inner_texts()) == wrong_of(rows)


def test_hostile_mistakes_stay_texts_in_page_and_csv(opened, contents, drawn):
    texts = [*HOSTILE, "</script><script>document.title='taken'</script>", "=1+1", "@x"]
    rows = drawn(90, ["=cmd()", " a  b ", "</script>"], texts=texts, right=0.3)
    page = opened(page_of(contents(rows)))
    assert page.title() == "drawn 20260101-120000 · report"
    page.select_option("#mistakes-expected", "1")
    _, found = taken(page, page.locator('button[data-rows="mistakes-rows"]'))
    assert {row["label"] for row in found} == {" a  b "}
    assert {row["predicted"] for row in found} <= {"'=cmd()", "</script>"}
    expected = {text if not text.startswith(("=", "@")) else f"'{text}" for text in texts}
    assert {row["text"] for row in found} <= {text[:2000] for text in expected}


def test_thousands_of_mistakes_stay_a_page(opened, contents, drawn):
    rows = drawn(9_000, ("a", "b"), texts=["word " * 3_000], right=0.0)
    html = page_of(contents(rows))
    assert len(html) < 6_000_000
    mistakes = f"{len(wrong_of(rows)):,}"
    page = opened(html)
    told = page.locator("#mistakes-rows + p").inner_text()
    if len(wrong_of(rows)) > 5_000:
        assert f"Only the 5,000 most confident of {mistakes} mistakes are here" in told
    assert "predictions/test.parquet has all of them" in told


def test_doubtful_labels_have_places_and_can_be_taken_away(opened, contents, drawn):
    html = page_of(contents(drawn(300, right=0.9)))
    assert "finds likely label errors in" in html
    page = opened(html)
    name, found = taken(page, page.locator('button[data-rows="doubtful-rows"]'))
    assert name == "doubtful-labels.csv"
    shown = page.locator('[aria-label="Likely label errors"] tbody td:first-child').all_inner_texts()
    assert [row["place"] for row in found][: len(shown)] == shown
    assert all(place.startswith("drawn.csv:") for place in shown)
