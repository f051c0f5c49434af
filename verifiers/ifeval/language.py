"""Detects which of IFEval's languages a text is in, by its script and then by its words.

Small on purpose: responses are long, and the languages in question differ widely.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping

_SCRIPTS: Mapping[str, str] = {
    "KANNADA": "kn", "GUJARATI": "gu", "GURMUKHI": "pa", "TAMIL": "ta", "TELUGU": "te",
    "THAI": "th", "HANGUL": "ko", "HEBREW": "he", "BENGALI": "bn", "MALAYALAM": "ml",
    "GREEK": "el", "HIRAGANA": "ja", "KATAKANA": "ja", "CJK": "zh-cn", "DEVANAGARI": "",
    "ARABIC": "", "CYRILLIC": "", "LATIN": "",
}  # fmt: skip
"""Letters by the beginnings of their Unicode names; "" where several languages share them."""

_WORDS: Mapping[str, Mapping[str, str]] = {
    "LATIN": {
        "en": "the of and to in is that it was for with as on are be this by you not or have from "
        "at an but they which your we can my if i",
        "de": "der die und das ist nicht ein eine zu den mit von sich auf für dem ich es im auch "
        "des werden wir sie",
        "fr": "le la les et des est une un que dans pour pas qui sur du au plus avec ce il nous je "
        "vous sont",
        "es": "el la de que y los las en un una es por con para no se del su al lo como más pero "
        "esta son",
        "it": "il di che è la e un una per non con sono le del si da come più al lo della nel gli "
        "questo anche",
        "pt": "o de que e do da em um uma para com não os as por mais dos como mas ao das é seu "
        "são você",
        "fi": "ja on ei se että hän oli mutta kun myös joka ovat sen voi olla tai niin kuin mitä "
        "tämä minä",
        "sv": "och att det som en på är av för med den inte till har om ett var jag vi kan från "
        "men de",
        "nl": "de het een van en is dat op te in voor met niet zijn aan er ook als bij maar om je "
        "dit naar",
        "pl": "i w na nie się z do jest że to jak od po co dla przez ale są o tym być przy oraz",
        "vi": "của và là có được cho không một các với này người trong để những khi đã tôi bạn "
        "về như",
        "sw": "na ya wa kwa ni katika za la kuwa kama hii yake au pia watu lakini hiyo sana "
        "kwamba mimi",
        "tr": "ve bir bu için ile de da çok daha olarak ne gibi ama en var kadar sonra olan her "
        "değil",
        "id": "yang dan di untuk dengan ini itu dari tidak dalam adalah pada akan saya atau juga "
        "ke oleh",
    },
    "CYRILLIC": {
        "ru": "и в не на что я с он как это по но из у за то все так его же для от мы вы был "
        "которые или",
        "bg": "и на да се от за не в е с че по са това като към или който съм до ще при може те "
        "тя той",
        "uk": "і в не на що з до як це та за але є від по для його він вони також або ми ви у",
    },
    "DEVANAGARI": {
        "hi": "है के में की और को का से हैं यह नहीं पर एक कि जो भी तो था ही कर हो लिए",
        "mr": "आहे आणि च्या या ते मध्ये नाही हे की आहेत त्या होते एक तर पण करण्यासाठी असे साठी मी",
        "ne": "छ र को मा लाई पनि हो छन् यो गर्न भएको तथा एक हुन्छ थियो गर्ने छैन म हामी लागि",
    },
    "ARABIC": {
        "ar": "في من على أن إلى هذا ما التي الذي لا عن مع كان هذه ذلك أو كل هو هي قد و",
        "fa": "و در به از که این است را با برای آن یک می بود شد کرد هم تا ها باید",
        "ur": "کے میں کی ہے اور سے کا کو ہیں یہ پر نہیں کہ ایک بھی نے ہو تو اس جو",
    },
}


def language_of(text: str) -> str | None:
    """The ISO 639-1 code of the language (Chinese: zh-cn); None if it cannot be told."""
    scripts = Counter(map(_script, filter(str.isalpha, text)))
    scripts.pop(None, None)
    if not scripts:
        return None
    if scripts["HIRAGANA"] + scripts["KATAKANA"] > 0.1 * scripts["CJK"] > 0:
        return "ja"
    [(script, _)] = scripts.most_common(1)
    assert script is not None  # popped above
    if _SCRIPTS[script]:
        return _SCRIPTS[script]
    words = Counter(re.findall(r"[^\W\d_]+(?:[\u0900-\u097f]+)*", text.lower()))
    scores = {
        language: sum(words[one] for one in known.split())
        for language, known in _WORDS[script].items()
    }
    best = max(scores, key=lambda language: scores[language])
    return best if scores[best] else None


def _script(letter: str) -> str | None:
    name = unicodedata.name(letter, "")
    return next((script for script in _SCRIPTS if name.startswith(script)), None)
