"""One stage per arrow of the flow."""
