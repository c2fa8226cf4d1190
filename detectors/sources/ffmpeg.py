"""PyAV, told to be quiet: FFmpeg's own messages can repeat an address with its password.

Everything here that reads a live stream imports `av` from this module. Its errors name the address too, password and all: let
none go further, not even as the cause of another.
"""

from __future__ import annotations

import av
import av.logging

av.logging.set_level(None)

__all__ = ["av"]
