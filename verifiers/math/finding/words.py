"""The small English words that show a number's role in its sentence."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


PREPOSITIONS = words(
    """for in after before from at on within during over per among between through throughout across
    into against under above below via with without by of out as since until till toward towards
    plus beside besides despite alongside onto upon around
    dans pour avec après avant pendant durant depuis sur par d'ici sans chez
    en por con después antes durante desde sobre sin dentro para tras
    für mit nach vor während seit auf ohne bei aus von zu
    per dopo prima em com após até"""
)
# may stand between a preposition or a verb and its number
TRANSPARENT = words(
    """the a an these those this that all both other same his her their its our my your last next
    first past following previous remaining total entire whole about around only just another
    additional approximately exactly roughly nearly almost over more some at least most up
    another further extra final overall combined average approx almost precisely simply currently
    now still also then already"""
)
KNOWN = words("the these those both his her their its our my your same all other")
COPULAS = words(
    """is are was were be been equals equal means totals becomes remain remains cost costs get gets
    has have had makes make made takes took earns earned
    font fait ergibt ergeben macht hacen"""
)
SUBORDINATE = words(
    """because since when whenever while until unless although though whereas if where who whose
    given assuming considering counting including excluding compared knowing once whether
    provided"""
)
RESULTS = words(
    """so thus therefore hence making totaling totalling giving leaving meaning resulting
    consequently accordingly yielding bringing 所以 因此"""
)
SAYS = words(
    """is makes gives equals means totals comes brings leaves adds amounts results yields works
    corresponds translates equates evaluates"""
)
REACHES = words("get obtain give yield arrive find")  # "… to get 360"
MODALS = words(
    """need needs needed has have had having wants want wanted able going ought used got hopes
    wishes expected required supposed plans decided"""
)
MEASURES = words(
    """total sum profit cost price amount number area volume average mean rate speed distance height
    length width depth value savings balance age weight loss salary income wage revenue score
    difference maximum minimum median mode discount tax tip fee budget share quantity perimeter
    radius diameter probability percentage percent chance increase decrease rise worth bill
    population count time capacity debt"""
)
CHANGES = ("increas", "decreas", "grow", "grew", "ris", "rose", "drop", "fell", "fall", "reduc",
           "exceed", "shr", "differ")  # fmt: skip
LABELS = words(
    """step day room figure case option problem part type grade question page chapter week month
    year level class table box number route bus equation method"""
)
LEFT = words("left remaining remain remains altogether")
# words that make a text a sentence: pronouns, auxiliaries, the verbs of answers
SPEECH = words(
    """is are was were has have had will would can could should must may might needs need needed he
    she it they there we you his her their who the each every this that these those does do did
    gets got got takes took makes made costs cost pays paid earns spends spent sold sells bought
    buys"""
)
ABBREVIATIONS = words(
    "mr mrs ms dr st prof no vs etc approx jr sr fig eq e.g i.e a.m p.m u.s inc ltd"
)
