"""Names as people bear them, in several writings, with how they are spelt in an address."""

import unicodedata
from dataclasses import dataclass

from .dice import Dice

#: Given and family names, each with its spelling in ASCII where it has another writing.
LATIN = (
    ("Anna", "Søren", "José", "Zoë", "Łukasz", "Chloé", "Björn", "Inês", "Jürgen", "Nguyễn", "Aoife", "Olga", "Máté",
     "Siân", "Đặng", "Ayşe", "Renée", "Tomáš", "Leïla", "Kevin", "Maria", "Sinéad", "Gülşen", "Åsa", "Fatima", "Kwame"),
    ("Müller", "O'Neill", "García", "Kowalska", "Ångström", "Lefèvre", "da Silva", "Trần", "Öztürk", "Smith-Jones",
     "van der Berg", "Nováková", "Þorsteinsdóttir", "Ng", "Păun", "Mac Gabhann", "Ferré", "Okonkwo", "Šimić", "Brontë"),
)
OTHERS = (
    ((("伟", "wei"), ("芳", "fang"), ("秀英", "xiuying"), ("浩然", "haoran"), ("𠮷男", "yoshio")),
     (("王", "wang"), ("李", "li"), ("歐陽", "ouyang"), ("𠮷田", "yoshida"), ("司马", "sima"))),
    ((("太郎", "taro"), ("さくら", "sakura"), ("ケンジ", "kenji"), ("陽菜", "hina")),
     (("佐藤", "sato"), ("鈴木", "suzuki"), ("がとう", "gatou"), ("渡邉", "watanabe"))),
    ((("محمد", "mohammed"), ("ليلى", "layla"), ("عبد الله", "abdullah"), ("علی‌رضا", "alireza")),
     (("الخطيب", "alkhatib"), ("بن سعيد", "binsaid"), ("حسینی", "hosseini"), ("النجار", "alnajjar"))),
    ((("Ольга", "olga"), ("Дмитрий", "dmitri"), ("Žељка", "zeljka"), ("Їжакевич", "yizhak")),
     (("Иванова", "ivanova"), ("Шевченко", "shevchenko"), ("Ђорђевић", "djordjevic"), ("Ёлкин", "yolkin"))),
    ((("민준", "minjun"), ("서연", "seoyeon"), ("지우", "jiwoo")), (("김", "kim"), ("이", "lee"), ("남궁", "namgung"))),
    ((("अनन्या", "ananya"), ("क्षितिज", "kshitij"), ("ज़ोया", "zoya")), (("शर्मा", "sharma"), ("पटेल", "patel"))),
    ((("Γιώργος", "giorgos"), ("Ελένη", "eleni")), (("Παπαδόπουλος", "papadopoulos"), ("Βασιλείου", "vasileiou"))),
    ((("שרה", "sara"), ("יוסף", "yosef")), (("כהן", "cohen"), ("בן־דוד", "bendavid"))),
)
LONG_CHARACTERS_MAX = 180


@dataclass(frozen=True)
class Name:
    first: str
    last: str
    #: The same in letters that every address may have.
    spelt: str


def name(dice: Dice) -> Name:
    """Somebody's name: two of three in Latin letters, one of a hundred and fifty very long."""
    if dice.once_in(3):
        given, family = dice.pick(OTHERS)
        (first, typed_first), (last, typed_last) = dice.pick(given), dice.pick(family)
    else:
        first, last = dice.pick(LATIN[0]), dice.pick(LATIN[1])
        typed_first, typed_last = ascii_letters(first), ascii_letters(last)
    if dice.once_in(150):
        while len(unicodedata.normalize("NFD", f"{first} {typed_first}")) < LONG_CHARACTERS_MAX:
            first = f"{first} {dice.pick(LATIN[0])}"
    return Name(written(first, dice), written(last, dice), f"{typed_first}.{typed_last}")


def written(text: str, dice: Dice) -> str:
    """The same text in one of its two forms: é as one character, or as an e and an accent."""
    return unicodedata.normalize("NFD" if dice.once_in(4) else "NFC", text)


def ascii_letters(text: str) -> str:
    plain = unicodedata.normalize("NFD", text).translate(_LETTERS).lower()
    return "".join(letter for letter in plain if letter.isascii() and letter.isalnum())


#: Letters that no accent makes.
_LETTERS = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "Þ": "Th", "þ": "th"})
