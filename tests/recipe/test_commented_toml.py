import tomllib

from hypothesis import given
from hypothesis import strategies as st

from bert_tf.recipe.commented_toml import Entry, draft_toml

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


def test_comments_stand_above_their_keys():
    data = [Entry("train", "a.csv", "Why."), Entry("labels", ["b"], is_on=False)]
    text = draft_toml(["What it is."], {"": [Entry("task", "classify")], "data": data})
    assert text == (
        '# What it is.\ntask = "classify"\n\n[data]\n# Why.\ntrain = "a.csv"\n# labels = [\n#     "b",\n# ]\n'
    )


def test_what_closes_it_can_be_switched_on():
    closing = ["To search:", "[tuning.space]", '"training.seed" = { choice = [1, 2] }']
    text = draft_toml(["What it is."], {"": [Entry("task", "classify")]}, closing)
    assert tomllib.loads(text) == {"task": "classify"}
    uncommented = text.replace("# [", "[").replace('# "', '"')
    assert tomllib.loads(uncommented)["tuning"] == {"space": {"training.seed": {"choice": [1, 2]}}}


@given(opening=TEXTS, comment=TEXTS, value=TEXTS, proposed=TEXTS)
def test_no_text_of_a_file_gets_out_of_its_place(opening, comment, value, proposed):
    entries = [Entry("train", value, comment), Entry("label", proposed, comment, is_on=False)]
    assert tomllib.loads(draft_toml([opening], {"data": entries})) == {"data": {"train": value}}
