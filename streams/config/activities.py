"""Processing activities: what each kind of processing is in the municipality's register (AVG art. 30), out of a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict

from schemas.base import Part
from streams.config.yaml import read_yaml
from streams.domain.logbook.lines import ProcessingKind

_URI: Final = re.compile(r"[a-z][a-z0-9+.-]{1,20}:[^\s<>\"{}|\\^`]{3,300}")


def _checked(given: str) -> str:
    if _URI.fullmatch(given) is None:
        raise ValueError("expected a URI of an entry in the register, such as https://register.example/verwerkingen/12")
    return given


RegisterUri = Annotated[str, AfterValidator(_checked)]


class ProcessingActivities(Part):
    """Processing activities: for each kind of processing the URI of its entry in the register.

    Attributes:
        view: Somebody looks at a picture.
        action: Somebody does something to an alert, or enters a report.
        snapshot: A picture is made of what a camera sees.
        dispatch: A partner is asked to come, or learns that another knows of something.
        retention: Data are deleted.
    """

    view: RegisterUri
    action: RegisterUri
    snapshot: RegisterUri
    dispatch: RegisterUri
    retention: RegisterUri

    def by_kind(self) -> Mapping[ProcessingKind, str]:
        """Return them by kind."""
        return {kind: getattr(self, kind.value) for kind in ProcessingKind}


class _Register(BaseModel):
    """What the Logboek needs of the file; the rest is for `toezicht register export`."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    processing_activities: ProcessingActivities


def load_activities(path: Path) -> ProcessingActivities:
    """Return the activities of a file such as `deploy/register.yaml`.

    Raises:
        FileError: It is missing, or an activity is, or is no URI.
    """
    return read_yaml(path, _Register).processing_activities
