"""How schemas/weights/vetted.json is made: what of a class runs when it is unpickled, looked at in an installed library."""
