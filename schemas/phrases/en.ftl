### English. One sentence per code; the values that each takes stand beside the code in phrases of the same name.

