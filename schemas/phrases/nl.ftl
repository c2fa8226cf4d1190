### Dutch, language level B1. One sentence per code; the values that each takes stand beside the code in phrases of the same name.

## Drukte

crowd-not-measurable =
    { $level } ({ $density } personen per m²) is hier niet te meten: kijk zelf. Waarschijnlijk { $estimate } ± { $error } per m²; { $rise ->
        [unknown] of het drukker wordt is niet bekend
       *[other] er komen { $rise } personen per minuut bij
    }; { $drop ->
        [unknown] de gewone snelheid is niet bekend
       *[other] { $drop } % langzamer dan gewoon
    }
