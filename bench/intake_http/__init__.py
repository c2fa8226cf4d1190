"""Speed of reports by HTTP, beside an endpoint that only verifies and produces."""
