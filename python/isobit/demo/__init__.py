"""The demonstration: the jet tagger and the jets that come with isobit, and formats that suit them."""
