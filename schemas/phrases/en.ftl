### English. One sentence per code; the values that each takes stand beside the code in phrases of the same name.

## Crowds

crowd-not-measurable =
    { $level } ({ $density } persons per m²) cannot be measured here: look. Probably { $estimate } ± { $error } per m²; { $rise ->
        [unknown] whether it grows is not known
       *[other] grows by { $rise } persons a minute
    }; { $drop ->
        [unknown] usual speed not known
       *[other] { $drop } % slower than usual
    }
