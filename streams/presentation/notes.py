"""Notes on reports in words: what could not be read as it was meant. Dutch first, English second."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from schemas.alerts import Alert
from schemas.incidents import ReportNote, ordered_notes
from schemas.phrases.language import Language

NOTES: Final[Mapping[Language, Mapping[ReportNote, str]]] = {
    Language.NL: {
        ReportNote.POSITION_SWAPPED: "de coördinaten stonden verwisseld en zijn omgedraaid",
        ReportNote.POSITION_CONVERTED: "de coördinaten waren van een ander stelsel en zijn omgerekend",
        ReportNote.POSITION_LEFT_OUT: "de coördinaten kloppen niet en zijn weggelaten",
        ReportNote.ACCURACY_UNKNOWN: "hoe nauwkeurig de plek is, is niet bekend",
        ReportNote.NUMBER_REPAIRED: "een getal stond er anders dan afgesproken",
        ReportNote.TIME_OF_ARRIVAL: "de tijd klopt niet: dit is de tijd van binnenkomst",
        ReportNote.ZONE_ASSUMED: "de tijd noemt geen tijdzone: gelezen als plaatselijke tijd",
        ReportNote.CLOCK_OFF: "de klok van de melder loopt verkeerd: dit is de tijd van binnenkomst",
        ReportNote.PLACE_LEFT_OUT: "straat of plaats is niet te lezen",
        ReportNote.PLACE_UNCERTAIN: "de plek is niet zeker",
        ReportNote.PRIORITY_UNKNOWN: "de prioriteit van de melder is niet bekend",
        ReportNote.UNKNOWN_KIND: "onbekend soort melding",
        ReportNote.FIELD_LEFT_OUT: "een deel van de melding is niet te lezen",
        ReportNote.TEXT_REPAIRED: "een deel van de tekst is beschadigd",
        ReportNote.INCOMPLETE: "een deel van de melding is niet binnengekomen",
        ReportNote.ID_HASHED: "het nummer van de melding was te lang en is ingekort",
    },
    Language.EN: {
        ReportNote.POSITION_SWAPPED: "the coordinates were swapped, and were put right",
        ReportNote.POSITION_CONVERTED: "the coordinates were of another system, and were converted",
        ReportNote.POSITION_LEFT_OUT: "the coordinates are wrong, and were left out",
        ReportNote.ACCURACY_UNKNOWN: "how accurate the position is, is not known",
        ReportNote.NUMBER_REPAIRED: "a number was written in another way than agreed",
        ReportNote.TIME_OF_ARRIVAL: "its time is wrong: this is when it arrived",
        ReportNote.ZONE_ASSUMED: "its time names no zone: read as local time",
        ReportNote.CLOCK_OFF: "the source's clock is wrong: this is when it arrived",
        ReportNote.PLACE_LEFT_OUT: "street or town cannot be read",
        ReportNote.PLACE_UNCERTAIN: "the place is not certain",
        ReportNote.PRIORITY_UNKNOWN: "the source's priority is not known",
        ReportNote.UNKNOWN_KIND: "unknown kind of report",
        ReportNote.FIELD_LEFT_OUT: "a part of the report cannot be read",
        ReportNote.TEXT_REPAIRED: "a part of its text is damaged",
        ReportNote.INCOMPLETE: "a part of the report did not come",
        ReportNote.ID_HASHED: "the report's number was too long, and was shortened",
    },
}
MARK: Final = "!"
"""Stands before a note, so that nobody takes it for a reason of the priority."""


def notes_of(alert: Alert, language: Language) -> list[str]:
    """Return the notes on an alert's reports that hold (on all of them where none does), each once, in words."""
    holding = [report for report in alert.reports if not report.cancelled] or alert.reports
    found = ordered_notes(note for report in holding for note in report.notes)
    return [f"{MARK} {NOTES[language][note]}" for note in found]
