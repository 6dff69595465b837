"""The page as a browser shows it."""

import csv
import dataclasses
import io

import pytest

from bert_tf.errors import RunError
from bert_tf.report.comparison_page import comparison_html, write_comparison


def opened(page, comparison, folder, **size):
    if size:
        page.set_viewport_size(size)
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    file = write_comparison(comparison, folder / "compare.html")
    page.goto(file.as_uri())
    assert requests == [file.as_uri()], "the page asks for nothing else"
    return page


def cells(page, start: str) -> list[str]:
    row = page.locator("tr", has=page.get_by_role("rowheader", name=start, exact=True)).first
    return row.locator("td").all_inner_texts()


def test_what_is_shown(page, comparison, tmp_path):
    opened(page, comparison, tmp_path)
    assert page.locator(".verdict").inner_text() == "Run 2 is better than run 1: its accuracy is 0.0120 higher."
    assert cells(page, "run 2")[:3] == ["runs/a/[2]<b>", "trained", "1000"]
    assert cells(page, "training.learning_rate") == ["5e-05", "0.0001", "0.0001"]
    assert cells(page, "versions.tensorflow") == ["2.20.0", "2.21.0", "–"]
    assert cells(page, "peak memory, MiB") == ["2498", "2301", "–"]
    assert page.locator(".disagreement").first.inner_text().startswith("rows [1].csv:43, expected b [red]<i>")
    names = [svg.get_attribute("aria-label") for svg in page.locator("figure > svg").all()]
    assert "run 1 0.9000 (0.8800 to 0.9200)" in names[0]
    assert "run 2 loss 0.2500, accuracy 0.8000" in names[1]


def test_data_is_text_and_nothing_else(page, comparison, tmp_path):
    opened(page, comparison, tmp_path)
    assert page.title() == "Comparison of 3 runs"
    assert page.locator("script:not([type='application/json'])").count() == 1
    assert page.locator("main img").count() == 0
    assert "<script>document.title = 'taken over'</script>" in page.locator(".disagreement").first.inner_text()
    assert "<script>document.title = 'taken over'</script>" in page.locator(".notes").inner_text()


def test_a_long_text_unfolds_by_keyboard(page, comparison, tmp_path):
    opened(page, comparison, tmp_path)
    details = page.locator(".disagreement details")
    assert not details.locator("p").is_visible()
    details.locator("summary").focus()
    page.keyboard.press("Enter")
    assert details.locator("p").inner_text().endswith("the end")
    assert page.get_by_text("the second text").is_visible()


def test_labels_sort(page, comparison, tmp_path):
    opened(page, comparison, tmp_path)
    table = page.locator("table.sortable")
    table.get_by_role("button", name="run 1").click()
    assert table.locator("tbody th").all_inner_texts() == ["b [red]<i>", "a"]
    table.get_by_role("button", name="run 1").click()
    assert table.locator("tbody th").all_inner_texts() == ["a", "b [red]<i>"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_screen_scrolls_tables_and_not_the_page(page, comparison, tmp_path, scheme):
    page.emulate_media(color_scheme=scheme)
    opened(page, comparison, tmp_path, width=360, height=740)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_nothing_is_cut_off_on_paper(page, comparison, tmp_path):
    scores = {f"{name}_without_leaked": score for name, score in comparison.runs[0].scores.items()}
    runs = tuple(
        dataclasses.replace(run, scores=run.scores | scores, path="runs/" + "x" * 80) for run in comparison.runs
    )
    opened(page, dataclasses.replace(comparison, runs=runs), tmp_path, width=680, height=1000)
    assert page.pdf(format="A4").startswith(b"%PDF")
    assert page.locator("details:not([open])").count() == 0
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 680


def test_what_there_is_nothing_of_is_left_out(page, comparison, tmp_path):
    bare = tuple(dataclasses.replace(run, scores={}, epochs=(), note=None) for run in comparison.runs)
    empty = dataclasses.replace(
        comparison, runs=bare, pairs=(), reference=None, recipe=(), surroundings=(), resources=(), breakdown=None
    )
    opened(page, empty, tmp_path)
    assert page.locator("figure").count() == 0
    assert page.get_by_text("The recipes are equal.").is_visible()
    for link in page.locator("nav a").all():
        assert page.locator(link.get_attribute("href")).count() == 1


def test_same_comparison_same_page(comparison):
    assert comparison_html(comparison) == comparison_html(comparison)


def test_a_folder_that_can_not_be_written(comparison, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="compare.html could not be written"):
        write_comparison(comparison, tmp_path / "file" / "compare.html")


def test_all_disagreements_can_be_taken_away(page, comparison, tmp_path):
    opened(page, comparison, tmp_path)
    with page.expect_download() as caught:
        page.locator("button[data-rows]").click()
    assert caught.value.suggested_filename == "disagreements-2-1.csv"
    content = caught.value.path().read_text(encoding="utf-8")
    found = list(csv.DictReader(io.StringIO(content, newline="")))
    assert [row["place"] for row in found] == ["rows [1].csv:43", "rows [1].csv:9"]
    assert [row["right_run"] for row in found] == ["2", "2"]
    assert (found[0]["run_2_predicted"], found[0]["run_1_predicted"]) == ("b [red]<i>", "a")
    assert found[1]["pair"] == "the second text"
