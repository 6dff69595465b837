"""A page from its template: one file with its style and script, everything from data escaped."""

import base64
import functools
import hashlib
import pathlib
from typing import Any

import jinja2
from markupsafe import Markup

from bert_tf.inline_code import code_pieces
from bert_tf.plurals import capitalized, counted
from bert_tf.scores import score_text

_PACKAGE = "bert_tf.report"
_TEMPLATES = pathlib.Path(__file__).with_name("templates")
SHARED_SCRIPTS = (_TEMPLATES / "csv.js", _TEMPLATES / "score.js")  # modules, which the playground's page has too


def render_page(template: str, **values: Any) -> str:
    """HTML of a template in `templates/` that extends `page.html.j2`.

    Args:
        template: Its file name.
        values: What it shows. Texts are escaped, `markupsafe.Markup` is not. The page's policy loads nothing from
            anywhere, and runs the shared scripts and `page.js` only, known by their hash.
    """
    environment = _environment()
    shared = [script.read_text(encoding="utf-8") for script in SHARED_SCRIPTS]
    script = "".join([*shared, environment.get_template("page.js").render()])
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return environment.get_template(template).render(script=Markup(script), script_hash=f"sha256-{digest}", **values)


def render_part(package: str, template: str, **values: Any) -> Markup:
    """HTML of a part of a page, from a template that a task has.

    Args:
        package: With the folder `templates/`, such as that of a task; the part may use the macros of the
            report's own templates.
        template: Its file name.
        values: As of `render_page`.
    """
    return Markup(_environment(package).get_template(template).render(**values))


def _with_code(message: str) -> Markup:
    """A message with its commands as code."""
    pieces = code_pieces(message)
    return Markup("").join(Markup("<code>{}</code>").format(text) if is_code else text for text, is_code in pieces)


@functools.cache
def _environment(package: str = _PACKAGE) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.PackageLoader(each) for each in dict.fromkeys((package, _PACKAGE))]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"score": score_text, "counted": counted, "capitalized": capitalized, "code": _with_code}
    return environment
