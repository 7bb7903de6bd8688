"""Reading lists of people: from bytes to records, from a header to fields, from a record to a person."""
