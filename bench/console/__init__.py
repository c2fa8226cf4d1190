"""`bench console`: what the operators' page and its server cost, in a real browser, beside a page that only parses and paints."""
