"""One text in a real browser, with a real model behind it."""

import re

import httpx
import pytest
from playwright.sync_api import expect

SPORT = "Arsenal's striker scored twice in the cup final."
MONEY = "Arsenal's bank warned twice of the falling profit."


def test_type_and_read(opened, answer, expected):
    answer(opened, SPORT)
    probabilities = expected(SPORT)
    label = max(probabilities, key=probabilities.get)
    expect(opened.locator("#verdict")).to_have_text(f"{label} {probabilities[label]:.4f}")
    shown = opened.locator(".bar").evaluate_all("bars => bars.map((bar) => bar.getAttribute('aria-label'))")
    order = sorted(probabilities, key=probabilities.get, reverse=True)
    assert shown == [f"{name}: {probabilities[name]:.4f}" for name in order]
    widths = opened.locator(".bar .fill").evaluate_all(
        "fills => fills.map((fill) => fill.offsetWidth / fill.parentElement.offsetWidth)"
    )
    assert widths == pytest.approx([probabilities[name] for name in order], abs=0.02)
    expect(opened.locator("#method")).to_contain_text("Integrated gradients")
    expect(opened.locator("#method")).to_contain_text(re.compile(r"off by \d\.\d%"))


def test_words_are_coloured_by_their_scores(opened, run_url, answer):
    answer(opened, SPORT)
    label = opened.locator("#verdict").inner_text().split()[0]
    asked = {"text": SPORT, "label": label}
    words = httpx.post(f"{run_url}api/words", json=asked, timeout=600).json()["words"]
    scored = [(text, score) for text, score in words if score]
    marks = opened.locator("#marked mark")
    assert marks.all_inner_texts() == [text for text, _ in scored]
    sides = marks.evaluate_all("marks => marks.map((mark) => mark.classList.contains('for'))")
    assert sides == [score > 0 for _, score in scored]
    strongest = max(range(len(scored)), key=lambda index: abs(scored[index][1]))
    strengths = marks.evaluate_all("marks => marks.map((mark) => +mark.style.getPropertyValue('--strength'))")
    assert strengths.index(max(strengths)) == strongest
    best = max(scored, key=lambda word: word[1])
    expect(opened.locator("#for-list li").first).to_have_text(f"{best[0]}+{best[1]:.2f}")
    expect(opened.locator("#legend-for")).to_have_text(label)


def test_words_for_another_label(opened, answer):
    answer(opened, SPORT)
    bar = opened.locator(".bar").nth(3)
    label = bar.locator(".label").inner_text()
    bar.click()
    expect(opened.locator("#for-title")).to_have_text(f"For {label}")
    expect(opened.locator(".bar[aria-pressed=true] .label")).to_have_text(label)


def test_edits_stand_beside_each_other(opened, answer, expected):
    answer(opened, SPORT)
    answer(opened, MONEY)
    rows = opened.locator("#history tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0).locator("ins")).to_have_text("bank warned twice of the falling profit")
    expect(rows.nth(0).locator("del")).to_have_text("striker scored twice in the cup final")
    expect(rows.nth(1).locator("td").first).to_contain_text(SPORT[:40])
    now, before = expected(MONEY), expected(SPORT)
    cells = rows.nth(0).locator("td.heat").all_inner_texts()
    for cell, label in zip(cells, now, strict=True):
        probability, change = cell.split()
        assert probability == f"{now[label]:.4f}"
        assert float(change.replace("−", "-").replace("±", "")) == pytest.approx(now[label] - before[label], abs=0.6e-4)
    expect(opened.locator(".bar .before")).to_have_count(5)
    rows.nth(1).get_by_role("button").click()
    expect(opened.locator("#text")).to_have_value(SPORT)
    expect(rows).to_have_count(3)
    opened.click("#forget")
    expect(rows).to_have_count(0)


def test_one_question_for_many_keys(opened):
    asked = []
    opened.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    opened.locator("#text").press_sequentially("a goal", delay=20)
    expect(opened.locator("#marked")).to_have_text("a goal")
    assert sum(url.endswith("/api/answers") for url in asked) == 1


def test_nothing_typed(opened, answer):
    answer(opened, SPORT)
    opened.fill("#text", "  \n")
    expect(opened.locator("#verdict")).to_have_text("Type a text to see its label.")
    expect(opened.locator("#words-body")).to_be_hidden()
    expect(opened.locator("#problem")).to_be_hidden()


def test_an_example(opened):
    button = opened.locator("#example-buttons button").first
    begins = button.inner_text()
    button.click()
    expect(opened.locator("#history tbody tr")).to_have_count(1)
    assert re.sub(r"\s+", " ", opened.input_value("#text").strip()).startswith(begins.strip())
    # The articles are longer than the 32 tokens that this run reads.
    expect(opened.locator("#marked .unread")).to_be_visible()
    expect(opened.locator("#method")).to_contain_text("reads 32 tokens")


def test_a_text_that_is_too_long(opened, answer):
    opened.fill("#text", "a" * 20_001)
    expect(opened.locator("#problem")).to_have_text("The text is longer than 20,000 characters; shorten it.")
    expect(opened.locator("#text-count")).to_have_class(re.compile("over"))
    answer(opened, SPORT)
    expect(opened.locator("#problem")).to_be_hidden()


def test_a_server_that_has_ended(page, serving, run_subject, visit):
    with serving(run_subject) as url:
        visit(page, url)
    page.fill("#text", SPORT)
    expect(page.locator("#problem")).to_contain_text("Is “bert-tf play” still running?")


def test_an_exported_model(page, model_url, visit, answer):
    answer(visit(page, model_url), SPORT)
    expect(page.locator("#method")).to_contain_text("Occlusion")
    expect(page.locator("#marked mark").first).to_be_visible()
