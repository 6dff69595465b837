"""What holds for the whole page: keyboard, contrast, narrow screens, hostile texts, pairs."""

import pytest
from playwright.sync_api import expect

SPORT = "Arsenal's striker scored twice in the cup final."
MONEY = "Arsenal's bank warned twice of the falling profit."


def overflows(page):
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def test_hostile_texts(opened, answer):
    opened.on("dialog", lambda dialog: pytest.fail(dialog.message))
    hostile = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    answer(opened, hostile)
    answer(opened, f"{hostile} more")
    opened.click("#tab-many")
    opened.fill("#lines", hostile)
    opened.click("#start")
    expect(opened.locator("#table td.wide")).to_have_text(hostile)
    assert opened.locator("main img, main script").count() == 0


def test_a_model_of_pairs(page, pair_url, visit, many):
    visit(page, pair_url)
    expect(page.locator("#method")).to_have_text("")
    page.fill("#pair", "one two")
    page.fill("#text", "a")
    expect(page.locator("#verdict")).to_have_text("many 0.7500")
    expect(page.locator("#marked p")).to_have_count(2)
    expect(page.locator("#marked mark")).to_have_text(["one", "two"])
    expect(page.locator("#method")).to_contain_text("Occlusion")
    many(page, "a\tone")
    expect(page.locator("#table td.wide")).to_have_text("a · one")
    many(page, "a\tb\nno tab")
    expect(page.locator("#problem")).to_have_text("Line 2 is not a pair: it needs one tab between its two texts.")


def test_with_the_keyboard_only(opened):
    expect(opened.locator("#text")).to_be_focused()
    opened.keyboard.type("a goal in the final")
    expect(opened.locator("#marked")).to_have_text("a goal in the final")
    while opened.evaluate("!document.activeElement.classList.contains('bar')"):
        opened.keyboard.press("Tab")
    opened.keyboard.press("Tab")
    label = opened.evaluate("document.activeElement.querySelector('.label').textContent")
    opened.keyboard.press("Enter")
    expect(opened.locator("#for-title")).to_have_text(f"For {label}")
    assert opened.evaluate("document.activeElement.querySelector('.label')?.textContent") == label
    while opened.evaluate("document.activeElement.id !== 'tab-one'"):
        opened.keyboard.press("Shift+Tab")
    opened.keyboard.press("ArrowRight")
    expect(opened.locator("#panel-many")).to_be_visible()
    opened.keyboard.press("Tab")
    opened.keyboard.type("a goal")
    opened.keyboard.press("Control+Enter")
    expect(opened.locator("#summary")).to_contain_text("1 text: ")


@pytest.mark.parametrize("width", [320, 768])
def test_a_narrow_screen_does_not_scroll_sideways(opened, width, answer, many):
    opened.set_viewport_size({"width": width, "height": 700})
    assert not overflows(opened)
    answer(opened, "a" * 300 + " goal")
    answer(opened, "b" * 300 + " goal")
    expect(opened.locator("#history tbody tr")).to_have_count(2)
    assert not overflows(opened)
    many(opened, "c" * 300 + "\na goal")
    expect(opened.locator("#table tbody tr")).to_have_count(2)
    assert not overflows(opened)


def test_it_prints_on_white_and_nothing_is_cut_off(opened, answer):
    answer(opened, f"{SPORT} {'x' * 200} {MONEY}")
    opened.emulate_media(media="print", color_scheme="dark")
    opened.set_viewport_size({"width": 680, "height": 1000})
    assert opened.evaluate("document.documentElement.scrollWidth") <= 680
    assert opened.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    expect(opened.locator("[role=tab]").first).to_be_hidden()
    expect(opened.locator("#verdict")).to_be_visible()
    assert opened.pdf(format="A4").startswith(b"%PDF")


def test_nothing_comes_from_elsewhere(page, run_url, visit, answer):
    asked, complaints = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    answer(visit(page, run_url), SPORT)
    assert len(asked) > 5
    assert all(url.startswith(run_url) for url in asked)
    assert complaints == []


_CONTRAST = """
() => {
  const parse = (text) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
    canvas.fillStyle = text;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const behind = (element) => {
    if (!element) return [255, 255, 255];
    const [r, g, b, a] = parse(getComputedStyle(element).backgroundColor);
    if (a === 1) return [r, g, b];
    const below = behind(element.parentElement);
    return [r, g, b].map((part, index) => part * a + below[index] * (1 - a));
  };
  const light = (color) => {
    const [r, g, b] = color.map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = {};
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !element.checkVisibility()) continue;
    const [one, other] = [parse(getComputedStyle(element).color).slice(0, 3), behind(element)].map(light);
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (ratio < 4.5) found[`${element.tagName}.${element.className} ${element.textContent.slice(0, 30)}`] = ratio;
  }
  return found;
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_contrast(opened, scheme, answer, many):
    opened.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    answer(opened, SPORT)
    answer(opened, MONEY)
    opened.locator(".bar").nth(3).click()
    expect(opened.locator("#marked .against").first).to_be_visible()
    assert opened.evaluate(_CONTRAST) == {}
    many(opened, "a goal\nShares fell")
    expect(opened.locator("#table tbody tr")).to_have_count(2)
    assert opened.evaluate(_CONTRAST) == {}
