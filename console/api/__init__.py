"""API: the routes that the page uses, and partners who poll; errors are problem+json (RFC 9457)."""
