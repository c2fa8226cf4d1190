"""Next steps: what the rules recommend to do with an alert, and why. Nothing is done by it: a person decides."""

from __future__ import annotations

from schemas.phrases.phrase import Phrase


def next_send(service: str) -> Phrase:
    """Ask a service to go there."""
    return Phrase(code="next-send", values={"service": service})


def next_send_and_look(service: str, camera_id: str) -> Phrase:
    """Ask a service to go there, and look meanwhile."""
    return Phrase(code="next-send-and-look", values={"service": service, "camera_id": camera_id})


def next_look(camera_id: str) -> Phrase:
    """Look at a camera before anything else."""
    return Phrase(code="next-look", values={"camera_id": camera_id})


def next_call_back(partner: str) -> Phrase:
    """Ask whoever reported it."""
    return Phrase(code="next-call-back", values={"partner": partner})


def next_wait() -> Phrase:
    """Nothing now."""
    return Phrase(code="next-wait")


def next_with_cause(alert_id: str) -> Phrase:
    """Handle it with its cause."""
    return Phrase(code="next-with-cause", values={"alert_id": alert_id})


def next_close(verdict: str) -> Phrase:
    """Close it with a verdict, if a person sees it so."""
    return Phrase(code="next-close", values={"verdict": verdict})


def next_step_reason(priority: str, verdict: str, state: str) -> Phrase:
    """What the rule looked at: the priority, what the cameras said (`camera_only`: nobody reported it), and the state."""
    return Phrase(code="next-step-reason", values={"priority": priority, "verdict": verdict, "state": state})
