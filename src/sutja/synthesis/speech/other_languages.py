"""Words and sentences of other languages, which are no numbers to a listener of English.

People say them in games for children and on telephone exchanges (packages of Debian, which
``recipes/voices.sh`` unpacks); espeak-ng says counting words and nouns in fifty languages.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

import numpy as np

from sutja.grammar.number_words import OTHER, classify_word
from sutja.synthesis.speech.phonemes import pronounce_words, sounds_like_number
from sutja.synthesis.speech.recordings import decode_recording
from sutja.synthesis.speech.utterances import Utterance, to_int16, trim_silence
from sutja.synthesis.speech.voices import VARIANTS, decode_wave

PEOPLE, PROGRAM = "other languages", "espeak-ng languages"  # sources of the utterances
# Languages, and voices of exchanges, that nothing is trained on; the words of "en" are English.
VALIDATION = frozenset(
    [
        "ca",
        "cs",
        "el",
        "en",
        "en_GB",
        "he",
        "hu",
        "id",
        "it",
        "lt",
        "ml",
        "nl",
        "sl",
        "sv",
        "vi",
        "ja",
        "es-CO",
        "fr-Armelle",
        "it-Menardi",
    ]
)
_EXCHANGES = MappingProxyType(  # folder of an exchange's prompts → language, and voice where there are two
    {
        "es_MX_f_Allison": "es",
        "fr_CA_f_June": "fr",
        "it_IT_m_Carlo": "it",
        "ru_RU_f_IvrvoiceRU": "ru",
        "es": "es-CO",
        "fr": "fr-Armelle",
        "it_IT_f_Menardi": "it-Menardi",
    }
)
_SOUNDS = "usr/share/asterisk/sounds"
_GAMES = ("usr/share/ktuberling/sounds", "usr/share/klettres")  # have a folder for each language
_COPIES = frozenset(["sr@ijekavian", "sr@ijekavianlatin", "sr@latin"])  # of "sr"
_ENDINGS = frozenset([".wav", ".ogg", ".gsm"])
_NO_SPEECH = frozenset(["silence", "beep", "beeperr", "ascending-2tone", "descending-2tone"])
# Files of what sounds as an English number word does, or is one in both languages.
_LIKE_NUMBERS = frozenset(
    [
        *("alpha/o", "alpha/U006F", "letters/o", "letters/oh", "phonetic/o_p"),
        *("syllab/fo", "syllab/to", "syllab/tu", "digits/0", "ru/digits/3"),
        *("digits/million", "digits/billion", "digits/dollar", "digits/dollars"),
    ]
)
_SHORTEST, _LONGEST = 0.15, 8.0  # seconds
_OTHER = (classify_word(OTHER),)

WORDS = MappingProxyType(  # language of espeak-ng → one to ten, and common nouns
    {
        "af": "een twee drie vier vyf ses sewe agt nege tien water huis hand dag moeder brood vriend straat",
        "am": "አንድ ሁለት ሦስት አራት አምስት ስድስት ሰባት ስምንት ዘጠኝ አስር ውሃ ቤት እናት ዳቦ መንገድ",
        "ar": "واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة ماء بيت يد يوم خبز صديق شارع",
        "bg": "едно две три четири пет шест седем осем девет десет вода къща ръка ден майка хляб приятел",
        "bn": "এক দুই তিন চার পাঁচ ছয় সাত আট নয় দশ জল বাড়ি হাত দিন মা রুটি বন্ধু",
        "ca": "u dos tres quatre cinc sis set vuit nou deu aigua casa mà dia mare pa amic carrer",
        "cs": "jedna dva tři čtyři pět šest sedm osm devět deset voda dům ruka den matka chléb přítel ulice",
        "cy": "un dau tri pedwar pump chwech saith wyth naw deg dŵr tŷ llaw dydd mam bara ffrind stryd",
        "da": "en to tre fire fem seks syv otte ni ti vand hus hånd dag mor brød ven gade",
        "de": "eins zwei drei vier fünf sechs sieben acht neun zehn Wasser Haus Hand Tag Mutter Brot Freund",
        "el": "ένα δύο τρία τέσσερα πέντε έξι επτά οκτώ εννέα δέκα νερό σπίτι χέρι μέρα μητέρα ψωμί φίλος",
        "eo": "unu du tri kvar kvin ses sep ok naŭ dek akvo domo mano tago patrino pano amiko strato",
        "es": "uno dos tres cuatro cinco seis siete ocho nueve diez agua casa mano día madre pan amigo calle",
        "et": "üks kaks kolm neli viis kuus seitse kaheksa üheksa kümme vesi maja käsi päev ema leib sõber",
        "eu": "bat bi hiru lau bost sei zazpi zortzi bederatzi hamar ur etxe esku egun ama ogi lagun kale",
        "fa": "یک دو سه چهار پنج شش هفت هشت نه ده آب خانه دست روز مادر نان دوست",
        "fi": "yksi kaksi kolme neljä viisi kuusi seitsemän kahdeksan yhdeksän kymmenen vesi talo käsi päivä",
        "fr-fr": "un deux trois quatre cinq six sept huit neuf dix eau maison main jour mère pain ami rue",
        "ga": "aon dó trí ceathair cúig sé seacht ocht naoi deich uisce teach lámh lá máthair arán cara",
        "he": "אחת שתיים שלוש ארבע חמש שש שבע שמונה תשע עשר מים בית יד יום אמא לחם חבר",
        "hi": "एक दो तीन चार पाँच छह सात आठ नौ दस पानी घर हाथ दिन माँ रोटी दोस्त सड़क",
        "hr": "jedan dva tri četiri pet šest sedam osam devet deset voda kuća ruka dan majka kruh prijatelj",
        "hu": "egy kettő három négy öt hat hét nyolc kilenc tíz víz ház kéz nap anya kenyér barát utca",
        "id": "satu dua tiga empat lima enam tujuh delapan sembilan sepuluh air rumah tangan hari ibu roti",
        "is": "einn tveir þrír fjórir fimm sex sjö átta níu tíu vatn hús hönd dagur móðir brauð vinur gata",
        "it": "uno due tre quattro cinque sei sette otto nove dieci acqua casa mano giorno madre pane amico",
        "ja": "いち に さん し ご ろく なな はち きゅう じゅう みず いえ て ひ はは ぱん ともだち みち",
        "ka": "ერთი ორი სამი ოთხი ხუთი ექვსი შვიდი რვა ცხრა ათი წყალი სახლი ხელი დღე დედა პური",
        "ko": "하나 둘 셋 넷 다섯 여섯 일곱 여덟 아홉 열 일 이 삼 사 오 육 칠 팔 구 십 물 집 손 날 빵 친구",
        "la": "unus duo tres quattuor quinque sex septem octo novem decem aqua domus manus dies mater panis",
        "lt": "vienas du trys keturi penki šeši septyni aštuoni devyni dešimt vanduo namas ranka diena",
        "lv": "viens divi trīs četri pieci seši septiņi astoņi deviņi desmit ūdens māja roka diena māte",
        "ms": "satu dua tiga empat lima enam tujuh lapan sembilan sepuluh air rumah tangan hari ibu roti",
        "nb": "en to tre fire fem seks sju åtte ni ti vann hus hånd dag mor brød venn gate",
        "nl": "een twee drie vier vijf zes zeven acht negen tien water huis hand dag moeder brood vriend",
        "pl": "jeden dwa trzy cztery pięć sześć siedem osiem dziewięć dziesięć woda dom ręka dzień matka",
        "pt": "um dois três quatro cinco seis sete oito nove dez água casa mão dia mãe pão amigo rua",
        "ro": "unu doi trei patru cinci șase șapte opt nouă zece apă casă mână zi mamă pâine prieten stradă",
        "ru": "один два три четыре пять шесть семь восемь девять десять вода дом рука день мать хлеб друг",
        "sk": "jeden dva tri štyri päť šesť sedem osem deväť desať voda dom ruka deň matka chlieb priateľ",
        "sl": "ena dva tri štiri pet šest sedem osem devet deset voda hiša roka dan mati kruh prijatelj",
        "sq": "një dy tre katër pesë gjashtë shtatë tetë nëntë dhjetë ujë shtëpi dorë ditë nënë bukë shok",
        "sv": "ett två tre fyra fem sex sju åtta nio tio vatten hus hand dag mor bröd vän gata",
        "sw": "moja mbili tatu nne tano sita saba nane tisa kumi maji nyumba mkono siku mama mkate rafiki",
        "ta": "ஒன்று இரண்டு மூன்று நான்கு ஐந்து ஆறு ஏழு எட்டு ஒன்பது பத்து தண்ணீர் வீடு கை நாள் அம்மா",
        "te": "ఒకటి రెండు మూడు నాలుగు ఐదు ఆరు ఏడు ఎనిమిది తొమ్మిది పది నీరు ఇల్లు చేయి రోజు అమ్మ",
        "tr": "bir iki üç dört beş altı yedi sekiz dokuz on su ev el gün anne ekmek arkadaş sokak",
        "uk": "один два три чотири п'ять шість сім вісім дев'ять десять вода дім рука день мати хліб друг",
        "vi": "một hai ba bốn năm sáu bảy tám chín mười nước nhà tay ngày mẹ bánh bạn đường",
    }
)


def load_people(root: Path, validation: bool) -> list[Utterance]:
    """The words and sentences that people say, at one rate.

    Parameters
    ----------
    root : Path
        The folder that the packages were unpacked into.
    validation : bool
        Those of the languages and voices in `VALIDATION`, or those of the others.
    """
    folders = [(root / _SOUNDS / name, language) for name, language in _EXCHANGES.items()]
    for game in _GAMES:
        folders += [(path, path.name) for path in sorted((root / game).glob("*")) if path.name not in _COPIES]
    return [
        utterance
        for folder, language in folders
        if (language in VALIDATION) == validation
        for utterance in _load_folder(folder, language)
    ]


def _load_folder(folder: Path, language: str) -> Iterator[Utterance]:
    for path in sorted(path for path in folder.rglob("*") if path.suffix in _ENDINGS):
        name = f"{path.parent.name}/{path.stem}"
        if _NO_SPEECH & {path.parent.name, path.stem} or _LIKE_NUMBERS & {name, f"{language}/{name}"}:
            continue
        samples = trim_silence(decode_recording(path))
        speaker = f"{folder.parent.name}/{language}"
        utterance = Utterance(to_int16(samples), _OTHER, speaker, PEOPLE, name=f"{speaker}/{name}")
        if _SHORTEST < utterance.seconds < _LONGEST:
            yield utterance


def synthesise_languages(count: int, seed: int, validation: bool) -> Iterator[Utterance]:
    """Words by espeak-ng, one at a time, in any voice and speed.

    Parameters
    ----------
    count : int
        Number of utterances.
    seed : int
        The same seed gives the same words and voices.
    validation : bool
        In the languages of `VALIDATION`, or in the others.

    Raises
    ------
    FileNotFoundError
        There is no espeak-ng.
    """
    rng = np.random.default_rng(seed)
    words = {
        language: found
        for language in WORDS
        if (language in VALIDATION) == validation and (found := list_words(language))
    }
    for _ in range(count):
        language = str(rng.choice(list(words)))
        word, variant = str(rng.choice(words[language])), str(rng.choice(VARIANTS))
        speed, pitch = int(rng.integers(100, 240)), int(rng.integers(15, 85))
        command = ["espeak-ng", "-v", f"{language}+{variant}", "-s", str(speed), "-p", str(pitch)]
        wave = subprocess.run([*command, "--stdout", "--", word], capture_output=True, check=True).stdout
        samples = trim_silence(decode_wave(wave))
        if len(samples):
            yield Utterance(to_int16(samples), _OTHER, f"espeak/{language}+{variant}", PROGRAM)


def list_words(language: str) -> list[str]:
    """List the words of a language but those that an English number may sound like in some accent.

    Raises
    ------
    FileNotFoundError
        There is no espeak-ng.
    """
    words = WORDS[language].split()
    sounds = pronounce_words(words, language)
    return [word for word in words if not sounds_like_number(sounds[word.lower()])]
