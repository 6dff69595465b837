"""Texts that break tokenizers: what export and the tests try on every tokenizer, whatever the run's own texts are."""

_BLANKS = (
    "",
    " ",
    "\n\t\r ",
    "two  spaces",
    "no\u00a0break thin\u2009space ideographic\u3000space ogham\u1680space",
    "line\u2028separator paragraph\u2029separator next\u0085line",
    "vertical\vtab form\ffeed unit\x1fseparator file\x1cseparator",
)
_INVISIBLE = (
    "nul\0in\0words",
    "bell\x07 delete\x7f escape\x1b[0m",
    "zero\u200bwidth non\u200cjoiner joiner\u200d word\u2060joiner",
    "soft\u00adhyphen mongolian\u180evowel",
    "\ufeffbyte order mark",
    "left\u200eto\u200fright \u202eoverride\u202c",
    "replacement \ufffd character \ufffc object",
    "private \ue000 use \U000f0000 planes \U0010fffd",
    "non\ufffecharacters \uffff \ufdd0 \U0001ffff",
    "unassigned \u0378 \U000e0080 \U00030000",
    "tag \U000e0001\U000e0041 variation\ufe0f selector\U000e0100",
)
_SPECIAL_TOKENS = (
    "[CLS] injected [SEP] second [PAD] third [MASK] fourth [UNK]",
    "a[SEP]b [sep] [ SEP ] [unused1]",
    "##ing ## # ##s a##b",
    "<s> </s> <pad> <|endoftext|>",
)
_LONG = (
    "a" * 99,
    "b" * 100,
    "c" * 101,
    "é" * 100,
    "é" * 101,
    "ß" * 51,
    "中" * 101,
    "\U0001d400" * 100,
    "." * 300,
    "e\u0301" * 100,
    "o\u200b" * 150,
    "word " * 200,
    "unaffable" * 12,
)
_CASE = (
    "Straße STRASSE GROẞ",
    "ΟΔΥΣΣΕΥΣ ὈΔΥΣΣΕΎΣ σίγμα ς Σ",
    "İstanbul ISPARTA ıĞŞ i̇",
    "ſhort Kelvin Ångström Ωhm",
    "Dž dž DŽ Ǆ ǅ ŉ ǰ ΐ",
    "ﬁrst ﬂoor oﬃce ﬀ ﬅ ĳ Ĳ",
    "ⅫⅫ ⓐⓑ ⒶⒷ ＦＵＬＬ ｗｉｄｔｈ",
    "ᏣᎳᎩ ꮳꮃꭹ Ა ა 𐐀𐐨",
)
_MARKS = (
    "café cafe\u0301 naïve nai\u0308ve",
    "\u0301lone mark \u0301",
    "a\u0323\u0307 a\u0307\u0323 reordered",
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́O",
    "việt ngữ tiếng Việt",
    "मनीष हिन्दी ক্ষ தமிழ்",
    "שָׁלוֹם مُحَمَّد",
    "한국어 각 \u1112\u1161\u11ab 가\u0301",
    "か\u3099 が ﾊﾞ",
    "\u302e tone \U0001d165 stem \U0001d15e note",
    "≠ ≮ =\u0338 <\u0338",
    "\u037e greek question \u1fef \u0345 \u0344",
)
_CJK = (
    "中文字符 日本語テキスト 漢字かな交じり文",
    "中a文b字1。标点，符号！",
    "豈更車 \uf900 \U0002f800 \U00020000 \U0002a6dd \U0002b740 \U0002ceb0 \U00030000",
    "㐀㈠㊣㌀ 々〆〇",
    "이것은 한국어입니다 。「引用」",
    "ไทยภาษาไทย ລາວ ខ្មែរ",
)
_SYMBOLS = (
    "👍🏽 👨\u200d👩\u200d👧\u200d👦 🏳\ufe0f\u200d🌈 🇩🇪 ❤\ufe0f 1\ufe0f\u20e3 ☺",
    "…—–‘’“”«»¡¿§¶†‡•‰′″‹›",
    "$100 €5 £3 ¥7 ₹9 ¢ ^_^ `code` ~tilde~ |pipe| <b>+=</b>",
    "½ ² ³ ¹ ª º № ℡ ™ © ® ° µ",
    "https://example.com/?q=a&b=c#d user@example.com @user #tag 3.14 1,000 e-mail can't",
    "∑∏√∞≈≤≥ ←→⇒ ■□▲ ♥♦",
    "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
)
_MALFORMED = (
    b"\xff\xfe\xfd",
    b"lone continuation \x80\xbf",
    b"latin1 caf\xe9 here",
    b"cut \xe4\xb8",
    b"\xe4\xb8\xad\xe4\xb8 cut, then \xe4A",
    b"overlong \xc0\x80 \xe0\x80\x80 \xf0\x80\x80\x80",
    b"surrogates \xed\xa0\x80 \xed\xb0\x80 \xed\xa0\xbd\xed\xb8\x80",
    b"too high \xf4\x90\x80\x80 \xf5\x80\x80\x80 \xf8\x88\x80\x80\x80",
    b"emoji cut \xf0\x9f\x98 and \xf0\x9f",
    b"in\xc3word \xc3( \xc3",
)

TORTURE_TEXTS: tuple[bytes, ...] = (
    *(
        text.encode()
        for group in (_BLANKS, _INVISIBLE, _SPECIAL_TOKENS, _LONG, _CASE, _MARKS, _CJK, _SYMBOLS)
        for text in group
    ),
    *_MALFORMED,
)
"""UTF-8, but for the last ten."""
