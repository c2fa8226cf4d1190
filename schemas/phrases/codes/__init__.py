"""Codes: everything that is told to people, each as a function that makes its phrase of typed values.

What each says stands in the catalogues, under its name with hyphens.
"""

from schemas.phrases.codes import cameras, common, factors, likelihoods, places, sightings, zones

__all__ = ["cameras", "common", "factors", "likelihoods", "places", "sightings", "zones"]
