"""The README's pictures, taken of a run in headless Chromium: the top of its report, and TensorBoard's images.

    python -m benchmarks.pictures runs/bbc-news/20260101-120000

replaces `docs/images/report.png` and `docs/images/tensorboard.png`. `make browser` installs Chromium, and `make test`
what steers it.
"""

import argparse
import contextlib
import pathlib
import shutil
import tempfile
from collections.abc import Iterator

from playwright.sync_api import Page, sync_playwright

from bert_tf.runs.run import RunFolder, open_run
from bert_tf.workflow.dashboards import run_title, serve

IMAGES = pathlib.Path(__file__).parents[1] / "docs" / "images"
REPORT_SIZE, TENSORBOARD_SIZE = (1280, 900), (1500, 700)  # pixels


@contextlib.contextmanager
def page_of(size: tuple[int, int]) -> Iterator[Page]:
    """An empty page of this size."""
    width, height = size
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser.new_page(viewport={"width": width, "height": height})
        browser.close()


def take_report(run: RunFolder, picture: pathlib.Path) -> None:
    """The top of the run's report.html."""
    with page_of(REPORT_SIZE) as page:
        page.goto((run.path / "report.html").resolve().as_uri())
        page.screenshot(path=picture)


def take_tensorboard(run: RunFolder, picture: pathlib.Path) -> None:
    """The confusion matrix of the last epoch, in TensorBoard's own page."""
    with tempfile.TemporaryDirectory() as folder, page_of(TENSORBOARD_SIZE) as page:
        (pathlib.Path(folder) / run_title(run)).symlink_to(run.tensorboard.resolve())
        page.goto(f"{serve(pathlib.Path(folder), port=0)}#images")
        image = page.locator("tf-image-loader img").first
        image.wait_for()
        page.wait_for_function("image => image.naturalWidth > 300", arg=image.element_handle())
        page.screenshot(path=picture)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=pathlib.Path)
    run = open_run(parser.parse_args().run)
    take_report(run, IMAGES / "report.png")
    take_tensorboard(run, IMAGES / "tensorboard.png")


if __name__ == "__main__":
    main()
