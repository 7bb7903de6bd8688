"""The language in which an audience says whom it picks: read, matched against a person, told in words."""
