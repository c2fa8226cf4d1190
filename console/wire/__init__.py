"""Wire: what the console's API sends and takes; the page's types are made from it."""
