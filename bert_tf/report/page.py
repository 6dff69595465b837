"""A page from its template: one file with its style and script, everything from data escaped."""

import base64
import functools
import hashlib
import pathlib
from typing import Any

import jinja2
from markupsafe import Markup

CSV_SCRIPT = pathlib.Path(__file__).with_name("templates") / "csv.js"  # a module, which the playground's page has too


def render_page(template: str, **values: Any) -> str:
    """HTML of a template in `templates/` that extends `page.html.j2`.

    Args:
        template: Its file name.
        values: What it shows. Texts are escaped, `markupsafe.Markup` is not. The page's policy loads nothing from
            anywhere, and runs `csv.js` and `page.js` only, known by their hash.
    """
    environment = _environment()
    script = CSV_SCRIPT.read_text(encoding="utf-8") + environment.get_template("page.js").render()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return environment.get_template(template).render(script=Markup(script), script_hash=f"sha256-{digest}", **values)


@functools.cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("bert_tf.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
