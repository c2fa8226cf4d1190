"""Codes: everything that is told to people, each as a function that makes its phrase of typed values.

What each says stands in the catalogues, under its name with hyphens. Every file here declares codes, and all of them are read.
"""

from importlib import import_module
from pkgutil import iter_modules

for _each in iter_modules(__path__):
    import_module(f"{__name__}.{_each.name}")
