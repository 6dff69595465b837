"""The language that texts are probably in: by their script, and where it is Latin by the commonest words."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

# Words of grammar that hardly any text does without, and that the other languages here don't have.
_WORDS = {
    "English": "the and of to is that it was for with this are not have but they from you",
    "German": "der die das und ist nicht ich ein eine mit auf für auch dem den zu von wir sehr",
    "French": "le les des est et une pas que pour dans qui sur vous avec ce cette je au du",
    "Spanish": "el los las es y una no que por para con del muy pero como más lo se su",
    "Italian": "il gli è e una non che per con di della sono molto ma come più questo nel",
    "Dutch": "het een en niet van ik dat met voor zijn ook maar aan deze heeft wij zeer wordt",
    "Portuguese": "o os as é e uma não que por para com do da muito mas como mais em um",
}
# The first of these that has a share of the letters is it: Japanese has Chinese characters, too.
_SCRIPTS = {
    "Japanese": (re.compile("[\u3040-\u30ff]"), 0.1),
    "Korean": (re.compile("[\uac00-\ud7af\u1100-\u11ff]"), 0.3),
    "Chinese": (re.compile("[\u3400-\u9fff]"), 0.3),
    "Russian": (re.compile("[\u0400-\u04ff]"), 0.3),
    "Arabic": (re.compile("[\u0600-\u06ff]"), 0.3),
    "Hebrew": (re.compile("[\u0590-\u05ff]"), 0.3),
    "Greek": (re.compile("[\u0370-\u03ff]"), 0.3),
    "Hindi": (re.compile("[\u0900-\u097f]"), 0.3),
    "Thai": (re.compile("[\u0e00-\u0e7f]"), 0.3),
}
_WORD = re.compile(r"[^\W\d_]+")
_LEAST_SHARE = 0.06
_LEAST_LEAD = 1.3


class Language(NamedTuple):
    """A guess. A script stands for the language that uses it most.

    Attributes:
        name: In English.
        reason: What speaks for it.
    """

    name: str
    reason: str


def guess_language(texts: Iterable[str]) -> Language | None:
    """The language of most of the texts, or None where nothing stands out."""
    words = [word for text in texts for word in _WORD.findall(text.lower())]
    letters = sum(map(len, words))
    if not letters:
        return None
    joined = "".join(words)
    for name, (script, least) in _SCRIPTS.items():
        share = len(script.findall(joined)) / letters
        if share >= least:
            return Language(name, f"{share:.0%} of the letters are in its script")
    counted = Counter(words)
    shares = {name: sum(counted[word] for word in known.split()) / len(words) for name, known in _WORDS.items()}
    (first, best), (_, second) = sorted(shares.items(), key=lambda item: -item[1])[:2]
    if best < _LEAST_SHARE or best < _LEAST_LEAD * second:
        return None
    shown = [word for word, _ in counted.most_common() if word in _WORDS[first].split()][:3]
    return Language(first, f"{best:.0%} of the words are common ones, such as {', '.join(shown)}")
