"""What columns are called, one file a system whose lists people bring. Facts about headers, no rules.

In each file `NAMES` gives names by meaning: a field, or one of

- `line`: a telephone that is told apart from others by its name (`Mobile`); many may stand side by side;
- `plain line`: a telephone (`Phone`); of two, a person must choose;
- `perhaps line`: a telephone where nothing better is there and the cells agree (`Number`);
- `keep`: known, and kept as it is under its own name: never looked into, whatever its cells hold;
- `FIELD:PLACE`: one of several addresses, with its postcode; one place is taken whole (`recognition.PLACES`);
- `FIELD:unsure`: only where the other columns and the cells agree.

Names are compared without case, accents, spaces and punctuation. Earlier ones win over later ones.
"""
