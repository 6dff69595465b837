import pytest

from bert_tf.data.language import guess_language

TEXTS = {
    "English": "The film was not what I expected, but it is one of the best that you can see with the family.",
    "German": "Der Film war nicht so gut wie das Buch, aber die Schauspieler haben mir sehr gefallen.",
    "French": "Le film n'est pas mauvais, mais les acteurs ne sont pas bons et l'histoire est trop longue pour moi.",
    "Spanish": "La película no es mala, pero los actores no me gustaron y la historia es muy larga para el cine.",
    "Italian": "Il film non è male, ma gli attori non sono molto bravi e la storia di questo libro era più bella.",
    "Dutch": "De film is niet slecht, maar ik vond het boek beter en de acteurs zijn ook niet zo goed van dat soort.",
    "Portuguese": "O filme não é ruim, mas os atores não são bons e a história é uma das mais longas do ano.",
    "Chinese": "这部电影不错,但是演员不好。",
    "Japanese": "この映画は悪くないですが、俳優はよくないです。",
    "Korean": "영화는 나쁘지 않지만 배우들은 별로입니다.",
    "Russian": "Фильм неплохой, но актёры играют плохо.",
    "Arabic": "الفيلم ليس سيئا لكن الممثلين ليسوا جيدين",
}


@pytest.mark.parametrize("name, text", TEXTS.items())
def test_languages(name, text):
    assert guess_language([text] * 3).name == name


def test_the_reason_names_what_was_seen():
    assert (
        guess_language(["der Hund und die Katze"]).reason == "60% of the words are common ones, such as der, und, die"
    )
    assert guess_language(["мир мир abcd"]).reason == "60% of the letters are in its script"


@pytest.mark.parametrize("texts", [[], ["", "12 34 !?"], ["xkcd qwerty foo bar"], ["the der le el het il"]])
def test_nothing_stands_out(texts):
    assert guess_language(texts) is None
