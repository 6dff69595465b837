import contextlib

import httpx
from playwright.sync_api import expect
from shown_view import ALARM, view

from bert_tf.http.origins import allowed_origins
from bert_tf.monitoring.live_page import LivePage
from bert_tf.monitoring.monitor_page import monitor_html
from bert_tf.ports import address, listen


@contextlib.contextmanager
def served():
    live = LivePage()
    with listen("127.0.0.1", 0) as listener:
        live.start(listener, allowed_origins("127.0.0.1"))
        yield live, address(listener)
        live.stop()


def show(live, view, version):
    live.show(monitor_html(view, version=version, is_live=True), version)


def test_the_page_follows_the_stream_and_what_was_folded_stays(page):
    with served() as (live, url):
        show(live, view(), 1)
        page.goto(url)
        expect(page.locator(".verdict")).to_have_text("No alarm.")
        show(live, view(ALARM), 2)
        expect(page.locator(".verdict")).to_contain_text("negative texts have surged")
        folded = page.locator("article.alarm details")
        expect(folded).to_have_attribute("open", "")
        folded.locator("summary").click()
        show(live, view(ALARM, remarks=["Something new."]), 3)
        expect(page.locator(".notes")).to_contain_text("Something new.")
        assert folded.get_attribute("open") is None


def test_who_may_ask_and_what_is_answered():
    with served() as (live, url), httpx.Client(base_url=url, timeout=600) as client:
        show(live, view(), 7)
        assert client.get("/version").json() == {"version": 7}
        answer = client.get("/")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "connect-src 'self'" in answer.text
        assert client.get("/page/update.js").headers["Content-Type"].startswith("text/javascript")
        assert client.get("/", headers={"Host": "evil.example"}).status_code in (400, 403, 421)
        assert client.get("/nothing").status_code == 404
